#!/bin/sh
# Host functions that get arguments that they must not get: c-misuse.c.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if ! cc -std=gnu11 -O1 -Wall -Wextra -Werror Tests/Drivers/c-misuse.c -o "$work/c-misuse" -Ibuild/include -Lbuild/lib \
  -lpulley "-Wl,-rpath,$PWD/build/lib"; then
  echo "0 passed, 1 failed"
  exit 1
fi
# Under $UNDER, which may be valgrind.
${UNDER:-} "$work/c-misuse"
