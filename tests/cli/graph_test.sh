#!/bin/sh
# kette graph and kette explain: states, numbers, forms, and what they say of wrong input.
# usage: graph_test.sh KETTE PROJECT
set -eu
kette=$1
. "$(dirname "$0")/expect.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >olah.txt <<'END'
input a: f64[]
input b: f64[]
constant one: f64[] = 1
c = add(a, b)
d = add(b, one)
e = mul(c, d)
END

# Olah's graph: values and gradients.
"$kette" graph olah.txt --set a=2 --set b=1 --values --gradients | tr '\n' ' ' | tr -s ' ' >out.txt
expect "c" 'c 1×1 add(a, b) 3 ∂L 2' out.txt
expect "e" 'e 1×1 mul(c, d) 6 ∂L 1' out.txt
expect "b" 'b 1×1 input 1 ∂L 5' out.txt
"$kette" explain olah.txt --set a=2 --set b=1 >out.txt
expect "formula" 'e = c·d = 3·2 = 6' out.txt
expect "rule" 'mul: product rule' out.txt
"$kette" graph olah.txt --backward >out.txt
expect "backward" '∂L/∂b' out.txt
"$kette" graph olah.txt --as source >again.txt
"$kette" graph again.txt --set a=2 --set b=1 --values >out.txt
expect "the text form is read again" 'e 1×1 mul(c, d)' out.txt

refused 1 'olah.txt: no value for a, b (--set NAME=VALUE gives one)' graph olah.txt --values
refused 1 'olah.txt: there is no node "f"' graph olah.txt --node f
refused 2 '--set: olah.txt: there is no input or parameter "x"; there are a, b' graph olah.txt --set x=1
refused 2 '--set: a is f64[]: expected 1 number, found 2' graph olah.txt --set a=1,2
refused 2 '--set: "a": expected name=value' graph olah.txt --set a
refused 2 'expected a finite number, found "7e999"' graph olah.txt --set a=7e999
refused 2 '--row is for models' graph olah.txt --row 3
refused 2 '--words is for models' graph olah.txt --words "a b"
refused 2 '.gif is no form of a graph' graph olah.txt --out olah.gif
refused 1 'nothing.txt' graph nothing.txt
printf 'c = add(a, b)\n' >broken.txt
refused 1 'broken.txt:1:' graph broken.txt

# A model of a table.
"$kette" data moons >moons.csv
target=$(head -n 1 moons.csv | sed 's/.*,//')
"$kette" train moons.csv --target "$target" --hidden 3 --epochs 20 --quiet --out net.onnx
"$kette" graph net.onnx >out.txt
expect "one row" 'W2 3×' out.txt
"$kette" graph net.onnx --data moons.csv --row 7 --values --gradients --layer 2 >out.txt
expect "layer" 'h1 1×3 input' out.txt
refused 1 'there is no row 7777' graph net.onnx --data moons.csv --row 7777
refused 1 'there is no layer 9; the layers are 1 to 2' graph net.onnx --layer 9
refused 2 'is for numbers; the model predicts classes' graph net.onnx --loss huber
refused 2 'give a row' explain net.onnx
refused 1 '(give a row: --data FILE, or --words TEXT)' graph net.onnx --values
refused 2 '--loss none' explain net.onnx moons.csv --loss none
refused 2 '--output goes with --attribution' explain net.onnx moons.csv --output 1
refused 2 '--interactive is for the terminal' explain net.onnx moons.csv --interactive --json
refused 2 '--row goes with a table' graph net.onnx --row 3
refused 2 'is none of the classes' explain net.onnx moons.csv --expected blue
refused 2 'x1 is a column; it has a value only in a row' graph net.onnx --set x1=3
refused 2 'is a table; expected a model' graph moons.csv
cp moons.csv kept.csv
refused 1 'moons.csv' explain net.onnx moons.csv --out moons.csv
refused 1 'moons.csv' graph net.onnx --data moons.csv --as text --out moons.csv
cmp moons.csv kept.csv
refused 1 'there is no node "h9"' explain net.onnx moons.csv --node h9

"$kette" explain net.onnx moons.csv --row 7 >out.txt
expect "update" 'after one step of all parameters with η = 0.1: loss' out.txt
expect "biases" 'Δb1[' out.txt
head -n 1 moons.csv | sed "s/,$target\$//" >blind.csv
sed -n '8s/,[^,]*$//p' moons.csv >>blind.csv
"$kette" explain net.onnx blind.csv >out.txt
expect "no target" 'there is no backward pass' out.txt
"$kette" explain net.onnx moons.csv --row 7 --attribution >out.txt
expect "attribution" 'integrated gradients sum to' out.txt

# Keys: two forward, one back, a change, the end.
printf 'nnpeb1[1] = 5\nGq' | "$kette" explain net.onnx moons.csv --interactive >out.txt
expect "steps" 'forward pass, 3 of' out.txt
expect "change" 'changed: b1[1] = 5' out.txt
expect "last" 'update, 2 of 2' out.txt
printf 'eb7=1\nq' | "$kette" explain net.onnx moons.csv --interactive >out.txt
expect "a wrong change" 'there is no input or parameter "b7"' out.txt

# A change gives what a first look gives.
"$kette" explain net.onnx moons.csv --set "b1[1]=0.5" | sed -n '/^Backward/,$p' >first.txt
printf 'eb1[1]=0.5\n' | "$kette" explain net.onnx moons.csv --interactive >/dev/null
{ printf 'eb1[1]=0.5\n'; i=0; while [ $i -lt 60 ]; do printf n; i=$((i + 1)); done; printf q; } |
  "$kette" explain net.onnx moons.csv --interactive >out.txt
grep '∂L/∂' first.txt | sort -u >one.txt
sed -n '/changed: /,$p' out.txt | grep '∂L/∂' | sort -u >two.txt
cmp one.txt two.txt || { echo "another backward pass after a change"; diff one.txt two.txt | head; exit 1; }

# Names of any bytes do not reach the terminal.
printf 'a\033[2Jb,y\n1,u\n2,v\n3,u\n4,v\n5,u\n6,v\n' >bytes.csv
"$kette" train bytes.csv --target y --hidden 2 --epochs 2 --quiet --out bytes.onnx
"$kette" explain bytes.onnx bytes.csv >out.txt
"$kette" explain bytes.onnx bytes.csv --attribution >>out.txt
! grep -q "$(printf '\033')" out.txt || { echo "escape sequences"; exit 1; }

# No line is wider than a narrow terminal, where it can be broken.
if command -v script >/dev/null; then
  script -qec "stty cols 60; '$kette' explain net.onnx moons.csv --row 7" /dev/null | tr -d '\r' >out.txt
  expect "narrow" 'Forward pass' out.txt
  LC_ALL=C sed "s/[$(printf '\200')-$(printf '\277')]//g" out.txt >columns.txt  # a byte for each character
  awk 'length($0) > 60 { print; found = 1 } END { exit found }' columns.txt || { echo "wider than 60 columns"; exit 1; }
fi

# Pictures.
if command -v dot >/dev/null; then
  "$kette" graph net.onnx --data moons.csv --values --gradients --backward --out net.svg
  grep -q '</svg>' net.svg || { echo "no svg"; exit 1; }
  "$kette" graph net.onnx --out net.png
  [ "$(head -c 4 net.png | tail -c 3)" = PNG ] || { echo "no png"; exit 1; }
  "$kette" graph net.onnx --out net.tex
  grep -q 'end{tikzpicture}' net.tex || { echo "no tikz"; exit 1; }
  { echo 'input x: f64[]'; i=0; previous=x
    while [ $i -lt 450 ]; do echo "y$i = tanh($previous)"; previous=y$i; i=$((i + 1)); done; } >deep.txt
  refused 1 '--layer, --node and --depth show a part' graph deep.txt --out deep.svg
  [ ! -e deep.svg ] || { echo "half a picture"; exit 1; }
  "$kette" graph deep.txt --depth 3 --out deep.svg
  grep -q '>y447' deep.svg || { echo "no part of the graph"; exit 1; }
fi
PATH=/nowhere "$kette" graph olah.txt >out.txt
expect "text needs no tool" 'mul(c, d)' out.txt
set +e; PATH=/nowhere "$kette" graph olah.txt --out none.svg 2>err.txt; found=$?; set -e
[ $found = 1 ] || { echo "without Graphviz: exit code $found"; exit 1; }
expect "missing tool" 'the program dot is not installed; it comes with the package graphviz' err.txt
