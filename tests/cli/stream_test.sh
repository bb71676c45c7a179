#!/bin/sh
# kette train --stream: it learns, gives the same bytes with any number of threads, passes more than once, reads several
# files and standard input, and names the place of a bad field late in a file.
# usage: stream_test.sh KETTE PROJECT
set -u
kette=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
wrong() { echo "$*"; failures=$((failures + 1)); }

# refused CODE "part of the message" ARGUMENTS …
refused() {
  code=$1 message=$2
  shift 2
  "$kette" train "$@" >out.txt 2>err.txt
  found=$?
  [ "$found" = "$code" ] || wrong "kette train $*: exit code $found, expected $code"
  [ "$(grep -c '' err.txt)" = 1 ] || wrong "kette train $*: expected one line, found: $(cat err.txt)"
  grep -qF -- "$message" err.txt || wrong "kette train $*: \"$(cat err.txt)\" lacks \"$message\""
}

accuracy() { sed -n 's/.*"accuracy":\([0-9.]*\).*/\1/p' "$1" | tail -n 1; }

# Two blocks of 4 MB, the second from about row 170000: moons in no order, each row with a colour that says nothing.
"$kette" data moons --samples 200000 --noise 0.1 --seed 5 --out moons.csv || exit 1
awk 'NR == 1 { print $0 ",colour"; next } { row[NR - 2] = $0 }
     END { for (i = 0; i < 200000; i++) print row[i * 7919 % 200000] "," (i % 3 ? "red" : "blue") }' moons.csv >rows.csv

"$kette" train rows.csv --target label --stream --sample 1000 --threads 1 --json --out one.onnx >one.json || exit 1
"$kette" train rows.csv --target label --stream --sample 1000 --threads 2 --quiet --out two.onnx || exit 1
awk "BEGIN { exit !($(accuracy one.json) > 0.98) }" || wrong "moons: accuracy $(accuracy one.json), expected above 0.98"
grep -q '"rows":200000,' one.json || wrong "expected all 200000 rows to be read: $(tail -n 1 one.json)"
cmp one.onnx two.onnx || wrong "one and two threads gave different models"

"$kette" train rows.csv --target label --stream --sample 1000 --quiet --seed 2 --out other.onnx || exit 1
cmp -s one.onnx other.onnx && wrong "another seed gave the same model"

# The same rows from standard input, and as two files.
"$kette" train - --target label --stream --sample 1000 --quiet --out pipe.onnx <rows.csv || exit 1
cmp one.onnx pipe.onnx || wrong "standard input gave another model"
head -n 1 rows.csv >late.csv
tail -n 50000 rows.csv >>late.csv
"$kette" train rows.csv late.csv --target label --stream --sample 1000 --json --out both.onnx >both.json || exit 1
grep -q '"rows":250000,' both.json || wrong "expected the rows of both files: $(tail -n 1 both.json)"

# Passes, steps, and a warm start.
head -n 2001 rows.csv >small.csv
"$kette" train small.csv --target label --stream --epochs 20 --batch-size 32 --json --out passes.onnx >passes.json || exit 1
grep -q '"epochs":20,' passes.json || wrong "expected 20 passes: $(tail -n 1 passes.json)"
awk "BEGIN { exit !($(accuracy passes.json) > 0.95) }" || wrong "20 passes: accuracy $(accuracy passes.json)"
"$kette" train rows.csv --target label --stream --steps 25 --json --out steps.onnx >steps.json || exit 1
grep -q '"steps":25,"stopped":"steps"' steps.json || wrong "expected 25 steps: $(tail -n 1 steps.json)"
"$kette" train small.csv --target label --stream --from one.onnx --quiet --out warm.onnx || exit 1
"$kette" evaluate one.onnx small.csv >evaluated.txt || exit 1

# Late in a file.
sed '190000s/^[^,]*/much/' rows.csv >text.csv
refused 1 'text.csv:190000:1: expected a number as in the rows before, found "much"' text.csv --target label --stream --sample 1000
awk -F, -v OFS=, 'NR == 180000 { $3 = 7 } { print }' rows.csv >label.csv
refused 1 'label.csv:180000:3: expected one of the labels 0, 1, found "7"' label.csv --target label --stream --sample 1000
sed '199000s/$/,more/' rows.csv >wide.csv
refused 1 'wide.csv:199000:' wide.csv --target label --stream --sample 1000
sed '195000s/red$\|blue$/green/' rows.csv >green.csv
"$kette" train green.csv --target label --stream --sample 1000 --quiet --out green.onnx 2>err.txt || exit 1
grep -q 'green.csv:195000:4' err.txt || wrong "an unseen category is not told of: $(cat err.txt)"

for given in "--auto" "--folds 3" "--optimizer lbfgs" "--group colour" "--checkpoint c" "--patience 3" "--weight x1" \
  "--schedule cosine" "--descent batch"; do
  # shellcheck disable=SC2086  # option and value
  refused 2 '--stream' small.csv --target label --stream $given
done
refused 2 'standard input' - --target label --stream --epochs 2
refused 2 '--stream' small.csv --target label --buffer 100
refused 1 'training diverged at step' small.csv --target label --stream --optimizer sgd --learning-rate 1e30

[ "$failures" = 0 ] || exit 1
echo "stream: all as expected"
