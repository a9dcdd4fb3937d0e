#!/bin/sh
# Builds and runs the examples one after another and shows their output: `make demo`.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root/examples-c"

for name in hello host_functions memory text traps callback threads artifact pack expression \
  expression_host wasi sqlite; do
  if [ $name = sqlite ] &&
    ! echo '#include <sqlite3.h>' | "${CC:-cc}" -E -x c - > "$work/sqlite3.i" 2> /dev/null; then
    printf '\n--- sqlite: left out, there is no sqlite3.h\n'
    continue
  fi
  printf '\n--- %s: %s\n' "$name" "$(sed -n '1{s,^/\* *,,;s, *\*/$,,;p;}' $name.c)"
  "${CC:-cc}" -std=c99 -Wall -Wextra -Wpedantic -O2 -I"$build/include" $name.c -o "$work/$name" \
    -L"$build/lib" -lpulley -lm -pthread -Wl,-rpath,"$build/lib"
  case $name in
  artifact) "$work/$name" "$work/pack.pulley" ;;
  expression) "$work/$name" '3*x*x - 1/(x + 2)' ;;
  expression_host) "$work/$name" 'hypot(width, height)/2 + sqrt(width*height)' ;;
  sqlite) "$work/$name" "$work/sqlite3.i" ;;
  *) "$work/$name" ;;
  esac
done

# The examples of the Python package, with the library that was built.
command -v python3 > /dev/null || exit 0
export PYTHONPATH="$root/python/src" PULLEY_LIBRARY="$build/lib"
for name in hello sqlite plugins words calculator numpy_filter; do
  program=$root/python/examples/$name.py
  if [ $name = numpy_filter ] && ! python3 -c 'import numpy' 2> /dev/null; then
    printf '\n--- python/examples/%s.py: left out, there is no NumPy\n' $name
    continue
  fi
  printf '\n--- python/examples/%s.py: %s\n' $name "$(sed -n '2{s/"""//g;p;}' "$program")"
  case $name in
  calculator) printf '%s\n' 'area(r) = 3.14159 * r**2' 'area(2) + sqrt(2)' | python3 "$program" ;;
  *) python3 "$program" ;;
  esac
done
