# libpulley: build, install, demonstrate, test, measure.
#
#   make            build build/lib/libpulley.so, build/bin/pulley, build/include, build/lib/pkgconfig
#   make demo       build and run the examples
#   make test       run all tests
#   make fuzz       fuzz each of TARGETS=… (default: all) for SECONDS=1200
#   make asan, make tsan, make valgrind
#                   run the tests that suit each sanitizer, or valgrind
#   make bench      measure speed and memory against Wasmtime and write docs/benchmarks.md
#   make wheel      build the Python package in build/wheel; PULLEY_PACKED_RELOCATIONS=no makes one
#                   for glibc before 2.36 too
#   make install    install to PREFIX=/usr/local below DESTDIR=
#   make uninstall  remove those files; takes the same PREFIX and DESTDIR
#   make lint, make format
#                   check or correct the format of the Swift sources
#   make generate   write the generated files again, after a change of their rows
#   make clean      remove everything that was built

PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= $(PREFIX)/lib
SHARE = $(DESTDIR)$(PREFIX)/share
COMPLETIONS = $(SHARE)/bash-completion/completions/pulley $(SHARE)/zsh/site-functions/_pulley \
  $(SHARE)/fish/vendor_completions.d/pulley.fish
NOTICES = $(SHARE)/doc/libpulley/LICENSE $(SHARE)/doc/libpulley/THIRD-PARTY-NOTICES
SWIFT ?= swift
# The folder of the public test suites and benchmark programs. Tests that need a missing one are left
# out by name.
PULLEY_SHARED ?= ../shared

VERSION := $(shell sed -n 's/^\#define PULLEY_VERSION "\(.*\)"/\1/p' include/pulley.h)
SONAME := libpulley.so.0
LIBRARY := libpulley.so.$(VERSION)

SECONDS ?= 1200
TARGETS ?=

# Both products use the same flags, so that the second build reuses the first one's modules. Without a
# local rpath, the dynamic loader looks for libraries only where the system wants it to.
SWIFT_BUILD := $(SWIFT) build -c release --static-swift-stdlib --disable-local-rpath

export PULLEY_SHARED SWIFT

.PHONY: all build deps demo test test-unit fuzz asan tsan valgrind bench wheel install uninstall clean \
  format lint generate

all: build

deps:
	@.ci/install-dependencies build

deps-%:
	@.ci/install-dependencies build $*

build: deps
	@variables=$$(.ci/smaller) && set -x && env $$variables $(SWIFT_BUILD) --product pulley && \
	  env $$variables $(SWIFT_BUILD) --product pulley-cli
	@SWIFT_BIN=$$($(SWIFT_BUILD) --show-bin-path) .ci/assemble $(VERSION)
	@echo "built build/lib/libpulley.so, build/bin/pulley and build/include/pulley.h"

demo: deps-demo build
	@examples-c/run-demo.sh

test: deps-test build
	@Tests/run-all.sh

test-unit: deps
	$(SWIFT) test

# Built in a separate folder: the instrumented library must not be installed.
fuzz: deps-fuzz build
	$(SWIFT_BUILD) --build-path .build-fuzz -Xswiftc -Xfrontend -Xswiftc -sanitize=fuzzer --product pulley
	@mkdir -p build/fuzz/lib
	@cp .build-fuzz/release/libpulley.so build/fuzz/lib/ && ln -sf libpulley.so build/fuzz/lib/libpulley.so.0
	@FUZZ_LIBRARY=$(CURDIR)/build/fuzz/lib FUZZ_SECONDS=$(SECONDS) Tests/Fuzz/run.sh $(TARGETS)

asan tsan: deps
	@Tests/run-sanitized.sh $@

valgrind: deps-valgrind build
	@Tests/run-valgrind.sh

bench: deps-bench build
	@bench/run.sh

wheel: deps-wheel build
	@python/make-wheel.sh

install:
	@test -f build/lib/$(LIBRARY) || { echo "nothing to install: run make first" >&2; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig \
	  $(DESTDIR)$(LIBDIR)/cmake/pulley
	install -m 755 build/lib/$(LIBRARY) $(DESTDIR)$(LIBDIR)/
	ln -sf $(LIBRARY) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libpulley.so
	install -m 755 build/bin/pulley $(DESTDIR)$(PREFIX)/bin/pulley
	install -m 644 include/pulley.h include/wasm.h $(DESTDIR)$(PREFIX)/include/
	install -D -m 644 docs/pulley.1 $(SHARE)/man/man1/pulley.1
	install -d $(SHARE)/doc/libpulley
	install -m 644 LICENSE THIRD-PARTY-NOTICES $(SHARE)/doc/libpulley/
	install -d $(dir $(COMPLETIONS))
	build/bin/pulley --generate-completion-script bash > $(word 1,$(COMPLETIONS))
	build/bin/pulley --generate-completion-script zsh > $(word 2,$(COMPLETIONS))
	build/bin/pulley --generate-completion-script fish > $(word 3,$(COMPLETIONS))
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	  pulley.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/pulley.pc
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@SONAME@|$(SONAME)|' \
	  pulley-config.cmake.in > $(DESTDIR)$(LIBDIR)/cmake/pulley/pulley-config.cmake
	sed -e 's|@VERSION@|$(VERSION)|' pulley-config-version.cmake.in \
	  > $(DESTDIR)$(LIBDIR)/cmake/pulley/pulley-config-version.cmake
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig 2>/dev/null || true; fi

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/$(LIBRARY) $(DESTDIR)$(LIBDIR)/$(SONAME) \
	  $(DESTDIR)$(LIBDIR)/libpulley.so $(DESTDIR)$(LIBDIR)/pkgconfig/pulley.pc \
	  $(DESTDIR)$(LIBDIR)/cmake/pulley/pulley-config.cmake \
	  $(DESTDIR)$(LIBDIR)/cmake/pulley/pulley-config-version.cmake \
	  $(DESTDIR)$(PREFIX)/bin/pulley $(DESTDIR)$(PREFIX)/include/pulley.h \
	  $(DESTDIR)$(PREFIX)/include/wasm.h \
	  $(SHARE)/man/man1/pulley.1 $(COMPLETIONS) $(NOTICES)
	@rmdir $(DESTDIR)$(LIBDIR)/cmake/pulley $(SHARE)/doc/libpulley 2>/dev/null || true

format:
	swift format --in-place --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

generate:
	$(SWIFT) run pulley-gen
	$(SWIFT) run pulley-gen-docs
	python/generate.py
	@if [ -x build/bin/pulley ]; then \
	  docs/man.py build/bin/pulley > build/pulley.1 && mv build/pulley.1 docs/pulley.1; \
	else echo "docs/pulley.1 is unchanged: it is made from build/bin/pulley, which make builds"; fi

clean:
	rm -rf build .build python/build python/src/*.egg-info
