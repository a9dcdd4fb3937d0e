#!/bin/sh
# Runs all tests, or the parts that are named, after `make` has built the library and the command:
#
#   Tests/run-all.sh [PART…]
#
# A part is a script in Tests/Drivers. It prints each failure, `LEFT OUT: reason` for each test that this
# machine cannot run, and `N passed, M failed` as its last line. The logs are in build/test-logs.
#
# A part that takes longer than PART_SECONDS (1500) is ended and has failed; so are all parts that are not
# done after ALL_SECONDS (3300).
set -u
cd "$(dirname "$0")/.." || exit 1

PULLEY_SHARED=${PULLEY_SHARED:-../shared}
case $PULLEY_SHARED in /*) ;; *) PULLEY_SHARED=$PWD/$PULLEY_SHARED ;; esac
export PULLEY_SHARED
if [ ! -d "$PULLEY_SHARED" ]; then
  echo "There is no folder with the public test suites (\$PULLEY_SHARED or ../shared)."
  echo "Tests that need them are left out."
  PULLEY_SHARED=
fi

# Without a cache, so that no test depends on code of an earlier one, or leaves code with the user. The
# part `cache` names caches of its own.
PULLEY_CACHE=
export PULLEY_CACHE

parts=${*:-"unit time-limit exports handlers sources imports folders readme install examples python objects cli cache declarations trust \
  names stacks instances clif-command pages explorer profile wasi wasi-guests limits suites clif clif-c clif-wasmtime bench-programs \
  interruption growth c-abi c-varargs c-library null c-guests c-misuse wasm-c-api memory fuzz"}
part_seconds=${PART_SECONDS:-1500}
end=$(($(date +%s) + ${ALL_SECONDS:-3300}))
logs=build/test-logs
mkdir -p "$logs"
passed=0
failed=0
summary=""
left_out=""
lf='
'

for part in $parts; do
  log=$logs/$part.log
  start=$(date +%s)
  limit=$((end - start < part_seconds ? end - start : part_seconds))
  # What an earlier run has left would be taken for this one's.
  rm -f "$logs/$part-swift.log"
  if [ "$limit" -le 0 ]; then
    echo "no time is left for this part" >"$log"
    false
  elif [ -x "Tests/Drivers/$part.sh" ]; then
    Tests/limited.py "$limit" "Tests/Drivers/$part.sh" >"$log" 2>&1
  elif [ -x "Tests/Drivers/$part.py" ]; then
    Tests/limited.py "$limit" python3 "Tests/Drivers/$part.py" >"$log" 2>&1
  else
    echo "no such part: $part" >"$log"
    false
  fi
  status=$?
  seconds=$(($(date +%s) - start))
  counts=$(tail -n 1 "$log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
  part_passed=${counts% *}
  part_failed=${counts#* }
  # A part fails as a whole if it ends without counts, or with a failure that it did not count.
  if [ -z "$counts" ]; then part_passed=0 part_failed=1; fi
  if [ "$status" != 0 ] && [ "$part_failed" = 0 ]; then part_failed=1; fi
  if [ "$status" = 124 ]; then part_passed=0 part_failed=1; fi
  if [ "$part_failed" != 0 ]; then
    echo "---- $part: end of the log ----"
    tail -n 60 "$log"
    if [ "$status" = 124 ]; then
      echo "---- $part was ended after $limit s ----"
      if [ -f "$logs/$part-swift.log" ]; then
        tail -n 20 "$logs/$part-swift.log"
        echo "---- the tests that had begun and not ended ----"
        Tests/unfinished.sh "$logs/$part-swift.log" | head -n 40
      fi
    fi
    echo "---- the whole log: $log ----"
  fi
  line="$part: $part_passed passed, $part_failed failed"
  echo "$line (${seconds} s)"
  reasons=$(sed -n "s/^LEFT OUT: /$part: /p" "$log")
  if [ -n "$reasons" ]; then left_out="$left_out$reasons$lf"; fi
  summary="$summary$line$lf"
  passed=$((passed + part_passed))
  failed=$((failed + part_failed))
done

echo
printf '%s' "$summary"
if [ -n "$left_out" ]; then
  echo "Left out:"
  printf '%s' "$left_out" | sed 's/^/  /'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
