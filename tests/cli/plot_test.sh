#!/bin/sh
# kette plot: pictures of functions, models and training.
# usage: plot_test.sh KETTE PROJECT
set -eu
kette=$1 data=$2/data
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is not installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

expect() { # WHAT REGEX FILE
  grep -Eq -- "$2" "$3" || { echo "$1: no line like \"$2\" in"; cat "$3"; exit 1; }
}
absent() {
  ! grep -Eq -- "$2" "$3" || { echo "$1: a line like \"$2\" in"; cat "$3"; exit 1; }
}
# A sketch is plain text, at most 79 columns wide.
sketch() { # ARGUMENT …
  "$kette" plot "$@" >out.txt
  [ "$(LC_ALL=C.UTF-8 wc -L <out.txt)" -le 79 ] || { echo "plot $*: too wide:"; cat out.txt; exit 1; }
  [ "$(grep -c '' out.txt)" -ge 15 ] || { echo "plot $*: hardly a sketch:"; cat out.txt; exit 1; }
  ! LC_ALL=C grep -q "$(printf '[\033\f]')" out.txt || { echo "plot $*: control characters"; exit 1; }
}
# An SVG of the size promised, well formed where Python is there to say so.
svg() { # ARGUMENT …
  "$kette" plot "$@" --out out.svg >out.txt
  [ ! -s out.txt ] || { echo "plot $* --out: prints"; cat out.txt; exit 1; }
  expect "plot $*" ' width="(900|1200)" height="560"' out.svg
  if command -v python3 >/dev/null; then
    python3 -c 'import xml.dom.minidom as m; m.parse("out.svg")' || { echo "plot $*: no XML"; exit 1; }
  fi
}

# Functions
sketch activations
for name in sigmoid tanh hardtanh relu; do expect "legend" "$name" out.txt; done
sketch activations --derivative
expect "derivatives" 'sigmoid′' out.txt
[ "$(grep -c '' out.txt)" -gt 30 ] || { echo "two charts are expected:"; cat out.txt; exit 1; }
svg activations --derivative
expect "two charts" ' width="1200"' out.svg
for name in sigmoid tanh hardtanh relu sigmoid′ tanh′ hardtanh′ relu′ 'activation functions' 'their derivatives'; do
  expect "legend" ">$name<" out.svg
done
svg gelu silu 'x^2*exp(-x)' --from -2 --to 2
expect "axis" '>x, z<|>z, x<' out.svg
expect "a formula" '>x\^2\*exp\(-x\)<' out.svg
svg 'x^2*exp(-x)' --from -1 --to 6 --derivative
expect "legend" '>derivative<' out.svg
expect "axis" '>x<' out.svg
svg 'x*exp(-x^2-y^2)' --from -2 --to 2
expect "axis" '>y<' out.svg
expect "colours" '<image' out.svg
sketch 'x*exp(-x^2-y^2)' --from -2 --to 2
sketch 1/x
sketch -x^2 --from -2
expect "a formula that begins with a minus" '^ +-x\^2$' out.txt
"$kette" plot relu --out first.svg
"$kette" plot relu --out second.svg
cmp first.svg second.svg

# PNG
"$kette" plot relu --out out.png
[ "$(head -c 8 out.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] || { echo "no PNG"; exit 1; }
[ "$(od -An -tx1 -j 16 -N 8 out.png | tr -d ' ')" = 0000070800000460 ] || { echo "not 1800 × 1120"; exit 1; }

# Models
train() { "$kette" train "$@" --quiet; }
"$kette" data moons --samples 300 --out moons.csv
"$kette" data sine --samples 200 --out sine.csv
train moons.csv --target label --epochs 40 --hidden 16 --patience 30 --out moons.onnx
train moons.csv --target label --epochs 5 --hidden 16 --optimizer sgd --out poor.onnx
train moons.csv --target x2 --features x1,label --task regression --epochs 5 --hidden 8 --out plane.onnx
train sine.csv --target y --epochs 20 --hidden 16 --out sine.onnx
# Three kinds of flowers: thirds of a ring.
awk 'BEGIN { print "length,width,kind"; split("red blue white", kind, " ")
  for (i = 0; i < 240; ++i) { a = i * 2.39996; r = 1 + (i % 7) / 7
    t = a - 6.283185 * int(a / 6.283185); printf "%.4f,%.4f,%s\n", r * cos(t), r * sin(t), kind[1 + int(t / 2.0944)] } }' >flowers.csv
train flowers.csv --target kind --epochs 40 --hidden 16 --out flowers.onnx
train "$data/diabetes.csv" --target target --epochs 2 --hidden 8 --out many.onnx
svg moons.onnx moons.csv
for text in 'moons.onnx · label' x1 x2 'P\(label = 1\)' 0 1; do expect "moons" ">$text<" out.svg; done
[ "$(grep -c "xlink:href='#gpPt6'" out.svg)" -gt 500 ] || { echo "the rows are missing"; exit 1; }
sketch moons.onnx moons.csv
expect "rows" 'o.*x|x.*o' out.txt
svg moons.onnx --from -2 --to 3 --y-from -1 --y-to 2
svg flowers.onnx flowers.csv
for text in red blue white length width; do expect "flowers" ">$text<" out.svg; done
sketch flowers.onnx flowers.csv
svg plane.onnx moons.csv
sketch plane.onnx moons.csv
svg sine.onnx sine.csv
for text in prediction rows x y; do expect "sine" ">$text<" out.svg; done
sketch sine.onnx sine.csv

# Learning curves
svg moons.run.toml
for text in training validation epoch loss 'weights kept' moons; do expect "curve" ">$text<" out.svg; done
svg moons.onnx poor.onnx --log
for text in 'moons, training' 'moons, validation' 'poor, training'; do expect "curves" ">$text<" out.svg; done
sketch moons.run.toml poor.run.toml --measure accuracy
expect "measure" 'accuracy' out.txt
"$kette" compare --descent moons.csv --target label --epochs 6 --json >descent.json
svg descent.json --log
for text in batch sgd sgd-shuffle minibatch minibatch-shuffle; do expect "descent" ">$text<" out.svg; done
train moons.csv --target label --epochs 4 --folds 3 --hidden 8 --out folds.onnx
svg folds.run.toml
expect "folds" '>folds, fold 3, validation<' out.svg
# A record with a learning curve is still one that repeats its run, curve included.
train moons.csv --config moons.run.toml --target label --out again.onnx
cmp moons.onnx again.onnx
sed -n '/^\[\[curve/,$p' moons.run.toml >one.txt
sed -n '/^\[\[curve/,$p' again.run.toml >two.txt
cmp one.txt two.txt
expect "curve" '^epoch = \[1, 2, 3,' one.txt
expect "curve" '^validation_accuracy = \[' one.txt

# What cannot be drawn is said in one line (and under a formula a caret), and nothing is written.
refused() { # CODE MESSAGE ARGUMENT …
  code=$1 message=$2
  shift 2
  found=0
  "$kette" plot "$@" >out.txt 2>err.txt || found=$?
  [ "$found" = "$code" ] || { echo "plot $*: exit code $found, expected $code: $(cat err.txt)"; exit 1; }
  [ ! -s out.txt ] || { echo "plot $*: prints $(cat out.txt)"; exit 1; }
  grep -qF -- "$message" err.txt || { echo "plot $*: \"$(cat err.txt)\" lacks \"$message\""; exit 1; }
  [ ! -e refused.svg ] || { echo "plot $*: leaves a file"; exit 1; }
}
printf 'a = 1\n\n[result]\nloss = 1.0\n' >old.run.toml
printf '{"variants": 3}' >other.json
refused 2 'did you mean "relu"?' relo --out refused.svg
refused 2 'x^^2' 'x^^2' --out refused.svg
expect "a caret" '^ +\^$' err.txt
refused 2 'has no variable' 2+3
refused 2 'has the variables' 'x*y*z'
refused 2 'expected a name that ends in .svg or .png, not "refused.jpg"' relu --out refused.jpg
refused 1 'does not exist' relu --out nowhere/refused.svg
refused 2 'cannot go from 3 to 1' relu --from 3 --to 1
refused 1 'nothing to draw' 'log(x)' --from -3 --to -1 --out refused.svg
refused 1 'all points y value undefined' x --y-from 100 --out refused.svg
refused 2 '--measure is not for functions' relu --measure loss
refused 2 '--derivative is not for a model' moons.onnx moons.csv --derivative
refused 2 '--target is not for learning curves' moons.run.toml --target label
refused 1 'has the features "age", "sex", "bmi", "bp", ' many.onnx "$data/diabetes.csv"
refused 2 'how far "x1" goes is not known' moons.onnx
refused 1 'missing.onnx' missing.onnx moons.csv
refused 1 'missing.csv' moons.onnx missing.csv --out refused.svg
refused 1 'holds no learning curve' old.run.toml --out refused.svg
refused 1 'gone.run.toml: cannot read the file' gone.run.toml
refused 1 'other.json: expected what kette compare --descent --json prints' other.json
refused 2 'expected one of loss, accuracy, not "acc"' moons.run.toml --measure acc
# Without gnuplot.
mkdir empty
found=0
PATH=$folder/empty "$kette" plot relu --out refused.svg 2>err.txt || found=$?
[ "$found" = 1 ] || { echo "without gnuplot: exit code $found"; exit 1; }
expect "without gnuplot" 'the program gnuplot is not installed; it comes with the package gnuplot-nox' err.txt
[ ! -e refused.svg ] || { echo "without gnuplot: leaves a file"; exit 1; }
