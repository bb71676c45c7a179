#!/bin/sh
# kette describe: types, findings and the width of what it prints, on a made-up table and on real ones.
# usage: describe_test.sh KETTE PROJECT
set -eu
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

expect() { # WHAT REGEX FILE
  grep -Eq "$2" "$3" || { echo "$1: no line like \"$2\" in"; cat "$3"; exit 1; }
}

awk 'BEGIN { print "id,town,paid,alive,price,when,same"
  for (i = 1; i <= 400; ++i) {
    paid = i * i % 7 < 3
    printf "%d,%s,%s,%s,%.2f,2024-%02d-%02d,0\n", i, i % 3 ? "Ulm" : "Köln", paid, paid ? "yes" : "no",
           i * 37 % 101 / 4, i % 12 + 1, i % 28 + 1 } }' >rows.csv

"$kette" describe rows.csv --target paid >out.txt
expect "first line" '^rows.csv · 400 rows · 7 columns · target "paid"$' out.txt
expect "identifier" '^id +identifier +· +400 +1, 2, 3, …$' out.txt
expect "category" '^town +category +· +2 +Ulm 267, Köln 133$' out.txt
expect "boolean" '^paid +boolean ' out.txt
expect "number" '^price +number +· +101 +0 … 25, median 12.5 +[▁▂▃▄▅▆▇█]+$' out.txt
expect "date" '^when +date +· +84 +2024-01-01 … 2024-12-28' out.txt
expect "leak" '^! "alive" says the same as "paid", the target' out.txt
expect "constant" '^- "same" holds one value only: 0 → training leaves it out by itself$' out.txt
[ "$(grep -c '^[!-] ' out.txt)" = 3 ] || { echo "more findings than there are problems:"; cat out.txt; exit 1; }

# One line of JSON with the same content; the same at any number of threads.
"$kette" describe rows.csv --target paid --json --threads 1 >one.json
"$kette" describe rows.csv --target paid --json --threads 3 >three.json
cmp one.json three.json
[ "$(wc -l <one.json)" = 1 ] || { echo "--json is not one line"; exit 1; }
expect "json" '"name":"town","type":"category"' one.json
expect "json" '"kind":"leak","column":"alive","serious":true' one.json

# Real tables raise no serious alarm, and fit into 100 columns.
for set in breast_cancer:diagnosis diabetes:target digits:digit; do
  file=$data/${set%:*}.csv
  (cd "$data" && "$kette" describe "${set%:*}.csv" --target "${set#*:}") >out.txt
  ! grep '^!' out.txt || { echo "a false alarm in $file"; exit 1; }
  [ "$(LC_ALL=C.UTF-8 wc -L <out.txt)" -le 100 ] || { echo "too wide:"; cat out.txt; exit 1; }
done
expect "target among many columns" '^digit +codes +· +10 ' out.txt
expect "many columns" '^… and 44 more columns: .*--all shows them$' out.txt

! "$kette" describe rows.csv --target pait 2>err.txt >out.txt || { echo "an unknown target was accepted"; exit 1; }
expect "nearest name" 'did you mean "paid"' err.txt
