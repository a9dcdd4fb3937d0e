#!/usr/bin/env python3
"""A guest calls `puts` of the C library, and then a `puts` in Python."""
import ctypes

import pulley

GUEST = """
(module
  (import "env" "puts" (func $puts (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "Hello from WebAssembly\\00")
  (func (export "hello") (drop (call $puts (i32.const 16)))))
"""

module = pulley.load(GUEST)
print("libpulley", pulley.__version__, flush=True)

c_library = ctypes.CDLL(None)
linker = pulley.Linker()
linker.define("env", "puts", c_library.puts, signature="int(cstr)")
linker.instantiate(module).hello()
c_library.fflush(None)


@linker.function("env")
def puts(text: str) -> int:
    print("Python says:", text)
    return 0


linker.instantiate(module).hello()
