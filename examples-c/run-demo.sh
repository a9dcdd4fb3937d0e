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

if command -v python3 > /dev/null; then
  printf '\n--- python/hello.py: the same hello through ctypes\n'
  python3 "$root/python/hello.py" "$build/lib/libpulley.so"
  printf '\n--- python/wasi.py: a program whose input and output are Python strings\n'
  python3 "$root/python/wasi.py" "$build/lib/libpulley.so"
fi
