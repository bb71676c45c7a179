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
column() { # NAME FIELD: rows of two numbers, the seventh of column b being FIELD
  awk -v field="$2" 'BEGIN { print "a,b"; for (i = 1; i < 60; i++) print i * 1.37 "," (i == 7 ? field : i * i * 0.3) }' >"$1"
}
: >empty.csv
printf 'a,b\n' >header.csv
printf 'a,b\n1,2\n3\n' >ragged.csv
column text.csv x
column missing.csv ''
column inf.csv inf
printf 'a,b\n1,2\n1,4\n1,6\n' >constant_target.csv
printf 'a,b\nx,2\nx,4\nx,6\n' >one_class.csv
printf 'a,b\n,2\n,4\n,6\n' >no_target.csv
printf 'x1,x2\n1,2\n' >no_label.csv
printf 'PK\003\004aaaaaaaaaaaaaaaaaaaa' >book.xlsx
gzip -c good.csv | head -c 300 >cut.csv.gz
mkdir folder
quick="--epochs 1 --hidden 4 --quiet"

# Tables
refused 1 'nofile.csv' train nofile.csv --target a
refused 1 'did you mean "label"' train good.csv --target lable
refused 1 'empty.csv:1:1: ' train empty.csv --target a
refused 1 'header.csv:2:1: ' train header.csv --target a
refused 1 'ragged.csv:3:2: ' train ragged.csv --target a
refused 1 'text.csv:8:2: expected a number, found "x" in column "b"; --missing x' train text.csv --target a
refused 1 'inf.csv:8:2: ' train inf.csv --target a
refused 1 'constant_target.csv: target "a" is 1 in every row' train constant_target.csv --target a --task regression
refused 1 'one_class.csv: target "a" has one class only' train one_class.csv --target a
refused 1 'target "a" is missing in every row' train no_target.csv --target a
refused 1 'is an Excel workbook' train book.xlsx --target a
refused 1 'cut.csv.gz: the gzip data end after 300 bytes' train cut.csv.gz --target label
refused 1 'folder' train folder --target a
refused 1 'no column "label"' train good.csv --target label --validation no_label.csv $quick
refused 1 'no column "label"' train good.csv --target label --test no_label.csv $quick

# Options that contradict the table or each other
refused 1 'is the target and also a feature' train good.csv --target label --features x1,label
refused 1 'is said to be categorical and numeric' train good.csv --target label --categorical x1 --numeric x1
refused 1 'batch size 5000 is larger than the data' train good.csv --target label --batch-size 5000
refused 1 'training diverged at epoch 1, step' train good.csv --target label --optimizer sgd --learning-rate 1e30
refused 2 '--target' train good.csv
refused 2 'there is no command "dance"' dance
refused 2 'there is no command "trian"; did you mean "train"?' trian good.csv
refused 2 'there is no option --targte; did you mean "--target"?' train good.csv --targte label
refused 2 'there is no option -x' train good.csv --target label -x
refused 2 '--target COLUMN is missing: Column to predict' train good.csv
refused 2 'FILE is missing' train --target label
refused 2 '--epochs: expected a whole number above 0, not "1.5"' train good.csv --target label --epochs 1.5
refused 2 '--epochs: expected a whole number above 0, not "some"' train good.csv --target label --epochs some
refused 2 '--epochs: expected a whole number above 0 behind it' train good.csv --target label --epochs
refused 2 '--target: expected COLUMN, found the option --epochs' train good.csv --target --epochs 3
refused 2 '--seed: expected a whole number of at least 0, not "-1"' train good.csv --target label --seed -1
refused 2 '--beta1: expected a number, not "half"' train good.csv --target label --beta1 half
refused 2 '--quiet: takes no value, found "7"' train good.csv --target label --quiet=7
refused 2 'not "cosin"; did you mean "cosine"?' train good.csv --target label --schedule cosin
refused 2 'not "rleu"' train good.csv --target label --activation tanh,rleu
refused 2 'expected no further argument "tanh"; usage: kette ops [NAME]' ops relu tanh
refused 2 'there is no operation "relo"; did you mean "relu"?' ops relo
refused 2 'there is no topic or command "meazures"; did you mean "measures"?' help meazures
refused 2 '--hidden: "many"' train good.csv --target label --hidden many
refused 2 '--epochs: expected a number above 0, not "0"' train good.csv --target label --epochs 0
refused 2 '--test-size: expected a number from 0 to 0.99, not "most"' train good.csv --target label --test-size most
refused 2 '--l2: expected a number of at least 0, not "-1"' train good.csv --target label --l2 -1
refused 2 '--trials is of a search; it contradicts --hidden' train good.csv --target label --trials 3 --hidden 4
refused 2 '--auto chooses network and descent itself; it contradicts --hidden' train good.csv --target label --auto --hidden 3
refused 2 '--folds watches training by parts' train good.csv --target label --folds 3 --validation no_label.csv
refused 2 'leave no row to learn from' train good.csv --target label --test-size 0.6 --validation 0.5
refused 2 '--momentum' train good.csv --target label --optimizer adam --momentum 0.5
refused 2 'goes without --descent' train good.csv --target label --optimizer lbfgs --descent sgd
refused 2 'contradicts --schedule cosine' train good.csv --target label --schedule cosine --decay 0.1

# Places to write to
refused 1 'is the input' train good.csv --target label --out good.csv
refused 1 'the folder /nowhere does not exist' train good.csv --target label $quick --out /nowhere/model.onnx
refused 1 'folder: is a folder; expected a file' train good.csv --target label $quick --out folder
refused 1 'No space left on device' train good.csv --target label $quick --out /dev/full
refused 2 'not written to standard output' train good.csv --target label $quick --out -
if [ "$(id -u)" != 0 ]; then
  mkdir closed && chmod a-w closed
  refused 1 'cannot write to the folder closed' train good.csv --target label $quick --out closed/model.onnx
fi

# Models, and tables for them
"$kette" train good.csv --target label $quick --out model.onnx || exit 1
head -c 400 model.onnx >cut.onnx
printf 'other\n1\n' >other.csv
printf 'X1,x2\n1,2\n' >renamed.csv
printf 'x1,x2\n1,word\n2,other\n' >retyped.csv
printf 'x1,x2,label\n1,2,7\n' >new_label.csv
refused 1 'good.csv: not an ONNX model' predict good.csv good.csv
refused 1 'nofile.onnx' evaluate nofile.onnx good.csv
refused 1 'nofile.onnx' train good.csv --target label --epochs 1 --from nofile.onnx
refused 2 '--weight and --group do not go with --from' train good.csv --target label --epochs 1 --weight x1 --from model.onnx
refused 2 '--from goes on with the network of the model' train good.csv --target label --hidden 7 --epochs 1 --from model.onnx
refused 1 'cut.onnx: not an ONNX model, or cut short' predict cut.onnx good.csv
refused 1 'other.csv: missing columns "x1", "x2"' predict model.onnx other.csv
refused 1 'renamed.csv: missing column "x1"; was "X1" renamed?' predict model.onnx renamed.csv
refused 1 'retyped.csv:2:2: expected a number, found "word"' predict model.onnx retyped.csv
refused 1 'no column "label"; the columns are "x1", "x2"; evaluate compares' evaluate model.onnx no_label.csv
refused 1 'new_label.csv:2:3: expected one of the labels 0, 1, found "7"' evaluate model.onnx new_label.csv
refused 2 '--threshold: expected a number from 0 to 1, not "2"' evaluate model.onnx good.csv --threshold 2
refused 2 '--top-k is of more than two classes' evaluate model.onnx good.csv --top-k 2
refused 2 '--positive: expected one of the two classes of a binary model, not "7"' evaluate model.onnx good.csv --positive 7
refused 2 '--curves adds to the JSON object' evaluate model.onnx good.csv --curves
refused 1 'folder: is a folder' predict model.onnx good.csv --out folder
refused 2 'expected one of c, c++, safetensors, not "rust"' export model.onnx --to rust
refused 2 '--to NAME is missing' export model.onnx
refused 2 '--name: expected letters, digits and _, no digit first, and no keyword of C, found "2nd"' export model.onnx --to c --name 2nd
refused 2 'found "int"' export model.onnx --to c++ --name int
refused 1 'nofile.onnx' export nofile.onnx --to c
refused 1 'cut.onnx: not an ONNX model, or cut short' export cut.onnx --to c
refused 1 'folder: is a folder' export model.onnx --to c --out folder
refused 1 'model.onnx: is the input; it would be overwritten' export model.onnx --to c --out ./model.onnx
refused 1 'the folder /nowhere does not exist' export model.onnx --to c --out /nowhere/model.h
"$kette" predict model.onnx good.csv >/dev/full 2>err.txt
[ $? = 1 ] && grep -qF 'No space left on device' err.txt || { echo "a full disk gives: $(cat err.txt)"; failures=$((failures + 1)); }

# told "part of the message" COMMAND …: it works, and says one thing on standard error.
told() {
  message=$1
  shift
  "$kette" "$@" >out.txt 2>err.txt || { echo "kette $*: exit code $?: $(cat err.txt)"; failures=$((failures + 1)); }
  [ "$(grep -c '' err.txt)" = 1 ] && grep -qF -- "$message" err.txt ||
    { echo "kette $*: \"$(cat err.txt)\" lacks \"$message\""; failures=$((failures + 1)); }
}
# What is missing is filled in, without a word on standard error.
"$kette" train missing.csv --target a $quick --out missing.onnx 2>err.txt && [ ! -s err.txt ] ||
  { echo "a missing field gives: $(cat err.txt)"; failures=$((failures + 1)); }
# Categories that the model does not know are counted.
awk 'BEGIN { print "town,x,y"; for (i = 1; i < 200; i++) print (i % 3 ? "Ulm" : "Rom") "," i % 11 "," i % 5 + i % 3 }' >towns.csv
"$kette" train towns.csv --target y --task regression $quick --out towns.onnx || exit 1
printf 'town,x,y\nBonn,1,2\nBonn,2,3\nKiel,3,4\nUlm,4,5\n' >new_towns.csv
told 'column "town": 3 rows hold a category not seen in training' predict towns.onnx new_towns.csv
[ "$(grep -c '' out.txt)" = 5 ] || { echo "predict left rows out: $(cat out.txt)"; failures=$((failures + 1)); }
told 'column "town": 3 rows hold a category not seen in training' evaluate towns.onnx new_towns.csv
rm -f out.txt
# Labels that the model does not know are counted and left out, where there are others.
{ head -n 30 good.csv; printf '1,2,7\n3,4,8\n'; } >some_new_labels.csv
told '2 rows left out, with labels in column "label" that the model does not know ("7" at some_new_labels.csv:31:3)' \
  evaluate model.onnx some_new_labels.csv
grep -q 'on 29 rows' out.txt || { echo "expected 29 rows: $(cat out.txt)"; failures=$((failures + 1)); }
rm -f out.txt
# A constant column is told, and training goes on; when it fails, only the failure is told.
printf 'c,x,y\n' >constant.csv
awk 'BEGIN { for (i = 0; i < 40; i++) printf "1,%d,%d\n", i % 7, (i % 7) * 2.5 + i }' >>constant.csv
told 'column "c" is constant' train constant.csv --target y $quick --out model.onnx
rm -f out.txt err.txt
refused 1 'training diverged at epoch ' train constant.csv --target y --optimizer sgd --learning-rate 1e30

[ "$failures" = 0 ] || { echo "$failures failures"; exit 1; }
