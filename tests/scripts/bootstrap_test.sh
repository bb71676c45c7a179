#!/bin/sh
# script/bootstrap with stand-ins for dpkg-query, id, sudo and apt-get: bootstrap_test.sh SCRIPT
set -u
script=$1
stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT
shell=$(command -v sh)
failures=0

stub() {  # NAME COMMANDS
  printf '#!%s\n%s\n' "$shell" "$2" >"$stubs/$1"
  chmod +x "$stubs/$1"
}
# Runs the script with the stand-ins alone in PATH, a file as input; what it prints, and its exit code, in $output and $code.
bootstrap() {
  : >"$stubs/calls"
  output=$(PATH=$stubs "$shell" "$script" 2>&1 </dev/null)
  code=$?
}
expect() {  # WHAT, then a condition
  what=$1
  shift
  "$@" && return
  echo "failed: $what (exit code $code): $output" >&2
  failures=$((failures + 1))
}
holds() { case "$1" in *"$2"*) ;; *) return 1 ;; esac; }

ln -s "$(command -v env)" "$stubs/env"
stub id 'echo 1000'
stub apt-get "echo \"\$1\" >>$stubs/calls"

stub dpkg-query 'echo installed'
bootstrap
expect "nothing happens when all packages are there" [ "$code$output" = 0 ]
expect "apt-get is not called then" [ ! -s "$stubs/calls" ]

stub dpkg-query 'for name; do :; done; [ "$name" = libhwy-dev ] || echo installed'
bootstrap
expect "without root and sudo it fails" [ "$code" = 1 ]
expect "and says what to run" holds "$output" "apt-get update && apt-get install libhwy-dev"

stub sudo 'exit 1'
bootstrap
expect "a sudo that asks for a password is not waited for" [ "$code" = 1 ]

stub sudo 'shift; [ "$1" = true ] || exec "$@"'
stub true ''
bootstrap
expect "sudo is used where it asks nothing" [ "$code" = 0 ]
expect "the lists are updated first" [ "$(cat "$stubs/calls")" = "update
install" ]

stub id 'echo 0'
rm "$stubs/sudo"
bootstrap
expect "root needs no sudo" [ "$code$(cat "$stubs/calls")" = "0update
install" ]

stub apt-get 'exit 100'
bootstrap
expect "a failing apt-get fails" [ "$code" = 1 ]

stub apt-get 'echo "$@" >>'"$stubs/calls"
stub dpkg-query 'for name; do :; done; case $name in nodejs | npm) ;; *) echo installed ;; esac'
bootstrap
expect "Node.js is installed where there is none" holds "$(cat "$stubs/calls")" "nodejs npm"
stub node ''
stub npm ''
bootstrap
expect "one from elsewhere is left alone" [ ! -s "$stubs/calls" ]
rm "$stubs/node" "$stubs/npm"

rm "$stubs/dpkg-query"
bootstrap
expect "another system is told what it needs" holds "$output" "no Debian system"

exit "$failures"
