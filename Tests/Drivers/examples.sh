#!/bin/sh
# The examples in C99, in C++ and in Python, built, run and compared with what they should print.
set -u
output=$(Tests/run-examples.sh 2>&1)
status=$?
echo "$output" | sed 's/^skipped: /LEFT OUT: /'
bad=$(echo "$output" | grep -c '^FAIL: ')
if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
echo "$(echo "$output" | grep -c '^ok: ') passed, $bad failed"
[ "$bad" = 0 ]
