#!/bin/sh
# What docs/export.md shows does what it shows; generated code says what `kette predict` says on a real table.
# usage: export_test.sh KETTE PROJECT
set -eu
kette=$1 project=$2
command -v cc >/dev/null && command -v c++ >/dev/null || { echo "no compiler here"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir bin
ln -s "$kette" bin/kette
PATH=$folder/bin:$PATH

block() { awk -v begin="\`\`\`$1" '$0 == begin { on = 1; next } /^```/ { on = 0 } on' "$project/docs/export.md"; }
block c >main.c
block cpp >main.cc
block console | sed -n 's/^\$ //p' >commands.sh
block console | grep -v '^\$ ' >shown.txt
[ -s main.c ] && [ -s main.cc ] && [ -s shown.txt ]
sh -eu commands.sh >printed.txt
diff shown.txt printed.txt

# Many columns of numbers: an array. The compiler's warnings are errors. (Three columns are constant and left out.)
cut -d, -f2-32,34-39,41- "$project/data/digits.csv" >digits.csv
"$kette" train digits.csv --target digit --hidden 32 --epochs 5 --quiet --out digits.onnx
"$kette" predict digits.onnx digits.csv --out expected.csv
"$kette" export digits.onnx --to c --name d --out sub.h
"$kette" export digits.onnx --to c --name d --out - >same.h
sed 's/sub\.h/d.h/' sub.h | cmp - same.h
cat >digits.c <<'END'
#include <stdio.h>
#define D_IMPLEMENTATION
#include "sub.h"
int main(void) {
  float row[D_FEATURE_COUNT];
  int digit, c, i = 0;
  while ((c = getchar()) != '\n') (void)c;
  puts("prediction");
  while (scanf("%f,", &row[i]) == 1) {
    if (++i < D_FEATURE_COUNT) continue;
    i = scanf("%d", &digit) - 1;
    puts(d_label(d_predict(row)));
  }
  return 0;
}
END
cc -std=c99 -O2 -Wall -Wextra -Werror -pedantic digits.c -lm -o digits
./digits <digits.csv >found.csv
cmp expected.csv found.csv

# Weights go out and in by name.
"$kette" export digits.onnx --to safetensors
[ -s digits.safetensors ]
"$kette" train digits.csv --target digit --hidden 32 --epochs 1 --seed 9 --quiet --out other.onnx
"$kette" import other.onnx --weights digits.safetensors --out same.onnx >told.txt
"$kette" predict same.onnx digits.csv --out same.csv
cmp expected.csv same.csv
"$kette" train digits.csv --target digit --hidden 16 --epochs 1 --quiet --out narrow.onnx
! "$kette" import narrow.onnx --weights digits.safetensors --out never.onnx 2>err.txt || exit 1
grep -q 'digits.safetensors: "W1" is \[.*\]; the model.s is \[' err.txt && [ ! -e never.onnx ]
! "$kette" export digits.onnx --to safetensors --name d 2>err.txt || exit 1
grep -q -- '--name: only for --to c and c++' err.txt
