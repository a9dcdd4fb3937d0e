#!/bin/sh
# Builds and runs the examples as C99 and C++, and compares their output with the expected one.
set -u
output=$(Tests/run-examples.sh 2>&1)
status=$?
echo "$output" | sed 's/^skipped: /LEFT OUT: /'
bad=$(echo "$output" | grep -c '^FAIL: ')
if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
echo "$(echo "$output" | grep -c '^ok: ') passed, $bad failed"
[ "$bad" = 0 ]
