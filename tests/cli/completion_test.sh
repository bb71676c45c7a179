#!/bin/sh
# What the tab key gives, in bash and, where they are installed, zsh and fish.
# usage: completion_test.sh KETTE PROJECT
set -u
kette=$1 data=$2/data
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
mkdir bin functions files
cp "$data/diabetes.csv" "$data/digits.csv" files
: >files/old.onnx
printf 'a,two words\n1,2\n' >files/blanks.csv
ln -s "$kette" bin/kette
PATH=$folder/bin:$PATH
export PATH
kette completion bash >kette.bash && kette completion zsh >functions/_kette && kette completion fish >kette.fish || exit 1
failures=0

# One line for each case: WORDS OF THE COMMAND LINE => COMPLETIONS, sorted. The last word is completed; _ is an empty one.
cat >cases.txt <<'CASES'
kette tr => train
kette train --activ => --activation
kette train --activation hard => hardtanh
kette train --activation relu,hard => relu,hardtanh
kette train --schedule cos => cosine
kette train --schedule _ => 1/t constant cosine exponential one-cycle step
kette train --optimizer ada => adagrad adam adamw
kette train --loss hu => huber
kette train digi => digits.csv
kette train diabetes.csv --target b => bmi bp
kette train diabetes.csv --features age,b => age,bmi age,bp
kette train --json di => diabetes.csv digits.csv
kette train --epochs _ =>
kette predict old => old.onnx
kette predict --threads 2 old.onnx diab => diabetes.csv
kette predict old.onnx diab => diabetes.csv
kette help meas => measures
kette help predi => predict
kette ops leaky => leaky_relu
kette completion _ => bash fish zsh
kette data mo => moons
CASES

# compared SHELL FILE: the file has the cases as the shell completes them
compared() {
  if ! diff cases.txt "$2" >difference.txt; then
    echo "$1 completes otherwise (<: expected, >: found):"
    cat difference.txt
    failures=$((failures + 1))
  fi
}

cat >drive.bash <<'DRIVE'
source kette.bash
while read -r case; do
  read -r -a COMP_WORDS <<<"${case%% =>*}"
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  [[ ${COMP_WORDS[COMP_CWORD]} == _ ]] && COMP_WORDS[COMP_CWORD]=
  COMPREPLY=()
  cd files
  _kette
  cd ..
  found=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' ')
  found=${found% }
  echo "${case%% =>*} =>${found:+ $found}"
done <cases.txt

# `=` stands apart in COMP_WORDS.
COMP_WORDS=(kette train --schedule = cos) COMP_CWORD=4
_kette
[[ ${COMPREPLY[*]} == cosine ]] || echo "--schedule=cos gives ${COMPREPLY[*]}"
COMP_WORDS=(kette train --schedule =) COMP_CWORD=3
_kette
((${#COMPREPLY[@]} == 6)) || echo "--schedule= gives ${COMPREPLY[*]}"
COMP_WORDS=(kette train files/blanks.csv --target two) COMP_CWORD=4
_kette
[[ ${COMPREPLY[*]} == 'two\ words' ]] || echo "a name of two words gives ${COMPREPLY[*]}"
DRIVE
bash --norc drive.bash >bash.txt 2>&1
compared bash bash.txt

if command -v fish >/dev/null; then
  cat >drive.fish <<'DRIVE'
source kette.fish
while read -l case
    set -l line (string replace -r ' =>.*' '' -- $case)
    set -l typed (string replace -r ' _$' ' ' -- $line)
    cd files
    set -l found (complete -C $typed | string replace -r '\t.*' '' | env LC_ALL=C sort)
    cd ..
    echo (string join ' ' -- "$line =>" $found)
end <cases.txt
DRIVE
  HOME=$folder fish --no-config drive.fish >fish.txt 2>&1
  compared fish fish.txt
else
  echo "skipped: fish is not installed"
fi

# zsh completes only while a line is edited: a terminal is needed, and only what is unambiguous is looked at.
if command -v zsh >/dev/null; then
  zsh -n functions/_kette || failures=$((failures + 1))
  cat >drive.zsh <<'DRIVE'
zmodload zsh/zpty
folder=$PWD
zpty shell 'TERM=xterm zsh -f -i'
zpty -w shell "fpath=($folder/functions \$fpath); autoload -Uz compinit; compinit -u -D; cd files; setopt no_auto_list"
zpty -w shell "show() { print -r -- \"\$BUFFER<\" >>$folder/edited; BUFFER= }; zle -N show; bindkey '^X^X' show"
answers=0
ask() { # LINE KEYS: what the line is then
  zpty -w -n shell "$1$2"$'\x18\x18'
  ((++answers))
  for attempt in {1..200}; do
    zpty -r -t shell text >/dev/null
    [[ -f edited && $(wc -l <edited) -ge $answers ]] && break
    sleep 0.05
  done
  found=${"$(tail -n 1 edited 2>/dev/null)"%<}
}
ask ready ''
[[ $found == ready ]] || print "zsh does not answer: $found"
while read -r case; do
  line=${case%% =>*} expected=${case#*=>}
  [[ $expected == ' '*' '* || -z $expected || $line == *_ ]] && continue
  ask "$line" $'\t'
  [[ ${${found% }%[=,]} == "${line% *}$expected" ]] || print -r -- "zsh completes $line to \"$found\"; expected${expected}"
done <cases.txt
DRIVE
  timeout 120 zsh -f drive.zsh >zsh.txt 2>&1 || echo "zsh did not come to an end" >>zsh.txt
  if [ -s zsh.txt ]; then
    cat zsh.txt
    failures=$((failures + 1))
  fi
else
  echo "skipped: zsh is not installed"
fi

[ "$failures" = 0 ] || { echo "$failures failures"; exit 1; }
