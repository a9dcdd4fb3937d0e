#!/bin/sh
# What must not be in the committed files.
set -u
. Tests/Drivers/counting.sh

equal "no Foundation in the sources of the library and the command" \
  "$(git grep -nE 'import (Foundation|FoundationEssentials|Dispatch)\b' -- Sources |
    grep -v '^Sources/pulley-gen')" ""
equal "no paths of one machine" \
  "$(git grep -nIE '(^|[^A-Za-z0-9_.{}$])/(home|Users|root|work|farm|opt)/[A-Za-z0-9]' -- . ':!LICENSE')" ""
equal "no addresses with names or passwords in them" \
  "$(git grep -nIE '[a-z]+://[^/ ]*@[A-Za-z0-9]' -- .)" ""
equal "the generated files are not hand-formatted" \
  "$(git grep -L 'swift-format-ignore-file' -- 'Sources/*/Generated/*.swift')" ""
equal "no file is longer than 800 lines, but generated ones" \
  "$(git ls-files 'Sources/*.swift' | grep -v /Generated/ | tr '\n' '\0' | xargs -0 wc -l |
    awk '$2 != "total" && $1 > 800')" ""
equal "scripts can be executed" \
  "$(git ls-files -s '*.sh' '.ci/*' | awk '$1 != "100755" && $4 !~ /counting.sh/ { print $4 }')" ""
equal "README.md shows examples-c/hello.c as it is" \
  "$(sed -n '/^```c$/,/^```$/p' README.md | grep -v '^```' | diff - examples-c/hello.c | grep -v '/\*' |
    sed '/^[0-9,]*[acd][0-9,]*$/d')" ""
broken=""
for page in README.md docs/*.md; do
  for target in $(grep -o '](\([^)#:]*\))' "$page" | tr -d '()]'); do
    [ -e "$(dirname "$page")/$target" ] || broken="$broken $page: $target;"
  done
done
equal "links between pages lead somewhere" "$broken" ""
check "swift format is content" ${SWIFT:-swift} format lint --strict --parallel --recursive \
  Package.swift Sources Tests
finish
