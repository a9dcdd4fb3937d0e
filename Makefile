# libpulley: build, install, demonstrate, test, measure.
#
#   make            build/lib/libpulley.so, build/bin/pulley, build/include, build/lib/pkgconfig
#   make demo       build and run the examples
#   make test       everything that can fail
#   make bench      speed and memory beside Wasmtime's Pulley, into docs/benchmarks.md
#   make install    PREFIX=/usr/local DESTDIR=
#   make uninstall

PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= $(PREFIX)/lib
SWIFT ?= swift
# The specification's suites and the benchmark programs; tests that need them say so without.
PULLEY_SHARED ?= ../shared

VERSION := $(shell sed -n 's/^\#define PULLEY_VERSION "\(.*\)"/\1/p' include/pulley.h)
SONAME := libpulley.so.0

export PULLEY_SHARED

.PHONY: all build deps demo test test-unit bench install uninstall clean format lint generate

all: build

deps:
	@.ci/install-dependencies

build: deps
	$(SWIFT) build -c release --product pulley
	$(SWIFT) build -c release --product pulley-cli --static-swift-stdlib
	@mkdir -p build/lib/pkgconfig build/bin build/include
	@bin=$$($(SWIFT) build -c release --show-bin-path) && \
	  install -m 755 "$$bin/libpulley.so" build/lib/libpulley.so.$(VERSION) && \
	  install -m 755 "$$bin/pulley-cli" build/bin/pulley
	@strip --strip-unneeded build/lib/libpulley.so.$(VERSION) build/bin/pulley
	@ln -sf libpulley.so.$(VERSION) build/lib/$(SONAME)
	@ln -sf $(SONAME) build/lib/libpulley.so
	@install -m 644 include/pulley.h build/include/pulley.h
	@sed -e 's|@PREFIX@|$(CURDIR)/build|' -e 's|@LIBDIR@|$(CURDIR)/build/lib|' \
	  -e 's|@VERSION@|$(VERSION)|' pulley.pc.in > build/lib/pkgconfig/pulley.pc
	@echo "built build/lib/libpulley.so, build/bin/pulley and build/include/pulley.h"

demo: build
	@examples-c/run-demo.sh

test: build
	@Tests/run-all.sh

test-unit: deps
	$(SWIFT) test

bench: build
	@bench/run.sh

install:
	@test -f build/lib/libpulley.so.$(VERSION) || { echo "run make first"; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 build/lib/libpulley.so.$(VERSION) $(DESTDIR)$(LIBDIR)/
	ln -sf libpulley.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libpulley.so
	install -m 755 build/bin/pulley $(DESTDIR)$(PREFIX)/bin/pulley
	install -m 644 include/pulley.h $(DESTDIR)$(PREFIX)/include/pulley.h
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	  pulley.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/pulley.pc

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/libpulley.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME) \
	  $(DESTDIR)$(LIBDIR)/libpulley.so $(DESTDIR)$(LIBDIR)/pkgconfig/pulley.pc \
	  $(DESTDIR)$(PREFIX)/bin/pulley $(DESTDIR)$(PREFIX)/include/pulley.h

format:
	swift format --in-place --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

generate:
	$(SWIFT) run pulley-gen

clean:
	rm -rf build .build
