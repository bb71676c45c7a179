#!/bin/sh
# Pages of help: complete, as wide as a terminal, without escape codes where nobody sees them; the manual page is in order.
# usage: help_test.sh KETTE PROJECT
set -u
kette=$1 project=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
failed() {
  echo "$*"
  failures=$((failures + 1))
}
width() { LC_ALL=C.UTF-8 wc -L <"$1"; }
escape=$(printf '\033')

"$kette" >greeting.txt || failed "kette alone: exit code $?"
grep -q 'kette help quick-start' greeting.txt || failed "kette alone does not point to the quick start"
[ "$("$kette" help)" = "$("$kette" --help)" ] || failed "kette --help is not kette help"
"$kette" help >contents.txt

commands=$(sed -n '/^Commands/,/^$/s/^  \([a-z-]*\)  .*/\1/p' contents.txt)
topics=$(sed -n '/^Topics/,$s/^  \([a-z-]*\)  .*/\1/p' contents.txt)
[ "$(echo $commands | wc -w)" -ge 12 ] || failed "kette help lists the commands $commands"
for file in "$project"/docs/topics/*.md; do
  case " $(echo $topics) " in
    *" $(basename "$file" .md) "*) ;;
    *) failed "kette help does not list the topic $(basename "$file" .md)" ;;
  esac
done
for page in $commands $topics; do
  "$kette" help "$page" >page.txt || failed "kette help $page: exit code $?"
  [ "$(width page.txt)" -le 80 ] || failed "kette help $page: $(width page.txt) columns"
  ! grep -q "$escape" page.txt || failed "kette help $page: escape codes in a file"
done
for command in $commands; do
  [ "$("$kette" "$command" --help)" = "$("$kette" help "$command")" ] || failed "kette $command --help is another page"
done
[ "$(width contents.txt)" -le 80 ] || failed "kette help: $(width contents.txt) columns"
"$kette" help predict | grep -q '  kette predict MODEL FILE… \[OPTIONS\]' || failed "the usage of predict"
"$kette" help train | grep -A2 -- '--schedule NAME' | grep -q 'Course of the learning rate' || failed "--schedule"
"$kette" help train | grep -A3 -- '--test-size' | grep -q '0 to 0.99' || failed "the range of --test-size"

# On a terminal headings are bold, unless NO_COLOR is set.
if command -v script >/dev/null; then
  TERM=xterm NO_COLOR='' script -qec "$kette help train" /dev/null >bold.txt </dev/null
  grep -q "$escape\[1mUsage:" bold.txt || failed "no bold heading on a terminal"
  TERM=xterm NO_COLOR=1 script -qec "$kette help train" /dev/null >plain.txt </dev/null
  ! grep -q "$escape" plain.txt || failed "escape codes with NO_COLOR"
else
  echo "skipped: script is not installed"
fi

"$kette" man >kette.1 || failed "kette man: exit code $?"
for command in $commands; do
  grep -q "^\.SS \"kette $command\"" kette.1 || failed "the manual page lacks $command"
done
if command -v mandoc >/dev/null; then
  mandoc -T lint -W error kette.1 >lint.txt 2>&1 || failed "mandoc: $(cat lint.txt)"
else
  echo "skipped: mandoc is not installed"
fi
if command -v groff >/dev/null; then
  groff -man -Tutf8 -k -ww kette.1 >man.txt 2>groff.txt
  [ ! -s groff.txt ] || failed "groff: $(head -n 3 groff.txt)"
  grep -q 'learning' man.txt || failed "groff gives no text"
else
  echo "skipped: groff is not installed"
fi

[ "$failures" = 0 ] || { echo "$failures failures"; exit 1; }
