#!/bin/sh
# Compiles objects.c and heap.c as C11 and as C++17 with each compiler that is there, with all warnings as errors, and runs it.
set -u
. Tests/Drivers/counting.sh
program=$(mktemp)
trap 'rm -f "$program"' EXIT

# run COMPILER ARGUMENT…
run() {
  if ! command -v "$1" >/dev/null; then
    left_out "objects.c and heap.c with $1, which is not there"
    return
  fi
  for source in objects.c heap.c; do
    check "$* compiles $source" "$@" -O1 -Wall -Wextra -Wpedantic -Werror -Ibuild/include \
      "Tests/Drivers/$source" -o "$program" -Lbuild/lib -Wl,-rpath,"$PWD/build/lib" -lpulley
    # Without a program, its last line is not there either.
    lines=$("$program" 2>&1)
    equal "$* runs $source" "$(echo "$lines" | sed '$s/^[1-9][0-9]* passed, //')" "0 failed"
    : >"$program"
  done
}

run gcc -std=c11
run gcc -std=gnu17
run clang -std=c11
run g++ -x c++ -std=c++17
run clang++ -x c++ -std=c++11
finish
