#!/bin/sh
# Checks the built shared library's exported names, SONAME and dependencies.
set -u
. Tests/Drivers/counting.sh
library=build/lib/libpulley.so
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
LC_ALL=C
export LC_ALL

# The header's declarations, without comments, inline functions (which are not exported, and in C11 call others), and
# types of functions.
cc -std=c99 -E -P include/pulley.h | tr '\n' ' ' | tr ';{}' '\n\n\n' | grep -v '\<static\>' |
  grep -o '\<pulley_[a-z0-9_]* *(' | tr -d ' (' | grep -v '_t$' | sort -u >"$temporary/header"
sed -n 's/^ *\(pulley_[a-z0-9_]*\);.*/\1/p' pulley.map | sort -u >"$temporary/map"
nm -D --defined-only "$library" | awk '{ print $3 }' >"$temporary/symbols"
sed 's/@.*//' "$temporary/symbols" | grep -v '^PULLEY_[0-9]*$' | sort -u >"$temporary/exported"

equal "the library exports what the header declares" \
  "$(diff "$temporary/header" "$temporary/exported")" ""
equal "pulley.map lists what the header declares" \
  "$(diff "$temporary/header" "$temporary/map")" ""
check "the header declares functions" test -s "$temporary/header"
equal "each exported name has the symbol version" \
  "$(grep '^pulley_' "$temporary/symbols" | grep -v '@@PULLEY_[0-9]')" ""

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
