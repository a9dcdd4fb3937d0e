#!/bin/sh
# Checks that handlers of the optimised library end in jumps, and that hot handlers make no calls.
set -u
library=$(${SWIFT:-swift} build -c release --static-swift-stdlib --show-bin-path)/libpulley.so
exec python3 Tests/check-handlers.py "$library"
