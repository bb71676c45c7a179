#!/bin/sh
# Training that is killed at random moments goes on from its checkpoint, and ends with the bytes of a run that nobody
# disturbed. No kill leaves a broken file.
# usage: kill_resume_test.sh KETTE PROJECT [KILLS [SEED]]
set -u
kette=$1 kills=${3:-12} seed=${4:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed() {
  echo "$* (kill $killed of $kills, seed $seed)"
  exit 1
}

killed=0
"$kette" data spiral --samples 400 --seed 3 --out spiral.csv || exit 1
options="--target label --hidden 32,16 --dropout 0.1 --epochs 150 --seed 5 --quiet --threads 1"
train() { # OUT FURTHER OPTIONS
  out=$1
  shift
  "$kette" train spiral.csv $options --out "$out" "$@"
}
start=$(date +%s%N)
train whole.onnx --checkpoint whole.checkpoint --checkpoint-every 10ms || exit 1
milliseconds=$((($(date +%s%N) - start) / 1000000))
[ ! -e whole.checkpoint ] || failed "a finished run left its checkpoint"

# The moments: from at once to a little more than a whole run takes. A run that ends before its kill must be right too.
runs=0
finished=0
while [ "$killed" -lt "$kills" ]; do
  runs=$((runs + 1))
  [ "$runs" -le $((20 * kills)) ] || failed "runs end before they can be killed"
  pause=$(awk -v seed="$seed" -v run="$runs" -v most="$milliseconds" \
    'BEGIN { srand(1000 * seed + run); printf "%.3f", rand() * most / 1000 * 0.6 }')
  "$kette" train spiral.csv $options --out out.onnx --checkpoint c.checkpoint --checkpoint-every 10ms --resume 2>err.txt &
  process=$!
  sleep "$pause"
  kill -9 "$process" 2>/dev/null
  wait "$process" 2>/dev/null
  code=$?
  case $code in
    137) killed=$((killed + 1)) ;;
    0)
      finished=$((finished + 1))
      cmp whole.onnx out.onnx || failed "another model than without interruption"
      rm -f out.onnx out.run.toml
      ;;
    *) failed "exit code $code: $(cat err.txt)" ;;
  esac
  if [ -e out.onnx ]; then cmp whole.onnx out.onnx || failed "a kill left half a model"; fi
done
train out.onnx --checkpoint c.checkpoint --checkpoint-every 10ms --resume || failed "the last run did not go on"
cmp whole.onnx out.onnx || failed "another model than without interruption"
grep -q '^\[result\]' out.run.toml || failed "no record"

# The checkpoint of another configuration, and one that is cut off, are refused by name.
"$kette" train spiral.csv $options --out out.onnx --checkpoint c.checkpoint --checkpoint-every 0s &
process=$!
for moment in 1 2 3 4 5 6 7 8 9 10; do
  [ -e c.checkpoint ] && break
  sleep 0.1
done
kill -9 "$process" 2>/dev/null
wait "$process" 2>/dev/null
[ -e c.checkpoint ] || failed "no checkpoint was written"
! train other.onnx --checkpoint c.checkpoint --resume --learning-rate 0.5 2>err.txt || failed "another run's checkpoint was used"
grep -q 'c.checkpoint: belongs to another run: learning-rate is' err.txt || failed "not said: $(cat err.txt)"
head -c 300 c.checkpoint >cut.checkpoint
! train other.onnx --checkpoint cut.checkpoint --resume 2>err.txt || failed "half a checkpoint was used"
grep -q 'cut.checkpoint: ' err.txt || failed "not said: $(cat err.txt)"
