#!/bin/sh
# Compiles the programs of Tests/wasm-c-api with all warnings as errors, and runs them, also under valgrind. They call
# each function of wasm.h. If $PULLEY_SHARED has the public API's examples, in a folder wasm-c-api, they run too,
# unmodified and compiled with the public header.
set -u
. Tests/Drivers/counting.sh
. Tests/Drivers/memcheck.sh
memcheck_in "$PWD/build/valgrind-wasm"

# program SOURCE TARGET INCLUDE OPTION…: compiles it.
program() {
  program_source=$1 program_target=$2 program_include=$3
  shift 3
  check "$program_source compiles" "${CC:-cc}" -std=gnu11 -g -O1 "$@" "-I$program_include" "$program_source" \
    -o "$program_target" -L"$work/lib" -lpulley -lpthread "-Wl,-rpath,$work/lib"
}

WASM_MODULES=$work/guests
export WASM_MODULES
mkdir -p "$WASM_MODULES"
for text in Tests/wasm-c-api/modules/*.wat; do
  module=$(basename "$text" .wat)
  check "$text is a module" build/bin/pulley wat2wasm "$text" -o "$WASM_MODULES/$module.wasm"
done

: >"$work/called"
for source in Tests/wasm-c-api/*.c; do
  name=$(basename "$source" .c)
  program "$source" "$work/$name" build/include -Wall -Wextra -Wpedantic -Werror
  lines=$("$work/$name" 2>&1)
  counts=$(echo "$lines" | tail -n 1)
  echo "$lines" | sed '$d'
  case $counts in
  *" passed, 0 failed") passed=$((passed + ${counts%% *})) ;;
  *) fail "$name runs" "$counts" ;;
  esac
  if command -v valgrind >/dev/null; then
    # shellcheck disable=SC2086
    check "$name under valgrind" $memcheck "$work/$name"
  fi
  nm -u "$work/$name" | sed -n 's/^ *U \(wasm_[a-z0-9_]*\).*/\1/p' >>"$work/called"
done
command -v valgrind >/dev/null || left_out "the programs under valgrind, which is not there"

sort -u "$work/called" >"$work/called.sorted"
equal "the programs call each function of wasm.h" \
  "$(sed -n 's/^ *\(wasm_[a-z0-9_]*\);.*/\1/p' pulley.map | sort -u | comm -23 - "$work/called.sorted")" ""

public=$PULLEY_SHARED/wasm-c-api
if [ -n "$PULLEY_SHARED" ] && [ -d "$public/example" ]; then
  mkdir -p "$work/public"
  # Some of the modules are written as a draft of the specification had it.
  for text in "$public"/example/*.wat; do
    name=$(basename "$text" .wat)
    sed 's/(ref.null)/(ref.null extern)/; s/\<anyfunc\>/funcref/' "$text" >"$work/public/$name.wat"
    check "$name.wat is a module" build/bin/pulley wat2wasm "$work/public/$name.wat" -o "$work/public/$name.wasm"
  done
  for source in "$public"/example/*.c; do
    name=$(basename "$source" .c)
    program "$source" "$work/public/$name" "$public/include"
    check "the public example $name" sh -c "cd '$work/public' && './$name'"
    # Under valgrind, 300,000 instances would take minutes.
    if [ "$name" != finalize ] && command -v valgrind >/dev/null; then
      check "the public example $name under valgrind" sh -c "cd '$work/public' && $memcheck './$name'"
    fi
  done
else
  left_out "the public API's examples: there is no \$PULLEY_SHARED/wasm-c-api"
fi
if command -v valgrind >/dev/null; then memcheck_reports; fi
finish
