# Counted checks for the scripts of this folder: source this file, call its functions, end with finish.
# shellcheck shell=sh disable=SC2034

passed=0
failed=0
lf='
'

pass() { passed=$((passed + 1)); }

# fail WHAT [DETAIL…]
fail() {
  failed=$((failed + 1))
  echo "FAILED: $1"
  shift
  for detail in "$@"; do printf '%s\n' "$detail" | sed 's/^/    /'; done
}

# check WHAT COMMAND [ARGUMENT…]: the command must succeed.
check() {
  what=$1
  shift
  if output=$("$@" 2>&1); then pass; else fail "$what" "$* gave $?" "$output"; fi
}

# equal WHAT ACTUAL EXPECTED
equal() {
  if [ "$2" = "$3" ]; then pass; else fail "$1" "expected: $3" "actual:   $2"; fi
}

# left_out REASON: reports that a part of this script did not run.
left_out() { echo "LEFT OUT: $1"; }

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
