#!/bin/sh
# Runs the unit tests of all modules in a debug build.
set -u
log=build/test-logs/unit-swift.log
mkdir -p build/test-logs
# Line by line, so that the log names the test that hangs. Otherwise its last 8 KiB are lost with the process.
by_lines=
if command -v stdbuf >/dev/null 2>&1; then by_lines="stdbuf -oL -eL"; fi
# A backtrace of a crash would take minutes, and the name of the test is enough.
SWIFT_BACKTRACE=enable=no $by_lines ${SWIFT:-swift} test --disable-xctest >"$log" 2>&1
status=$?

grep -E '^✘|recorded an issue|error:|Fatal error' "$log" | head -n 100
# shellcheck disable=SC2016
sed -n 's/^[^ ]* Test \(.*\) skipped\(.*\)$/LEFT OUT: \1\2/p' "$log"
total=$(sed -n 's/^. Test run with \([0-9]*\) test.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
bad=$(grep -cE '^✘ Test .* failed after' "$log")
bad_run=$(grep -cE '^✘ Test run with' "$log")
bad=$((bad - bad_run))
if [ "$status" != 0 ] && [ "$bad" -le 0 ]; then
  bad=1
  tail -n 40 "$log"
fi
echo "$((total - bad > 0 ? total - bad : 0)) passed, $bad failed"
[ "$bad" = 0 ]
