# Programs under valgrind's memcheck, for scripts that have sourced counting.sh: invalid accesses, uses of
# uninitialised values and leaks are errors. "Possibly lost" does not count, because Swift's runtime keeps pointers
# into the middle of its tables of types.
# shellcheck shell=sh disable=SC2034,SC2154

# memcheck_in FOLDER: makes the folder, where programs find the library as lib/libpulley.so, and sets $work to it and
# $memcheck to the command. The library is that of `make` with its symbols, which reports and suppressions need.
memcheck_in() {
  work=$1
  mkdir -p "$work/lib"
  bin=$(${SWIFT:-swift} build -c release --static-swift-stdlib --show-bin-path)
  for name in libpulley.so libpulley.so.0; do ln -sf "$bin/libpulley.so" "$work/lib/$name"; done
  memcheck="valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite"
  memcheck="$memcheck --errors-for-leak-kinds=definite --suppressions=$PWD/Tests/valgrind.supp"
  # The suppressions look for callers far up. The library allocates the guests' stacks.
  memcheck="$memcheck --num-callers=200 --max-stackframe=20000000"
  # Reports go to a file, apart from the output of the program.
  memcheck="$memcheck --log-file=$work/report-%p.log"
  rm -f "$work"/report-*.log
}

# memcheck_program NAME: runs Tests/Drivers/NAME.c.
memcheck_program() {
  check "$1.c compiles" "${CC:-cc}" -std=gnu11 -g -O1 -Iinclude "Tests/Drivers/$1.c" -o "$work/$1" -L"$work/lib" \
    -lpulley "-Wl,-rpath,$work/lib"
  # shellcheck disable=SC2086
  check "$1.c under valgrind" $memcheck "$work/$1"
}

# Runs the guests of Tests/c-guests with the libraries that they use, by memory.c.
memcheck_guests() {
  printf '#include <%s>\n' stdio.h stdlib.h string.h time.h zlib.h sqlite3.h >"$work/guests.c"
  if ! "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -E "$work/guests.c" -o "$work/guests.i" 2>/dev/null; then
    left_out "guests under valgrind: there are no headers of zlib and SQLite"
    return
  fi
  # shellcheck disable=SC2086
  check "the guests of Tests/c-guests under valgrind" $memcheck "$work/memory" "$work/guests.i" libc.so.6 libz.so.1 \
    libsqlite3.so.0 -- Tests/c-guests/*.wasm
}

# Prints what valgrind has found.
memcheck_reports() {
  cat "$work"/report-*.log | grep -v 'unhandled amd64-linux syscall\|^--[0-9]*-- [A-Z]'
}
