#!/bin/sh
# The specification's scripts, through the command: every count must be the one in
# Tests/expected-counts.tsv.
set -u
. Tests/Drivers/counting.sh
if [ -z "${PULLEY_SHARED:-}" ] || [ ! -d "$PULLEY_SHARED/suites/spec-json" ]; then
  left_out "there are no suites in \$PULLEY_SHARED or ../shared"
  finish
  exit
fi

tab=$(printf '\t')
# The table is read from another descriptor, so that nothing in the loop can eat its lines.
while IFS=$tab read -r group good bad skipped superseded <&3; do
  case $group in '#'* | '') continue ;; esac
  log=build/test-logs/suite-$group.log
  timeout 900 build/bin/pulley wast-json \
    --superseded "$PULLEY_SHARED/suites/spec/SUPERSEDED.tsv" \
    "$PULLEY_SHARED/suites/spec-json/$group" >"$log" 2>&1
  status=$?
  last=$(tail -n 1 "$log")
  # "N passed, N failed, N skipped (text), N superseded"
  counts=$(echo "$last" |
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) [^,]*, \([0-9]*\) .*/\1 \2 \3 \4/p')
  echo "$group: $last"
  if [ "$counts" = "$good $bad $skipped $superseded" ] && [ "$status" = "$((bad > 0))" ]; then
    passed=$((passed + good))
    grep '^[a-z0-9.-]*/[^ ]*\.wast:[0-9]*: ' "$log" | sed 's/^/LEFT OUT: /'
  else
    fail "$group: exit $status, $counts instead of $good $bad $skipped $superseded" \
      "$(head -n 40 "$log")"
    actual_good=${counts%% *}
    rest=${counts#* }
    actual_bad=${rest%% *}
    passed=$((passed + ${actual_good:-0}))
    failed=$((failed + ${actual_bad:-0}))
  fi
done 3<Tests/expected-counts.tsv
finish
