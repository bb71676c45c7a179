#!/bin/sh
# Wrong input: one line on standard error that says where and what, the right exit code, and no file left behind.
# usage: bad_input_test.sh KETTE PROJECT
set -u
kette=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# refused CODE "part of the message" COMMAND …
refused() {
  code=$1 message=$2
  shift 2
  before=$(ls)
  "$kette" "$@" >out.txt 2>err.txt
  found=$?
  lines=$(grep -c '' err.txt)
  if [ "$found" != "$code" ]; then echo "kette $*: exit code $found, expected $code"; failures=$((failures + 1)); fi
  if [ "$lines" != 1 ]; then echo "kette $*: $lines lines on standard error: $(cat err.txt)"; failures=$((failures + 1)); fi
  grep -qF -- "$message" err.txt || { echo "kette $*: \"$(cat err.txt)\" lacks \"$message\""; failures=$((failures + 1)); }
  rm -f out.txt err.txt
  [ "$(ls)" = "$before" ] || { echo "kette $*: left $(ls)"; failures=$((failures + 1)); }
}

"$kette" data moons --samples 200 --out good.csv || exit 1
: >empty.csv
printf 'a,b\n' >header.csv
printf 'a,b\n1,2\n3\n' >ragged.csv
printf 'a,b\n1,x\n3,4\n5,6\n' >text.csv
printf 'a,b\n1,2\n3,nan\n5,6\n' >nan.csv
printf 'a,b\n1,inf\n3,4\n5,6\n' >inf.csv
printf 'a,b\n1,2\n1,4\n1,6\n' >constant_target.csv
printf 'a,b\nx,2\nx,4\nx,6\n' >one_class.csv
printf 'a,b\n"1,2\n3,4\n' >quote.csv

refused 1 'nofile.csv' train nofile.csv --target a
refused 1 'did you mean "label"' train good.csv --target lable
refused 1 'empty.csv:1:1: ' train empty.csv --target a
refused 1 'header.csv' train header.csv --target a
refused 1 'ragged.csv:3:2: ' train ragged.csv --target a
refused 1 'text.csv:2:2: expected a number, found "x"' train text.csv --target a
refused 1 'nan.csv:3:2: ' train nan.csv --target a
refused 1 'inf.csv:2:2: ' train inf.csv --target a
refused 1 'constant_target.csv' train constant_target.csv --target a --task regression
refused 1 'one_class.csv' train one_class.csv --target a
refused 1 'quote.csv:2:1: ' train quote.csv --target a
refused 1 'is the target and also a feature' train good.csv --target label --features x1,label
refused 1 'batch size 5000 is larger than the data' train good.csv --target label --batch-size 5000
refused 1 'training diverged at epoch 1, step' train good.csv --target label --optimizer sgd --learning-rate 1e30
refused 1 'good.csv' predict good.csv good.csv
refused 1 'nofile.onnx' evaluate nofile.onnx good.csv
refused 2 '--target' train good.csv
refused 2 'subcommand' dance
refused 2 '--hidden' train good.csv --target label --hidden many
refused 1 '/nowhere/' train good.csv --target label --epochs 1 --quiet --out /nowhere/model.onnx

"$kette" train good.csv --target label --epochs 1 --quiet --out model.onnx || exit 1
head -c 400 model.onnx >cut.onnx
printf 'other\n1\n' >other.csv
refused 1 'cut.onnx' predict cut.onnx good.csv
refused 1 'x1' predict model.onnx other.csv
refused 1 'label' evaluate model.onnx other.csv

# A constant column is told on one line, and training goes on; when it fails, only the failure is told.
printf 'c,x,y\n' >constant.csv
awk 'BEGIN { for (i = 0; i < 40; i++) printf "1,%d,%d\n", i % 7, (i % 7) * 2.5 + i }' >>constant.csv
"$kette" train constant.csv --target y --quiet --epochs 2 --out model.onnx 2>err.txt || exit 1
[ "$(grep -c '' err.txt)" = 1 ] && grep -qF 'column "c" is constant' err.txt ||
  { echo "a constant column gives: $(cat err.txt)"; failures=$((failures + 1)); }
rm -f err.txt
refused 1 'training diverged at epoch ' train constant.csv --target y --optimizer sgd --learning-rate 1e30
refused 1 'is the input' train good.csv --target label --out good.csv
refused 2 '--momentum' train good.csv --target label --optimizer adam --momentum 0.5

[ "$failures" = 0 ] || { echo "$failures failures"; exit 1; }
