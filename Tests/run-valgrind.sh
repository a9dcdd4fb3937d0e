#!/bin/sh
# Runs the C examples and the inputs in Tests/Fuzz/corpus under valgrind's memcheck, which must find no invalid
# access, no use of uninitialised values and no leak. "Possibly lost" does not count, because Swift's runtime keeps
# pointers into the middle of its tables of types.
set -u
cd "$(dirname "$0")/.." || exit 1
. Tests/Drivers/counting.sh
work=$PWD/build/valgrind
mkdir -p "$work/lib"
ln -sfn "$PWD/build/include" "$work/include"

# Uses the library with its symbols, for readable reports.
bin=$(${SWIFT:-swift} build -c release --static-swift-stdlib --show-bin-path)
for name in libpulley.so libpulley.so.0; do ln -sf "$bin/libpulley.so" "$work/lib/$name"; done

memcheck="valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite"
memcheck="$memcheck --errors-for-leak-kinds=definite --suppressions=$PWD/Tests/valgrind.supp"
# The library allocates the guests' stacks. Reports go to a file, apart from the output of the program.
memcheck="$memcheck --max-stackframe=20000000 --log-file=$work/report-%p.log"
rm -f "$work"/report-*.log

UNDER=$memcheck Tests/run-examples.sh "$work" >"$work/examples.log" 2>&1
grep -v '^ok:' "$work/examples.log" | sed 's/^skipped: .*/LEFT OUT: examples in C++ and Python/'
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

check "c-misuse compiles" "${CC:-cc}" -std=gnu11 -g -O1 -Iinclude Tests/Drivers/c-misuse.c -o "$work/c-misuse" \
  -L"$work/lib" -lpulley -Wl,-rpath,"$work/lib"
# shellcheck disable=SC2086
check "host functions that get what they must not get" $memcheck "$work/c-misuse"
grep -hv 'unhandled amd64-linux syscall\|^--[0-9]*-- [A-Z]' "$work"/report-*.log
finish
