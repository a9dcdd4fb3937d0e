#!/bin/sh
# Compiles every C example as C99 and as C++, with all warnings as errors, runs it and compares its output. Run
# `make` first. If there is no C++ compiler, it reports that and continues. python/tests runs the Python examples.
#
# Usage: Tests/run-examples.sh [folder with include/ and lib/, default: build]
#
# $UNDER, if set, is a command that runs the C programs, such as valgrind.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$root/build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
under=${UNDER:-}

fail() {
  echo "FAIL: $*"
  failures=$((failures + 1))
}

# run LABEL NAME COMMAND…: runs a program in the examples' folder and compares its output with expected/NAME.txt.
run() {
  label=$1 name=$2
  shift 2
  if ! (cd "$root/examples-c" && "$@") > "$work/output" 2>&1; then
    fail "$label ends with an error"
    cat "$work/output"
  elif ! diff -u "$root/examples-c/expected/$name.txt" "$work/output"; then
    fail "$label prints something else"
  else
    echo "ok: $label"
  fi
}

compile() {
  language=$1 name=$2
  shift 2
  if ! "$@" -Wall -Wextra -Wpedantic -Werror -I"$build/include" "$root/examples-c/$name.c" \
    -o "$work/$name" -L"$build/lib" -lpulley -lm -pthread -Wl,-rpath,"$build/lib" 2> "$work/output"; then
    fail "$name does not compile as $language"
    cat "$work/output"
    return 1
  fi
}

arguments() {
  case $1 in
  artifact) echo "$work/pack.pulley" ;;
  pack) echo guests/hello.wasm ;;
  # Without blanks, because the shell splits these into words.
  expression) echo '3*x*x-1/(x+2)' '(x+1)*(x-1' '2*y' ;;
  expression_host) echo 'hypot(width,height)/2+sqrt(width*height)' 'fmod(-depth)' '-width' ;;
  sqlite) echo "$work/sqlite3.i" ;;
  esac
}

lines=$(grep -vcE '^ *(/\*.*\*/)? *$' "$root/examples-c/hello.c")
[ "$lines" -le 12 ] || fail "hello.c has $lines lines of code, more than 12"

# The example of a library needs the library's header.
echo '#include <sqlite3.h>' | "${CC:-cc}" -E -x c - > "$work/sqlite3.i" 2> "$work/output" || rm "$work/sqlite3.i"

for source in "$root"/examples-c/*.c; do
  name=$(basename "$source" .c)
  if [ "$name" = sqlite ] && [ ! -f "$work/sqlite3.i" ]; then
    echo "skipped: sqlite (no sqlite3.h)"
    continue
  fi
  if compile C99 "$name" "${CC:-cc}" -std=c99; then
    run "$name (C99)" "$name" $under "$work/$name" $(arguments "$name")
  fi
  if [ -n "$under" ]; then
    continue
  elif command -v "${CXX:-c++}" > /dev/null; then
    if compile C++ "$name" "${CXX:-c++}" -xc++ -std=c++11; then
      run "$name (C++)" "$name" "$work/$name" $(arguments "$name")
    fi
  else
    echo "skipped: $name as C++ (no C++ compiler)"
  fi
done

if [ -z "$under" ] && [ -f "$work/sqlite3.i" ]; then
  run "sqlite (command)" sqlite "$build/bin/pulley" run --header "$work/sqlite3.i" --library libsqlite3.so.0 \
    guests/sqlite.wasm
fi

[ -z "$under" ] || echo "skipped: C++ under $under"

[ "$failures" -eq 0 ] || echo "$failures failures"
[ "$failures" -eq 0 ]
