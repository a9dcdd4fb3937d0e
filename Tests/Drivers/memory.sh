#!/bin/sh
# Programs in C that call a guest's functions, and are called by a guest, under valgrind: nothing is leaked, and nothing
# is read or written where it must not be. `make valgrind` runs more.
set -u
. Tests/Drivers/counting.sh
. Tests/Drivers/memcheck.sh
if ! command -v valgrind >/dev/null; then
  left_out "programs in C under valgrind: there is no valgrind"
  finish
  exit
fi
memcheck_in "$PWD/build/memory"
for program in memory c-misuse objects; do memcheck_program "$program"; done
memcheck_guests
memcheck_reports
finish
