#!/bin/sh
# --report: changes no bit of the model, gives the same page again, and refuses what it cannot write before any work.
# usage: command_line_test.sh KETTE PROJECT
#
# Exit code 77, skipped: the program was built without the page; then only that it says so is tested.
set -u
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
wrong() { echo "$*"; failures=$((failures + 1)); }
# refused "part of the message" COMMAND …: one line, nothing written
refused() {
  message=$1
  shift
  before=$(ls)
  "$kette" "$@" >/dev/null 2>"$folder.err" && wrong "kette $*: not refused"
  [ "$(grep -c '' "$folder.err")" = 1 ] && grep -qF -- "$message" "$folder.err" || wrong "kette $*: $(cat "$folder.err")"
  rm -f "$folder.err"
  [ "$(ls)" = "$before" ] || wrong "kette $*: left $(ls)"
}

if ! "$kette" train "$data/diabetes.csv" --target target --epochs 2 --quiet --report page.html --out m.onnx 2>err.txt; then
  grep -q 'built without the page for reports' err.txt || { cat err.txt; exit 1; }
  [ ! -e m.onnx ] || { echo "it trained first"; exit 1; }
  echo "skipped: the program was built without the page"
  exit 77
fi

refused "is the input" evaluate m.onnx "$data/diabetes.csv" --report m.onnx
cp "$data/diabetes.csv" table.csv
refused "is the input" train table.csv --target target --report table.csv
refused "is another file of this run" train table.csv --target target --report table.onnx
refused "is another file of this run" train table.csv --target target --report ./table.run.toml
refused "the folder nowhere does not exist" train table.csv --target target --report nowhere/page.html
refused "expected a file" train table.csv --target target --report -

for how in "--epochs 4" "--trials 2" "--folds 2 --epochs 2" "--stream --epochs 2" "--epochs 3 --optimizer lbfgs --hidden 5" "--epochs 2 --test table.csv"; do
  # shellcheck disable=SC2086  # words
  "$kette" train table.csv --target target $how --quiet --out a.onnx 2>err.txt || wrong "$how: $(cat err.txt)"
  cp a.onnx plain.onnx
  for threads in 1 2; do
    "$kette" train table.csv --target target $how --quiet --out a.onnx --report $threads.html --threads $threads 2>err.txt ||
      wrong "$how: $(cat err.txt)"
    cmp a.onnx plain.onnx || wrong "$how: --report changes the model"
  done
  cmp 1.html 2.html || wrong "$how: one and two threads write different pages"
done

# A text of the data cannot end the element that it stands in.
awk 'BEGIN { print "a,b"; for (i = 0; i < 60; ++i) print i % 7 "," (i % 2 ? "</script><b>x" : "<!--") }' >odd.csv
"$kette" train odd.csv --target b --epochs 2 --quiet --out odd.onnx --report odd.html 2>/dev/null || wrong "odd.csv: refused"
[ "$(grep -o '</script>' odd.html | wc -l)" = "$(grep -o '</script>' 1.html | wc -l)" ] || wrong "the data ends the script element"
grep -qF 'u003c/script>' odd.html || wrong "the label is not there"

"$kette" train odd.csv --target b --epochs 2 --test-size 0 --quiet --out odd.onnx --report odd.html 2>err.txt || wrong "no rows held out: $(cat err.txt)"
"$kette" evaluate a.onnx table.csv --json >plain.json || wrong "evaluate --json"
"$kette" evaluate a.onnx table.csv --json --report page.html >report.json || wrong "evaluate --json --report"
for name in plain report; do sed 's/"seconds".*//' $name.json >$name.cut; done
cmp plain.cut report.cut || wrong "--report changes what --json says"
exit $failures
