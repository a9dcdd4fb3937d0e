#!/bin/sh
# Tests that a part that hangs is ended with all its processes, counted as failed and explained, and that
# the parts after it run.
set -u
# shellcheck source=Tests/Drivers/counting.sh
. "$(dirname "$0")/counting.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/Tests/Drivers"
cp Tests/run-all.sh Tests/limited.py Tests/unfinished.sh "$work/Tests"

# part NAME: makes a part of the text on standard input.
part() {
  { echo '#!/bin/sh'; cat; } >"$work/Tests/Drivers/$1.sh"
  chmod +x "$work/Tests/Drivers/$1.sh"
}

# The numbers of processes are written before the part waits. One ignores requests to end, one has a session
# of its own and has lost its parent, and one is a child of the part.
part hangs <<'END'
echo "the beginning of the log"
printf '%s\n' '◇ Test run started.' '◇ Test first() started.' '◇ Test second(_:) started.' \
  '◇ Test case passing 1 argument a → 1 to second(_:) started.' '◇ Test "third one" started.' \
  '◇ Test fourth() started.' '✔ Test first() passed after 0.1 seconds.' \
  '✔ Test case passing 1 argument a → 1 to second(_:) passed after 0.1 seconds.' \
  '✔ Test second(_:) with 1 test case passed after 0.1 seconds.' \
  '✘ Test fourth() failed after 0.1 seconds with 1 issue.' >build/test-logs/hangs-swift.log
sh -c 'trap "" TERM; echo $$ >>processes; while :; do sleep 1; done' &
setsid sh -c 'sleep 1000 & echo $! >>processes'
sleep 1000 &
echo $! >>processes
wait
END
part works <<'END'
echo "3 passed, 0 failed"
END
part fails <<'END'
echo "3 passed, 1 failed"
exit 1
END
part leaves <<'END'
sleep 1000 &
echo $! >left
echo "1 passed, 0 failed"
END
part dies <<'END'
kill -KILL $$
END

# are_gone FILE: whether none of the processes is there.
are_gone() {
  while read -r process; do
    if kill -0 "$process" 2>/dev/null; then echo "there is $process" && return 1; fi
  done <"$1"
}

has() { grep -qxF -- "$1" "$work/output" || { cat "$work/output" && return 1; }; }

PART_SECONDS=2 "$work/Tests/run-all.sh" hangs works fails leaves dies >"$work/output" 2>&1
equal "a run with a part that hangs fails" $? 1
check "a part that hangs has failed" has "hangs: 0 passed, 1 failed"
check "the end of its log is shown" has "the beginning of the log"
check "its time is told" has "---- hangs was ended after 2 s ----"
equal "the tests that have not ended are named" \
  "$(sed -n '/begun and not ended/,/the whole log/p' "$work/output" | sed '1d;$d')" '  "third one"'
equal "three processes were there" "$(wc -l <"$work/processes" | tr -d ' ')" 3
check "all its processes are ended" are_gone "$work/processes"
check "the next part runs" grep -q '^works: 3 passed, 0 failed (' "$work/output"
check "failures are counted as before" grep -q '^fails: 3 passed, 1 failed (' "$work/output"
check "a part that leaves a process passes" grep -q '^leaves: 1 passed, 0 failed (' "$work/output"
check "the process is ended" are_gone "$work/left"
check "a part that is killed has failed" grep -q '^dies: 0 passed, 1 failed (' "$work/output"
check "the sum is right" has "7 passed, 3 failed"

PART_SECONDS=100 ALL_SECONDS=2 "$work/Tests/run-all.sh" hangs works >"$work/output" 2>&1
check "a part is ended when there is no time left for all" has "---- hangs was ended after 2 s ----"
check "no part begins after that time" has "no time is left for this part"
check "it has failed" grep -q '^works: 0 passed, 1 failed (' "$work/output"

finish
