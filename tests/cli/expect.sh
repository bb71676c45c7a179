# For tests of commands: read by `. "$(dirname "$0")/expect.sh"`, with $kette set.

expect() { # WHAT LINE FILE: blanks count as one
  tr -s ' ' <"$3" | grep -qF -- "$2" || { echo "$1: no line like \"$2\" in"; cat "$3"; exit 1; }
}

# refused CODE MESSAGE ARGUMENT …: nothing on standard output, the message in the first line on standard error
refused() {
  code=$1 message=$2
  shift 2
  set +e
  "$kette" "$@" >out.txt 2>err.txt
  found=$?
  set -e
  [ "$found" = "$code" ] || { echo "$*: exit code $found, expected $code"; exit 1; }
  [ ! -s out.txt ] || { echo "$*: printed"; cat out.txt; exit 1; }
  head -n 1 err.txt | grep -qF -- "$message" || { echo "$*: \"$message\" is not in"; cat err.txt; exit 1; }
}
