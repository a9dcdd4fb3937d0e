#!/bin/sh
# Lists the tests that began and did not end, from the output of `swift test`:
#
#   Tests/unfinished.sh LOG
awk '
  # Its cases are not listed, but the test that has them.
  /^◇ Test .* started\.$/ && !/^◇ Test (case|run) / {
    sub(/^◇ Test /, ""); sub(/ started\.$/, "")
    running[$0] += 1
    order[++count] = $0
  }
  /^(✔|✘) Test .* (passed|failed) after / && !/^(✔|✘) Test (case|run) / {
    sub(/^(✔|✘) Test /, ""); sub(/ (passed|failed) after .*$/, ""); sub(/ with [0-9]+ test cases?$/, "")
    running[$0] -= 1
  }
  # Two suites may have tests of one name.
  END { for (i = 1; i <= count; i++) if (running[order[i]]-- > 0) print "  " order[i] }
' "$1"
