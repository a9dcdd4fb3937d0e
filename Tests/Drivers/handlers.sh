#!/bin/sh
# In the optimised library, handlers end in jumps and hot ones call nothing.
set -u
library=$(${SWIFT:-swift} build -c release --static-swift-stdlib --show-bin-path)/libpulley.so
exec python3 Tests/check-handlers.py "$library"
