#!/bin/sh
# What kette graph and kette explain write for programs, against docs/graph.schema.json. Exit code 77: no Python
# here has jsonschema.
# usage: graph_schema_test.sh KETTE PROJECT
set -eu
kette=$1 project=$2
python=
for candidate in /usr/bin/python3 python3; do
  "$candidate" -c 'import jsonschema' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo "skipped: no python3 with jsonschema"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$kette" data moons >moons.csv
target=$(head -n 1 moons.csv | sed 's/.*,//')
"$kette" train moons.csv --target "$target" --hidden 4 --epochs 5 --quiet --out moons.onnx
printf 'input x: f32[1,3]\nhuge = mul(x, x)\ny = exp(huge)\ntotal = sum(y)\n' >text.txt
"$kette" graph moons.onnx --as json >1.json
"$kette" graph moons.onnx --data moons.csv --values --gradients --backward --preprocessing --as json >2.json
"$kette" graph text.txt --set "x=[1, 200, -300]" --values --as json >3.json  # infinite
"$kette" explain moons.onnx moons.csv --json --attribution --full >4.json
"$kette" explain text.txt --set "x=[1, 2, 3]" --json >5.json
"$kette" explain moons.onnx moons.csv --layer 2 --json >6.json
"$python" - "$project/docs/graph.schema.json" <<'END'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for i in range(1, 7):
    document = json.load(open(f"{i}.json"))
    errors = list(validator.iter_errors(document))
    if errors:
        sys.exit(f"{i}.json: {errors[0].json_path}: {errors[0].message}")
    document["nodes"][0]["colour"] = "red"  # the schema refuses what it does not know
    if not list(validator.iter_errors(document)):
        sys.exit(f"{i}.json: an unknown key is taken")
END
