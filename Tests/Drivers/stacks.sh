#!/bin/sh
# Runs guests on stacks of all sizes. $PULLEY_STACK_CALLS is the number of calls between guest and host.
set -u
program=$(mktemp)
trap 'rm -f "$program"' EXIT
if ! cc -std=gnu11 -O2 -Wall -Wextra -Werror -Ibuild/include Tests/Drivers/stacks.c -o "$program" \
  -Lbuild/lib -Wl,-rpath,"$PWD/build/lib" -lpulley -lpthread; then
  echo "FAILED: stacks.c cannot be built"
  echo "0 passed, 1 failed"
  exit 1
fi
"$program" "${PULLEY_STACK_CALLS:-100000}"
