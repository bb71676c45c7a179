#!/bin/sh
# A tagged text becomes windows of words, these a tagger with one table for all words, and it says the same from its file,
# as C, and trained further.
# usage: windows_test.sh KETTE PROJECT
set -eu
kette=$1 text=$2/examples/lecture/words.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fail() { echo "$1"; exit 1; }

# A row for each word.
"$kette" data windows "$text" --sentences --out windows.csv
[ "$(sed -n 3p windows.csv)" = "1,the,black,dog,ADJ" ] || fail "the third line is $(sed -n 3p windows.csv)"
[ "$(($(wc -l <windows.csv) - 1))" = "$(wc -w <"$text")" ] || fail "not a row for each word"
"$kette" data windows "$text" --context 2 | head -n 1 | grep -qx before2,before,word,after,after2,tag
for wrong in "windows" "moons $text" "windows $text --seed 1" "moons --context 2" "moons --sentences"; do
  code=0
  "$kette" data $wrong >out.txt 2>err.txt || code=$?
  [ $code = 2 ] && [ "$(wc -l <err.txt)" = 1 ] && [ ! -s out.txt ] || fail "data $wrong: exit code $code, $(cat err.txt)"
done

# One table of 50 numbers a word; 150 go into the network, a score for each of 17 tags comes out.
train() { "$kette" train windows.csv --target tag --share-embedding before,word,after --embedding-width 50 "$@"; }
train --group sentence --hidden 20 --activation tanh --epochs 60 --out tagger.onnx >told.txt
grep -q 'one table: before, word, after$' told.txt && grep -q '^network *150 → 20 tanh → 17 softmax' told.txt &&
  ! grep -q '^doctor' told.txt || fail "$(cat told.txt)"
awk '/^test / { exit !($3 >= 0.75) }' told.txt || fail "$(grep '^test' told.txt)"
"$kette" export tagger.onnx --to safetensors
head -c 2000 tagger.safetensors | grep -q '"E":{"dtype":"F32","shape":\[[0-9]*,50\]' || fail "no table E"
! head -c 2000 tagger.safetensors | grep -q '"E1"' || fail "more than one table"
printf 'before,word,after\nthe,black,dog\n<s>,the,black\nblack,dog,</s>\nthe,glork,dog\n,dog,\n' >query.csv
"$kette" predict tagger.onnx query.csv --probabilities --out said.csv 2>err.txt
[ "$(head -n 4 said.csv | cut -d, -f1 | tr '\n' ' ')" = "prediction ADJ DET NOUN " ] || fail "$(cat said.csv)"
grep -q '1 row holds a category not seen in training, taken as any other ("glork" at query.csv:5:2)' err.txt || fail "$(cat err.txt)"

# Its graph: three lookups in one table, side by side the vector x.
"$kette" graph tagger.onnx --words "the black dog" >graph.txt
[ "$(grep -c '  1×50  lookup(E, \(the\|black\|dog\))$' graph.txt)" = 3 ] && grep -q '^x  *1×150  concat(' graph.txt &&
  grep -q ' 1×20  matmul(x, W1)$' graph.txt || fail "$(cat graph.txt)"

# Trained further, it keeps its words.
train --from tagger.onnx --epochs 1 --quiet --out further.onnx
"$kette" predict further.onnx query.csv --probabilities --out further.csv 2>err.txt
! cmp -s said.csv further.csv || fail "training further changed nothing"

# As C. (Rows with a quoted comma, and with the question mark, which a table's reader takes for a gap, are left out.)
if command -v cc >/dev/null; then
  grep -v '["?]' windows.csv >plain.csv
  "$kette" export tagger.onnx --to c --name tagger
  "$kette" predict tagger.onnx plain.csv --out expected.csv
  cat >tagger.c <<'END'
#include <stdio.h>
#include <string.h>
#define TAGGER_IMPLEMENTATION
#include "tagger.h"
int main(void) {
  char line[200];
  if (!fgets(line, sizeof line, stdin)) return 1;
  puts("prediction");
  while (fgets(line, sizeof line, stdin)) {
    tagger_row row = TAGGER_MISSING_ROW;
    strtok(line, ",");
    row.before = strtok(NULL, ",");
    row.word = strtok(NULL, ",");
    row.after = strtok(NULL, ",");
    puts(tagger_label(tagger_predict(&row)));
  }
  return 0;
}
END
  cc -std=c99 -O2 -Wall -Wextra -Werror -pedantic tagger.c -lm -o tagger
  ./tagger <plain.csv >found.csv
  cmp expected.csv found.csv || fail "C says something else"
fi
