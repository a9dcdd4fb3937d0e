#!/bin/sh
# Makes many instances at once, and the same ones again and again. $PULLEY_INSTANCES is how many are live at once.
set -u
program=$(mktemp)
trap 'rm -f "$program"' EXIT
if ! cc -std=gnu11 -O2 -Wall -Wextra -Werror -Ibuild/include Tests/Drivers/instances.c -o "$program" \
  -Lbuild/lib -Wl,-rpath,"$PWD/build/lib" -lpulley -lpthread; then
  echo "FAILED: instances.c cannot be built"
  echo "0 passed, 1 failed"
  exit 1
fi
"$program" "${PULLEY_INSTANCES:-100000}"
