#!/bin/sh
# Pages of --report in a real browser: no error, nothing loaded, every section there, light and dark, wide and narrow,
# on paper. usage: report_test.sh KETTE PROJECT FOLDER PAGE
#
# FOLDER keeps what drives the browser (npm packages) from one run to the next; PAGE is where the page was built.
# Exit code 77, skipped: no Chromium, no Node.js, the packages cannot be had, or the program has no page.
set -eu
kette=$1 project=$2 runtime=$3 page=$4
tests=$project/tests/report

. "$project/tests/node_packages.sh"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$chromium" ] || skip "there is no Chromium here"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# shellcheck disable=SC2015  # fails with the message
train() { "$kette" train "$@" --quiet 2>err.txt || { grep -q 'built without the page' err.txt && skip "the program has no page"; cat err.txt; exit 1; }; }
data=$project/data
train "$data/breast_cancer.csv" --target diagnosis --epochs 20 --out binary.onnx --report binary.html
train "$data/digits.csv" --target digit --epochs 8 --out multiclass.onnx --report multiclass.html
train "$data/diabetes.csv" --target target --trials 3 --out regression.onnx --report regression.html
train "$data/diabetes.csv" --target target,bmi --epochs 10 --folds 3 --out targets.onnx --report targets.html
train "$data/diabetes.csv" --target target --stream --epochs 2 --out stream.onnx --report stream.html
train "$data/diabetes.csv" --target target --epochs 2 --test-size 0 --out untested.onnx --report untested.html
"$kette" evaluate binary.onnx "$data/breast_cancer.csv" --report evaluate.html >/dev/null
"$kette" evaluate regression.onnx "$data/diabetes.csv" --report evaluate_numbers.html >/dev/null
# Many classes, with texts that are no friends of HTML.
awk 'BEGIN { srand(4); print "a,b,kind"
  for (i = 0; i < 900; ++i) { k = int(30 * rand()); printf "%.3f,%.3f,</script><b>&amp; %d\n", k % 6 + rand(), int(k / 6) + rand(), k } }' >many.csv
train many.csv --target kind --epochs 3 --out many.onnx --report many.html

# The sources keep to their types.
(cd "$page" && node "$runtime/node_modules/typescript/bin/tsc" --project "$page/tsconfig.json")
node "$tests/look.mjs" "$runtime" "$chromium" "$folder"
