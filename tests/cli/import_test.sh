#!/bin/sh
# Models of other tools on the command line.
# usage: import_test.sh KETTE PROJECT
set -eu
kette=$1 project=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
corpus=$project/fuzz/corpus/onnx

expect() { # TEXT FILE
  grep -qF -- "$1" "$2" || { echo "\"$1\" is not in:"; cat "$2"; exit 1; }
}
refused() { # MESSAGE COMMAND …
  message=$1
  shift
  ! "$kette" "$@" >out.txt 2>err.txt || { echo "kette $* is not refused"; exit 1; }
  expect "$message" err.txt
  [ "$(wc -l <err.txt)" = 1 ] || { echo "more than one line:"; cat err.txt; exit 1; }
}

printf 'a,b,class\n1,2,no\n3,-1,yes\n0,0,no\n2,2,yes\n' >rows.csv

# The file is used as it is: columns by position, the target where the labels are known.
"$kette" predict "$corpus/flatten_gemm.onnx" rows.csv >said.txt
expect prediction said.txt
[ "$(wc -l <said.txt)" = 5 ]
refused 'expected one of the labels 0, 1, found "no" in column "class" (kette import --labels names the classes)' \
  evaluate "$corpus/flatten_gemm.onnx" rows.csv

# What the file does not say is added; then it is a model as any other.
"$kette" import "$corpus/flatten_gemm.onnx" --columns a,b --labels no,yes --target class --out ours.onnx >told.txt
expect '2 columns' told.txt
expect 'binary · 2 classes' told.txt
"$kette" evaluate ours.onnx rows.csv >judged.txt
expect 'binary of "class" on 4 rows' judged.txt
"$kette" predict "$corpus/flatten_gemm.onnx" rows.csv --probabilities | tail -n +2 | cut -d, -f2- >theirs.txt
"$kette" predict ours.onnx rows.csv --probabilities | tail -n +2 | cut -d, -f2- >ours.txt
cmp theirs.txt ours.txt

# It is trained on, exported and checked.
for i in 1 2 3 4 5 6 7 8; do printf '1,2,no\n3,-1,yes\n0,0,no\n2,1,yes\n'; done >more.txt
{ echo a,b,class; cat more.txt; } >more.csv
"$kette" train more.csv --target class --from ours.onnx --epochs 20 --out trained.onnx --quiet
! cmp -s ours.onnx trained.onnx
"$kette" check trained.onnx more.csv >checked.txt
"$kette" export ours.onnx --to c --out ours.h

# Labels in the file, a row without a dim for rows, float64.
"$kette" import "$corpus/scaler_zipmap.onnx" --out zip.onnx >told.txt
"$kette" predict zip.onnx rows.csv >said.txt
grep -qx '[ab]' said.txt
"$kette" predict "$corpus/row_float64.onnx" rows.csv >said.txt
expect prediction_y1,prediction_y2 said.txt

refused 'not an ONNX model, or cut short' import rows.csv --out x.onnx
refused '3 columns are named; the model has 2' import "$corpus/flatten_gemm.onnx" --columns a,b,c --out x.onnx
refused 'is the input; it would be overwritten' import ours.onnx --out ours.onnx
refused 'is a file of kette, which says already' import ours.onnx --columns a,b --out x.onnx
refused '--task: expected one of regression, binary, multiclass, not "guess"' import ours.onnx --task guess --out x.onnx
[ ! -e x.onnx ]
