#!/bin/sh
# Tests make install and make uninstall, and builds C and C++ clients of the installed library with pkg-config and
# CMake.
set -u
. Tests/Drivers/counting.sh
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
stage=$root/stage
version=$(sed -n 's/^#define PULLEY_VERSION "\(.*\)"/\1/p' include/pulley.h)

cat >"$root/client.c" <<'EOF'
#include <pulley.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  printf("%s\n", pulley_version());
  return strcmp(pulley_version(), PULLEY_VERSION) != 0
         || pulley_version_number() != PULLEY_VERSION_NUMBER;
}
EOF
# Includes the header twice, before and after another header, as a program may.
cat >"$root/client.cc" <<'EOF'
#include <pulley.h>
#include <cstdio>
#include <pulley.h>

int main() {
  pulley_value_t value = pulley_i32(7);
  std::printf("%s\n", pulley_version());
  return value.of.i32 != 7 || pulley_version_number() != PULLEY_VERSION_NUMBER;
}
EOF

# A program that knows only the API that several engines share.
cat >"$root/shared.c" <<'EOF'
#include <wasm.h>

int main(void) {
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  int failed = !store;
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return failed;
}
EOF

# clients NAME LIBRARIES: builds and runs the clients with the flags of pkg-config.
clients() {
  flags=$(pkg-config --cflags --libs pulley) || { fail "$1: pkg-config" "$flags"; return; }
  # shellcheck disable=SC2086
  check "$1: a C client compiles" cc -std=c99 -Wall -Wextra -Wpedantic -Werror \
    "$root/client.c" -o "$root/client-c" $flags
  # shellcheck disable=SC2086
  check "$1: a C++ client compiles" c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror \
    "$root/client.cc" -o "$root/client-cc" $flags
  for compiler in "cc -std=c99" "c++ -x c++ -std=c++11"; do
    # The flags name a library, which must not be taken for C++.
    # shellcheck disable=SC2086
    check "$1: $compiler compiles a client of wasm.h" $compiler -Wall -Wextra -Wpedantic -Werror \
      "$root/shared.c" -x none -o "$root/client-shared" $flags
    check "$1: the client runs" env LD_LIBRARY_PATH="$2" "$root/client-shared"
  done
  for client in client-c client-cc; do
    equal "$1: $client runs" "$(LD_LIBRARY_PATH=$2 "$root/$client" 2>&1)" "$version"
  done
  equal "$1: the client needs the SONAME" \
    "$(readelf -dW "$root/client-c" | sed -n 's/.*(NEEDED).*\[\(libpulley.*\)\]/\1/p')" \
    libpulley.so.0
}

export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
PKG_CONFIG_PATH=$PWD/build/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=
clients "from build/" "$PWD/build/lib"

# As a distribution would package it.
check "make install succeeds with DESTDIR" make -s install PREFIX=/usr LIBDIR=/usr/lib/pulley DESTDIR="$stage"
equal "make install with DESTDIR installs exactly these files" "$(cd "$stage" && find . ! -type d | LC_ALL=C sort)" "./usr/bin/pulley
./usr/include/pulley.h
./usr/include/wasm.h
./usr/lib/pulley/cmake/pulley/pulley-config-version.cmake
./usr/lib/pulley/cmake/pulley/pulley-config.cmake
./usr/lib/pulley/libpulley.so
./usr/lib/pulley/libpulley.so.0
./usr/lib/pulley/libpulley.so.$version
./usr/lib/pulley/pkgconfig/pulley.pc
./usr/share/bash-completion/completions/pulley
./usr/share/doc/libpulley/LICENSE
./usr/share/doc/libpulley/THIRD-PARTY-NOTICES
./usr/share/fish/vendor_completions.d/pulley.fish
./usr/share/man/man1/pulley.1
./usr/share/zsh/site-functions/_pulley"
PKG_CONFIG_PATH=$stage/usr/lib/pulley/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage
clients "from DESTDIR" "$stage/usr/lib/pulley"
equal "no installed file contains the path of the build" "$(grep -rlF "$PWD" "$stage")" ""
for installed in bin/pulley "lib/pulley/libpulley.so.$version"; do
  dynamic=$(readelf -dW "$stage/usr/$installed")
  equal "$installed has no path of its own for libraries" \
    "$(echo "$dynamic" | grep -E 'R(UN)?PATH')" ""
  # What THIRD-PARTY-NOTICES lists is linked statically; all else comes from the system. The command has a
  # C++ library of its own if the machine that built it had a static one.
  needed="libc libffi libgcc_s libm libstdc++ "
  if [ "$installed" = bin/pulley ] && [ -f "$(cc -print-file-name=libstdc++.a)" ]; then
    needed="libc libffi libm "
  fi
  equal "$installed needs these libraries" \
    "$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*\]/\1/p' | grep -v '^ld-' \
      | LC_ALL=C sort | tr '\n' ' ')" "$needed"
done
equal "the installed command prints its version" "$("$stage/usr/bin/pulley" --version 2>&1)" "$version"
check "make uninstall succeeds with DESTDIR" \
  make -s uninstall PREFIX=/usr LIBDIR=/usr/lib/pulley DESTDIR="$stage"
equal "make uninstall with DESTDIR leaves no file" "$(find "$stage" ! -type d)" ""

# As a user would install it.
PKG_CONFIG_SYSROOT_DIR=
check "make install succeeds with PREFIX" make -s install PREFIX="$root/own"
PKG_CONFIG_PATH=$root/own/lib/pkgconfig
clients "from PREFIX" "$root/own/lib"
if command -v cmake >/dev/null 2>&1; then
  mkdir -p "$root/cmake"
  cp "$root/client.c" "$root/cmake/client.c"
  cat >"$root/cmake/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.10)
project(client C)
find_package(pulley 0.1 REQUIRED)
add_executable(client client.c)
target_link_libraries(client PRIVATE pulley::pulley)
EOF
  check "CMake finds the package" cmake -S "$root/cmake" -B "$root/cmake/build" \
    -DCMAKE_PREFIX_PATH="$root/own"
  check "CMake builds a client" cmake --build "$root/cmake/build"
  equal "the client that CMake built runs" "$("$root/cmake/build/client" 2>&1)" "$version"
else
  left_out "the CMake package: there is no cmake"
fi
check "make uninstall succeeds with PREFIX" make -s uninstall PREFIX="$root/own"
equal "make uninstall with PREFIX leaves no file" "$(find "$root/own" ! -type d)" ""
finish
