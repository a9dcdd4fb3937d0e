#!/bin/sh
# In the optimised library, handlers end in jumps and hot ones call nothing.
set -u
. Tests/Drivers/counting.sh
if [ ! -f Tests/check-handlers.py ]; then
  left_out "there is no Tests/check-handlers.py"
  finish
  exit
fi
bin=$(${SWIFT:-swift} build -c release --static-swift-stdlib --show-bin-path)
output=$(python3 Tests/check-handlers.py "$bin/libpulley.so" 2>&1)
status=$?
echo "$output"
case $(echo "$output" | tail -n 1) in
[0-9]*" passed, "[0-9]*" failed") exit $status ;;
esac
equal "Tests/check-handlers.py" "$status" 0
finish
