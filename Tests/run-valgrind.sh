#!/bin/sh
# Runs the C examples, the inputs in Tests/Fuzz/corpus and the programs of Tests/Drivers/memory.sh under valgrind's
# memcheck, which must find no invalid access, no use of uninitialised values and no leak.
set -u
cd "$(dirname "$0")/.." || exit 1
. Tests/Drivers/counting.sh
. Tests/Drivers/memcheck.sh
memcheck_in "$PWD/build/valgrind"
ln -sfn "$PWD/build/include" "$work/include"

UNDER=$memcheck Tests/run-examples.sh "$work" >"$work/examples.log" 2>&1
grep -v '^ok:' "$work/examples.log" | sed 's/^skipped: .*/LEFT OUT: examples in C++/'
passed=$(grep -c '^ok:' "$work/examples.log")
failed=$(grep -c '^FAIL:' "$work/examples.log")

for target in module text clif run calls; do
  # shellcheck disable=SC2046
  check "replay of $target compiles" "${CC:-cc}" -std=gnu11 -g -O1 -Iinclude -ITests/Fuzz \
    Tests/Fuzz/replay.c Tests/Fuzz/fuzz.c $(find Tests/Fuzz/Targets -name "$target.c" -o -name "$target-*.c") \
    -o "$work/$target" -L"$work/lib" -lpulley -lpthread -Wl,-rpath,"$work/lib"
  folder=$target
  if [ "$target" = run ]; then folder=module; fi
  # shellcheck disable=SC2086
  check "inputs of $target" $memcheck "$work/$target" Tests/Fuzz/corpus/"$folder"/*
done

for program in memory c-misuse objects; do memcheck_program "$program"; done
memcheck_guests
memcheck_reports
finish
