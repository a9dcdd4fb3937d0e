#!/bin/sh
# The examples, built as C99 and as C++ and run.
set -u
. Tests/Drivers/counting.sh
if [ ! -x examples-c/run-demo.sh ]; then
  fail "there is no examples-c/run-demo.sh"
  finish
  exit
fi
if output=$(examples-c/run-demo.sh 2>&1); then pass; else fail "make demo" "$output"; fi
finish
