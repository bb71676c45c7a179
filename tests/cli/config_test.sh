#!/bin/sh
# The record of a run repeats it, byte for byte; a configuration says what is wrong with it, and where.
# usage: config_test.sh KETTE PROJECT
set -u
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
failed() {
  echo "$*"
  failures=$((failures + 1))
}

"$kette" data moons --samples 300 --seed 2 --out moons.csv || exit 1
"$kette" data spiral --samples 200 --seed 2 --out spiral.csv || exit 1

# repeats NAME FILE OPTION …
repeats() {
  name=$1 file=$2
  shift 2
  "$kette" train "$file" --quiet --out "$name.onnx" --threads 1 "$@" 2>err.txt || failed "$name: $(cat err.txt)"
  "$kette" train "$file" --quiet --out again.onnx --config "$name.run.toml" --threads 2 2>err.txt ||
    failed "$name from its record: $(cat err.txt)"
  cmp "$name.onnx" again.onnx || failed "$name: the record gives another model: $(cat "$name.run.toml")"
  # And the record of the second run has the options of the first.
  sed '/^\[data\]/,$d' "$name.run.toml" | sort >first.txt
  sed '/^\[data\]/,$d' again.run.toml | sort >second.txt
  cmp first.txt second.txt || failed "$name: the second record is another: $(diff first.txt second.txt)"
  rm -f again.onnx again.run.toml
}
repeats defaults moons.csv --target label --epochs 5
repeats plain spiral.csv --target label --descent sgd-shuffle --hidden 8,8 --activation tanh,relu --epochs 4 --seed 9
repeats chosen moons.csv --target label --hidden none --optimizer nesterov --momentum 0.8 --learning-rate 0.0123 \
  --schedule cosine --epochs 6 --l2 1e-5 --batch-size 7 --class-weights 0=1,1=2.5 --average 0.99 --plateau \
  --scale robust,x1=standard --label-smoothing 0.05 --no-indicators
repeats found moons.csv --target label --learning-rate find --epochs 3
repeats folds moons.csv --target label --folds 3 --epochs 3
repeats steps moons.csv --target label --steps 77 --validation 0
repeats lbfgs "$data/diabetes.csv" --target target --optimizer lbfgs --epochs 10 --l2 0.001 --target-scale log
repeats searched spiral.csv --target label --trials 4

# Steps of 256 rows are twice as large as those of fewer, unless the rate is given.
"$kette" data moons --samples 80000 --seed 2 --out large.csv || exit 1
# chooses BATCH RATE OPTION …
chooses() {
  batch=$1 rate=$2
  shift 2
  repeats large large.csv --target label --hidden 4 --epochs 1 "$@"
  grep -qx "batch-size = $batch" large.run.toml && grep -qx "learning-rate = $rate" large.run.toml ||
    failed "$*: expected batches of $batch at $rate: $(grep -E '^(batch|learning)' large.run.toml)"
}
chooses 256 0.006
chooses 128 0.003 --batch-size 128
chooses 256 0.001 --learning-rate 0.001
chooses 256 0.003 --optimizer adamw

# A column whose name looks like a number or like a yes stays a name.
awk 'BEGIN { print "1,true,007"; for (i = 0; i < 60; i++) print i % 7 "," i % 5 "," i % 7 - i % 5 }' >names.csv
repeats names names.csv --target 007 --features 1,true --epochs 2
repeats one_name names.csv --target 007 --features true --epochs 2
grep -q '^target = "007"$' names.run.toml || failed "the record writes the target as a number"
grep -q '^epochs = 2$' names.run.toml || failed "the record writes epochs as a text"

# What stands on the command line counts more; lists are lists, and tables of the file are not looked at.
printf 'target = "label"\nhidden = [6, 5]\nepochs = 1\n[notes]\nwho = "me"\n' >own.toml
"$kette" train moons.csv --config own.toml --epochs 2 --out own.onnx --quiet || failed "a configuration was refused"
grep -q '^hidden = "6,5"$' own.run.toml || failed "the list was not taken"
grep -q '^epochs = 2$' own.run.toml || failed "the command line does not count more"

# refused "part of the message" CONTENT
refused() {
  printf "$2" >bad.toml
  "$kette" train moons.csv --target label --config bad.toml --out bad.onnx --quiet >out.txt 2>err.txt
  code=$?
  [ "$code" = 2 ] || failed "$2: exit code $code"
  [ "$(grep -c '' err.txt)" = 1 ] || failed "$2: not one line: $(cat err.txt)"
  grep -qF -- "$1" err.txt || failed "$2: \"$(cat err.txt)\" lacks \"$1\""
  [ ! -e bad.onnx ] || failed "$2: left a model"
}
refused 'bad.toml:2:' 'seed = 1\nhiden = 3\n'
refused 'there is no option "hiden"' 'seed = 1\nhiden = 3\n'
refused 'bad.toml:1:' 'seed = \n'
refused '--plateau is true or false' 'plateau = 3\n'
refused '--seed is no yes-or-no option' 'seed = true\n'
refused 'expected a text, a number' 'seed = 2020-01-01\n'
refused '--epochs' 'epochs = -1\n'
refused '--hidden' 'hidden = "many"\n'
"$kette" train moons.csv --target label --config nowhere.toml 2>err.txt && failed "a missing configuration was not missed"
grep -q 'nowhere.toml' err.txt || failed "the missing configuration is not named: $(cat err.txt)"

[ "$failures" = 0 ] || { echo "$failures failures"; exit 1; }
