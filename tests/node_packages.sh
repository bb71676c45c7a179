# For tests that need packages of npm; read by them with `.`, once `tests` is the folder of the lock file and `runtime`
# the folder that keeps the packages from one run to the next. Exits with 77, skipped, where they cannot be had.
skip() { echo "skipped: $1"; exit 77; }
command -v node >/dev/null && command -v npm >/dev/null || skip "there is no Node.js here"
mkdir -p "$runtime"
if ! cmp -s "$tests/package-lock.json" "$runtime/installed.json"; then
  cp "$tests/package.json" "$tests/package-lock.json" "$runtime/"
  (cd "$runtime" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || skip "npm cannot install what $tests/package.json names"
  cp "$tests/package-lock.json" "$runtime/installed.json"
fi
