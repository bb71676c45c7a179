#!/bin/sh
# From a table to a model and its use, in an empty folder: what the parts print agrees.
# usage: whole_path_test.sh KETTE PROJECT
set -eu
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

field() { grep -o "\"$1\":[0-9.e+-]*" | head -n 1 | cut -d: -f2; }  # the first of that name, at the top
within() { # WHAT VALUE at-least|at-most BOUND
  awk -v v="$2" -v b="$4" -v how="$3" 'BEGIN { exit !(v != "" && (how == "at-least" ? v >= b : v <= b)) }' ||
    { echo "$1 is \"$2\", expected $3 $4"; exit 1; }
}

# The three real data sets reach what they should, even in a small search; the JSON object is the last line.
"$kette" train "$data/digits.csv" --target digit --trials 4 --json 2>err.txt | tail -n 1 >digits.json
within "accuracy on digits" "$(field accuracy <digits.json)" at-least 0.97
"$kette" train "$data/breast_cancer.csv" --target diagnosis --trials 4 --json | tail -n 1 >cancer.json
within "accuracy on breast cancer" "$(field accuracy <cancer.json)" at-least 0.95
"$kette" train "$data/diabetes.csv" --target target --trials 4 --json | tail -n 1 >diabetes.json
within "rmse on diabetes" "$(field rmse <diabetes.json)" at-most 58

# The same seed gives the same file at any number of threads; another seed another one.
"$kette" data spiral --samples 300 --seed 3 --out spiral.csv
for threads in 1 2; do
  "$kette" train spiral.csv --target label --epochs 5 --seed 7 --threads $threads --quiet --out $threads.onnx
done
cmp 1.onnx 2.onnx
[ -e 1.run.toml ] || { echo "no record beside the model"; exit 1; }
"$kette" train spiral.csv --target label --epochs 5 --seed 8 --quiet --out other.onnx
! cmp -s 1.onnx other.onnx || { echo "another seed gave the same model"; exit 1; }

# Rows from tables of their own are told as such; nothing is drawn then.
"$kette" data spiral --samples 40 --seed 4 --out more.csv
"$kette" train spiral.csv --target label --epochs 2 --test more.csv --validation more.csv --out told.onnx >told.txt
grep -qx 'split     300 training · 40 validation · 40 test rows (validation: more.csv, test: more.csv)' told.txt ||
  { echo "the split is not told:"; cat told.txt; exit 1; }

# Each variant of descent learns.
for descent in batch sgd sgd-shuffle minibatch minibatch-shuffle; do
  "$kette" train "$data/breast_cancer.csv" --target diagnosis --descent $descent --epochs 60 --json --out d.onnx |
    tail -n 1 >descent.json
  within "accuracy of $descent" "$(field accuracy <descent.json)" at-least 0.9
done

# predict gives a row for every row, also without the target; evaluate agrees with counting by hand.
"$kette" predict digits.onnx "$data/digits.csv" --out predicted.csv
[ "$(wc -l <predicted.csv)" = "$(wc -l <"$data/digits.csv")" ] || { echo "predict left rows out"; exit 1; }
for stdin in - /dev/stdin; do
  cut -d, -f1-64 "$data/digits.csv" | "$kette" predict digits.onnx $stdin --out again.csv
  cmp predicted.csv again.csv
done
tail -n +2 predicted.csv | cut -d, -f1 >values.txt
by_hand=$(cut -d, -f65 "$data/digits.csv" | tail -n +2 | paste -d, - values.txt |
  awk -F, '{ n++; right += $1 == $2 } END { printf "%.6f", right / n }')
told=$("$kette" evaluate digits.onnx "$data/digits.csv" --json | tail -n 1 | field accuracy)
awk -v a="$by_hand" -v b="$told" 'BEGIN { d = a - b; exit !(d < 1e-6 && d > -1e-6) }' ||
  { echo "evaluate says $told, counting says $by_hand"; exit 1; }

# Gradients of a trained model agree with differences.
"$kette" train "$data/digits.csv" --target digit --hidden 32 --epochs 3 --quiet --out one.onnx
"$kette" check one.onnx "$data/digits.csv" >check.txt || { cat check.txt; exit 1; }

# A search takes the weights of classes and rows into account.
"$kette" data moons --samples 60 --out weighed.csv
"$kette" train weighed.csv --target label --trials 4 --out plain.onnx --quiet
"$kette" train weighed.csv --target label --trials 4 --class-weights 0=1,1=50 --out weighed.onnx --quiet
"$kette" predict plain.onnx weighed.csv --probabilities --out plain.txt
"$kette" predict weighed.onnx weighed.csv --probabilities --out weighed.txt
! cmp -s plain.txt weighed.txt || { echo "class weights changed nothing in a search"; exit 1; }
