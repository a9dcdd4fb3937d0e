#!/bin/sh
# Runs each target of Tests/Fuzz, two at a time, for a minute in CI and for ten seconds elsewhere. `make fuzz` runs
# longer, with an instrumented library.
set -u
FUZZ_SECONDS=${FUZZ_SECONDS:-$([ "${CI:-}" = true ] && echo 60 || echo 10)}
FUZZ_SEED=${FUZZ_SEED:-$(($(date +%s) % 1000000))}
export FUZZ_SECONDS FUZZ_SEED
logs=build/test-logs/fuzz
rm -rf "$logs"
mkdir -p "$logs"

# Done here because two targets would try it at the same time.
python3 Tests/Fuzz/referee.py build/fuzz/smith "$FUZZ_SEED" >/dev/null 2>&1
# shellcheck disable=SC2016
Tests/Fuzz/run.sh --list |
  xargs -n 1 -P 2 sh -c 'Tests/Fuzz/run.sh "$1" >"'"$logs"'/$1.log" 2>&1' sh

passed=0
failed=0
for log in "$logs"/*.log; do
  grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$log"
  counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
