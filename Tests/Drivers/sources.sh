#!/bin/sh
# Rules about the committed files that need no build.
set -u
. Tests/Drivers/counting.sh

equal "the library and the command do not import Foundation" \
  "$(git grep -nE 'import (Foundation|FoundationEssentials|Dispatch)\b' -- Sources |
    grep -v '^Sources/pulley-gen')" ""
equal "no file contains a path of one machine" \
  "$(git grep -nIE '(^|[^A-Za-z0-9_.{}$])/(home|Users|root|work|farm|opt)/[A-Za-z0-9]' -- . ':!LICENSE')" ""
equal "no file contains a URL with a name or password" \
  "$(git grep -nIE '[a-z]+://[^/ ]*@[A-Za-z0-9]' -- .)" ""
equal "generated files are excluded from swift format" \
  "$(git grep -L 'swift-format-ignore-file' -- 'Sources/*/Generated/*.swift')" ""
equal "no source file except generated ones is longer than 800 lines" \
  "$(git ls-files 'Sources/*.swift' | grep -v /Generated/ | tr '\n' '\0' | xargs -0 wc -l |
    awk '$2 != "total" && $1 > 800')" ""
equal "scripts are executable" \
  "$(git ls-files -s '*.sh' '.ci/*' | awk '$1 != "100755" && $4 !~ /(counting|memcheck)[.]sh|[.]c$/ { print $4 }')" ""
check "swift format accepts the sources" ${SWIFT:-swift} format lint --strict --parallel --recursive \
  Package.swift Sources Tests
finish
