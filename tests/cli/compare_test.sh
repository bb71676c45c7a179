#!/bin/sh
# kette compare: what differs between runs, and the variants of gradient descent.
# usage: compare_test.sh KETTE PROJECT
set -eu
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

expect() { # WHAT REGEX FILE
  grep -Eq -- "$2" "$3" || { echo "$1: no line like \"$2\" in"; cat "$3"; exit 1; }
}
absent() {
  ! grep -Eq -- "$2" "$3" || { echo "$1: a line like \"$2\" in"; cat "$3"; exit 1; }
}
train() { "$kette" train "$@" --quiet; }

"$kette" data moons --samples 300 --out moons.csv
"$kette" data circle --samples 300 --out circle.csv
train moons.csv --target label --epochs 60 --hidden 16 --out good.onnx
train moons.csv --target label --epochs 1 --hidden 16 --optimizer sgd --out poor.onnx
train circle.csv --target label --epochs 3 --hidden 16 --out circle.onnx
train "$data/diabetes.csv" --target target --epochs 2 --hidden 16 --out diabetes.onnx

# Models and records are the same thing; only what differs is shown, and the best is marked.
"$kette" compare poor.onnx good.run.toml >out.txt
expect "names" '^ +poor +good$' out.txt
expect "the best" '^accuracy +0\.[0-9]+ +(0\.[0-9]+|1\.0000) \*$' out.txt
expect "a differing option" '^--epochs +1 +60$' out.txt
expect "a differing option" '^--optimizer +sgd +adamw$' out.txt
absent "an option in which they agree" '^--hidden' out.txt
absent "no caution" '^!' out.txt
"$kette" compare --sort poor.onnx good.onnx >out.txt
expect "sorted" '^ +good +poor$' out.txt
"$kette" compare good.onnx good.onnx >out.txt
expect "nothing differs" '^no option differs$' out.txt

# What does not compare is said.
"$kette" compare good.onnx circle.onnx diabetes.onnx >out.txt
expect "other data" '^! different data: moons.csv, 300 rows, fold-[0-9a-f]{16} \(good\), circle.csv' out.txt
expect "another target" '^! different targets: label \(good, circle\), target \(diabetes\)' out.txt
expect "another task" '^! different tasks: binary \(good, circle\), regression \(diabetes\)' out.txt
train moons.csv --target label --epochs 2 --hidden 16 --seed 2 --out seed.onnx
"$kette" compare good.onnx seed.onnx >out.txt
expect "another split" '^! measured on different rows, for --seed differs' out.txt

# Many runs stand below each other, in lines of a page's width.
"$kette" compare good.onnx poor.onnx circle.onnx seed.onnx good.onnx poor.onnx circle.onnx seed.onnx good.onnx poor.onnx >out.txt
[ "$(grep -v '^!' out.txt | LC_ALL=C.UTF-8 wc -L)" -le 100 ] || { echo "too wide:"; cat out.txt; exit 1; }
[ "$(grep -c '^accuracy' out.txt)" -gt 1 ] || { echo "not in parts:"; cat out.txt; exit 1; }

# JSON has all of it, numbers as numbers.
"$kette" compare poor.onnx good.onnx --json >out.json
[ "$(wc -l <out.json)" = 1 ] || { echo "--json is not one line"; exit 1; }
expect "json" '"name":"poor","record":"poor.run.toml","result":\{"kette":"kette ' out.json
expect "json" '"epochs":60,' out.json
expect "json" '"differing_options":\["optimizer","learning-rate","schedule","epochs",' out.json

# The five variants: the same numbers at any number of threads, but for the time.
cut_times() { sed -E 's/"(seconds|samples_per_second)":[0-9.e+-]+//g; s/passed [^ ]* times/passed/' "$1"; }
"$kette" compare --descent moons.csv --target label --epochs 12 --hidden 16 --json --threads 1 >one.json
"$kette" compare --descent moons.csv --target label --epochs 12 --hidden 16 --json --threads 2 >two.json
[ "$(cut_times one.json)" = "$(cut_times two.json)" ] || { echo "threads change the numbers:"; cat one.json two.json; exit 1; }
"$kette" compare --descent moons.csv --target label --epochs 12 --hidden 16 >out.txt
expect "the table" '^loss after epoch +batch +sgd +sgd-shuffle +minibatch +minibatch-shuffle$' out.txt
expect "before" '^0 \(before\) ' out.txt
expect "the last epoch" '^12 ' out.txt
for variant in batch sgd sgd-shuffle minibatch minibatch-shuffle; do
  expect "a sparkline" "^$variant +[▁▂▃▄▅▆▇█]+ " out.txt
done
expect "updates of batch" '^batch +[▁▂▃▄▅▆▇█]+ +12 ' out.txt
expect "updates of sgd" '^sgd +[▁▂▃▄▅▆▇█]+ +2 880 ' out.txt
expect "redundancy" '^- batch looked at all 240 rows before each of its 12 updates' out.txt
expect "replacement" '^- drawing rows with replacement left 3[5-8] % of them out of an epoch' out.txt
# All start from the same weights.
[ "$(sed -n 's/^0 (before) *//p' out.txt | tr -s ' ' '\n' | sort -u | wc -l)" = 1 ] || { echo "other first weights:"; cat out.txt; exit 1; }
# The loss after the epochs is that which kette train ends with.
"$kette" compare --descent "$data/diabetes.csv" --target target --epochs 2 --learning-rate 1e9 >out.txt
expect "divergence" '^- sgd: training diverged at epoch 1' out.txt

refused() { # CODE MESSAGE ARGUMENT …
  code=$1 message=$2
  shift 2
  found=0
  "$kette" compare "$@" >out.txt 2>err.txt || found=$?
  [ "$found" = "$code" ] || { echo "compare $*: exit code $found, expected $code: $(cat err.txt)"; exit 1; }
  [ "$(grep -c '' err.txt)" = 1 ] || { echo "compare $*: not one line: $(cat err.txt)"; exit 1; }
  grep -qF -- "$message" err.txt || { echo "compare $*: \"$(cat err.txt)\" lacks \"$message\""; exit 1; }
}
printf 'a = 1\n' >none.run.toml
printf 'a = \n' >broken.run.toml
printf 'a = 1\ndata = 7\n\n[result]\nloss = 1.0\n' >part.run.toml
refused 1 'expected nowhere.run.toml' nowhere.onnx
refused 1 'gone.run.toml: cannot read the file' gone.run.toml
refused 1 'none.run.toml: has no [result]' none.run.toml
refused 1 'broken.run.toml:1:' broken.run.toml
refused 1 'part.run.toml:2:8: expected [data] here' part.run.toml
refused 2 '--epochs goes with --descent' good.onnx --epochs 3
refused 2 '--descent needs --target' --descent moons.csv
refused 2 '--sort goes with records' --descent moons.csv --target label --sort
refused 1 'did you mean "label"' --descent moons.csv --target lable
