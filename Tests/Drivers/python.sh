#!/bin/sh
# The hello of Python's ctypes, with nothing installed.
set -u
. Tests/Drivers/counting.sh
if [ ! -f python/hello.py ]; then
  fail "there is no python/hello.py"
  finish
  exit
fi
output=$(python3 python/hello.py 2>&1)
status=$?
equal "exit code" "$status" 0
case $output in
*[Hh]ello*) pass ;;
*) fail "it does not say hello" "$output" ;;
esac
finish
