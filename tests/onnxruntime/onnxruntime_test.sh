#!/bin/sh
# Models of every kind, run by ONNX Runtime from raw rows: they say what kette says.
# usage: onnxruntime_test.sh KETTE PROJECT FOLDER
#
# FOLDER keeps the runtime (the npm package onnxruntime-node, which ships its binary) from one run to the next.
# Exit code 77, skipped: Node.js is not there, or the package cannot be had.
set -eu
kette=$1 project=$2 runtime=$3
tests=$project/tests/onnxruntime real=$project/../shared/data

. "$project/tests/node_packages.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
models=0 failed=0

# NAME TABLE [option of kette train …]
check() {
  name=$1 table=$2
  shift 2
  "$kette" train "$table" --seed 3 --quiet --out "$name.onnx" "$@" 2>err.txt || { cat err.txt; exit 1; }
  probabilities=--probabilities
  ! grep -aq '"task":"regression"' "$name.onnx" || probabilities=
  "$kette" predict "$name.onnx" "$table" $probabilities --out "$name.said.csv" 2>err.txt || { cat err.txt; exit 1; }
  node "$tests/compare.mjs" "$runtime" "$name.onnx" "$table" "$name.said.csv" || failed=$((failed + 1))
  models=$((models + 1))
}

# Every kind of column, also with what is missing, rare, or has the name of a node.
awk 'BEGIN {
  srand(5)
  print "area,town,built,seen,note,W1,features,label,price,style"
  split("Aachen,\"Bonn, am Rhein\",Köln,Düren", town, ",")
  towns[1] = "Aachen"; towns[2] = "\"Bonn, am Rhein\""; towns[3] = "Köln"; towns[4] = "?"
  split("quiet old garden|Quiet, NEW roof; garden|old kitchen|new kitchen - sunny garden|", note, "|")
  split("low,high,none", style, ",")
  for (i = 0; i < 400; ++i) {
    area = rand() < 0.1 ? "NA" : sprintf("%.2f", 30 + 90 * rand())
    t = 1 + int(4 * rand())
    built = rand() < 0.1 ? "" : sprintf("%04d-%02d-%02d", 1890 + int(130 * rand()), 1 + int(12 * rand()), 1 + int(28 * rand()))
    seen = sprintf("2024-%02d-%02d %02d:%02d:00", 1 + int(12 * rand()), 1 + int(28 * rand()), int(24 * rand()), int(60 * rand()))
    a = area == "NA" ? 60 : area
    price = 1000 * a + 20000 * t + 5000 * rand()
    rare = i % 90 == 0 ? "rare" i : style[1 + int(3 * rand())]
    printf "%s,%s,%s,%s,\"%s\",%.3f,%d,%s,%.1f,%s\n", area, towns[t], built, seen, note[1 + int(5 * rand())], rand(), \
           int(3 * rand()), (price > 100000 ? "dear" : "cheap"), price, rare
  }
}' >houses.csv
check houses houses.csv --target price --epochs 8
check cheap houses.csv --target label --ignore price --epochs 8
check sigmoid houses.csv --target label --ignore price --epochs 8 --output sigmoid --normalization batch --activation gelu
check two_targets houses.csv --target price,W1 --epochs 5 --target-scale log
check quantiles houses.csv --target style --scale quantile-normal --epochs 5 --rare 3 --normalization layer
check embedded houses.csv --target price --one-hot-limit 2 --impute most-frequent --epochs 5
check searched houses.csv --target label --ignore price --trials 4

for activation in sigmoid tanh hardtanh leaky_relu elu selu silu softplus softsign; do
  check $activation "$project/data/digits.csv" --target digit --epochs 2 --hidden 12 --activation $activation
done
"$kette" data spiral --samples 300 --out spiral.csv
check spiral spiral.csv --target label --epochs 3
check linear "$project/data/diabetes.csv" --target target --epochs 5 --hidden none
check cancer "$project/data/breast_cancer.csv" --target diagnosis --trials 3

if [ -d "$real" ]; then
  check titanic "$real/titanic/titanic.csv" --target Survived --epochs 4
  check california "$real/california_housing/housing.csv" --target median_house_value --epochs 2
  check penguins "$real/penguins/penguins.csv" --target species --epochs 10
  check mpg "$real/auto_mpg/mpg.csv" --target mpg --epochs 10
  check iris "$real/iris/iris_seaborn.csv" --target species --epochs 10
  check mushroom "$real/mushroom/mushroom.csv" --target target --epochs 2
  # Models of other tools, as they are.
  for model in "$real"/onnx_models/*.onnx; do
    node "$tests/compare_foreign.mjs" "$runtime" "$kette" "$model" || failed=$((failed + 1))
    models=$((models + 1))
  done
fi
echo "$models models, $failed of them differ"
[ $failed = 0 ]
