#!/bin/sh
# kette evaluate: its tables keep to 80 columns, say the same as its JSON, do not depend on threads, and take thresholds.
# usage: evaluate_test.sh KETTE PROJECT
set -u
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
wrong() { echo "$*"; failures=$((failures + 1)); }
field() { grep -o "\"$1\":[0-9.e+-]*" "$2" | head -n 1 | cut -d: -f2; }  # the first of that name, at the top
narrow() { awk -v name="$1" '{ gsub(/[\200-\277]/, "") } length > 80 { print name ": wider than 80 columns: " $0; bad = 1 } END { exit bad }' "$1"; }

quick="--hidden 16 --epochs 5 --quiet"
"$kette" train "$data/digits.csv" --target digit $quick --out digits.onnx 2>/dev/null || exit 1
"$kette" train "$data/breast_cancer.csv" --target diagnosis $quick --out cancer.onnx || exit 1
"$kette" train "$data/diabetes.csv" --target target $quick --out diabetes.onnx || exit 1
"$kette" train "$data/diabetes.csv" --target target,bmi,bp $quick --out three.onnx || exit 1
"$kette" train "$data/diabetes.csv" --target target,bmi $quick --out two.onnx || exit 1

for name in digits:digits cancer:breast_cancer diabetes:diabetes two:diabetes three:diabetes; do
  model=${name%:*} table=$data/${name#*:}.csv
  "$kette" evaluate $model.onnx "$table" --importance --repeats 2 >$model.txt || wrong "$model: refused"
  LC_ALL=C narrow $model.txt || failures=$((failures + 1))
  for threads in 1 3; do
    "$kette" evaluate $model.onnx "$table" --importance --repeats 2 --curves --json --threads $threads |
      sed 's/"seconds".*//' >$model.$threads.json
  done
  cmp $model.1.json $model.3.json || wrong "$model: one and three threads say different things"
  grep -q '[:,[]-\{0,1\}\(nan\|inf\)' $model.1.json && wrong "$model: a number that is none"
done

# Text and JSON agree; both names of the loss are one number.
printed=$(awk '$1 == "accuracy" { print $2 }' cancer.txt)
awk "BEGIN { d = $printed - $(field accuracy cancer.1.json); exit !(d < 5.1e-5 && d > -5.1e-5) }" ||
  wrong "accuracy: $printed in the text, $(field accuracy cancer.1.json) in the JSON"
[ "$(field loss cancer.1.json)" = "$(field log_loss cancer.1.json)" ] || wrong "loss and log_loss differ"
[ "$(field loss diabetes.1.json)" = "$(field mse diabetes.1.json)" ] || wrong "loss and mse differ"

# Predictions by the threshold of the best F1 have that F1; at 1 next to nothing is positive.
best=$(grep -o '"f1":{"threshold":[0-9.e-]*,"precision":[0-9.]*,"recall":[0-9.]*,"f1":[0-9.]*' cancer.1.json)
threshold=$(echo "$best" | sed 's/.*"threshold":\([^,]*\),.*/\1/')
"$kette" evaluate cancer.onnx "$data/breast_cancer.csv" --threshold "$threshold" --json >at_best.json || wrong "refused"
[ "$(field f1 at_best.json)" = "" ] || wrong "f1 is an object of averages"
grep -o '"label":"malignant".*' at_best.json | grep -qF "\"f1\":${best##*:}" || wrong "best f1 $best: $(cat at_best.json)"
"$kette" evaluate cancer.onnx "$data/breast_cancer.csv" --threshold 1 --json >strict.json || wrong "refused"
awk "BEGIN { exit !($(field accuracy strict.json) < 0.7) }" || wrong "threshold 1: accuracy $(field accuracy strict.json)"

# The class that is looked for: another one has the same area under the ROC curve, and another F1.
"$kette" evaluate cancer.onnx "$data/breast_cancer.csv" --positive benign --json >benign.json || wrong "refused"
grep -q '"positive":"benign"' benign.json || wrong "the positive class is not told"
awk "BEGIN { d = $(field roc_auc benign.json) - $(field roc_auc cancer.1.json); exit !(d < 1e-3 && d > -1e-3) }" ||
  wrong "roc_auc $(field roc_auc benign.json) of the other class"

"$kette" evaluate digits.onnx "$data/digits.csv" --resamples 0 --json | grep -q intervals && wrong "no intervals were asked for"
"$kette" evaluate digits.onnx "$data/digits.csv" --json | grep -q roc_curve && wrong "no curves were asked for"
grep -q '"roc_curve":\[\[0.0,0.0,null\]' digits.1.json || wrong "no curve begins at 0, 0"
"$kette" evaluate digits.onnx "$data/digits.csv" --top-k 9 --json | grep -q '"top_k":9' || wrong "top-9 is not told"

# A single row: what it does not define is null, with the reason.
head -n 2 "$data/breast_cancer.csv" >one.csv
"$kette" evaluate cancer.onnx one.csv --json >one.json || wrong "a single row is refused"
grep -q '"roc_auc":null' one.json || wrong "roc_auc of one row: $(cat one.json)"
grep -q '"undefined":{.*"roc_auc":"all rows are of one class"' one.json || wrong "no reason is given: $(cat one.json)"

[ "$failures" = 0 ] || exit 1
echo "evaluate: all as expected"
