#!/bin/sh
# Checks the built shared library's exported names, SONAME and dependencies.
set -u
. Tests/Drivers/counting.sh
library=build/lib/libpulley.so
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
LC_ALL=C
export LC_ALL

nm -D --defined-only "$library" | awk '{ print $3 }' >"$temporary/symbols"

# names PREFIX VERSION: compares the names of PREFIX.h, of pulley.map and of the library.
names() {
  # The header's declarations, without comments, inline functions (which are not exported, and may call others), and
  # types of functions.
  cc -std=c99 -E -P "include/$1.h" | tr '\n' ' ' | sed ':a; s/{[^{}]*}/@/g; ta' | tr ';@' '\n\n' |
    grep -v '\<static\>\|\<typedef\>' | grep -o "\\<$1_[a-z0-9_]* *(" | tr -d ' (' | sort -u >"$temporary/header"
  sed -n "s/^ *\\($1_[a-z0-9_]*\\);.*/\\1/p" pulley.map | sort -u >"$temporary/map"
  sed 's/@.*//' "$temporary/symbols" | grep "^$1_" | sort -u >"$temporary/exported"
  equal "the library exports what $1.h declares" "$(diff "$temporary/header" "$temporary/exported")" ""
  equal "pulley.map lists what $1.h declares" "$(diff "$temporary/header" "$temporary/map")" ""
  check "$1.h declares functions" test -s "$temporary/header"
  equal "each name of $1.h has the symbol version $2" \
    "$(grep "^$1_" "$temporary/symbols" | grep -v "@@$2[0-9]*\$")" ""
}
names pulley PULLEY_
names wasm PULLEY_WASM_C_
equal "the library exports nothing else" "$(grep -v '^pulley_\|^wasm_\|^PULLEY_' "$temporary/symbols")" ""

dynamic=$(readelf -dW "$library")
equal "the SONAME is libpulley.so.0" "$(echo "$dynamic" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')" libpulley.so.0
for needed in $(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
  case $needed in
  libc.so.* | libm.so.* | libgcc_s.so.* | libstdc++.so.* | libffi.so.* | ld-linux* | \
    libpthread.so.* | libdl.so.* | ld-musl*) pass ;;
  *) fail "the library needs $needed" ;;
  esac
done
equal "no search path but its own folder" \
  "$(echo "$dynamic" | sed -n 's/.*(R.*PATH).*\[\(.*\)\]/\1/p' | grep -vx '$ORIGIN')" ""
equal "the stack is not executable" \
  "$(readelf -lW "$library" | awk '$1 == "GNU_STACK" && $0 ~ / RWE /')" ""
equal "the library has no text relocations" "$(echo "$dynamic" | grep TEXTREL)" ""
equal "the library is stripped" "$(readelf -SW "$library" | grep '\.symtab')" ""

# Foundation would be linked statically, so that its names would be among the strings.
if grep -aqE 'FoundationEssentials|swift-corelibs-foundation' "$library"; then
  fail "the library contains Foundation"
else
  pass
fi

for needed in $(readelf -dW build/bin/pulley | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
  case $needed in
  *swift* | *Foundation* | *BlocksRuntime* | *dispatch*) fail "the command needs $needed" ;;
  *) pass ;;
  esac
done
finish
