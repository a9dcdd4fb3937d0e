"""Guests that call the host function env.f, for the tests of host functions."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import pulley

ALLOCATOR = """(global $heap (mut i32) (i32.const 4096))
  (func (export "malloc") (param i32) (result i32)
    (global.get $heap)
    (global.set $heap (i32.add (global.get $heap)
      (i32.and (i32.add (local.get 0) (i32.const 15)) (i32.const -16)))))
  (func (export "free") (param i32))
  (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0)))"""

TEXT = r'(data (i32.const 16) "hello\00") (data (i32.const 32) "\ff\fe\00") ' \
       r'(data (i32.const 65533) "end") (data (i32.const 48) "\e2\82\ac uro\00")'


def guest(parameters, results, extra=TEXT + ALLOCATOR, memory="1"):
    """A module whose export `run` passes its arguments to the import env.f."""
    count = len(parameters.split())
    type = f"(param {parameters}) (result {results})"
    return pulley.load(f"""(module (import "env" "f" (func $f {type}))
      (memory (export "memory") {memory}) {extra}
      (func (export "run") {type}
        (call $f {' '.join(f'(local.get {index})' for index in range(count))})))""")


def linked(parameters, results, function, signature=None, **options):
    linker = pulley.Linker()
    linker.define("env", "f", function, signature=signature)
    return linker.instantiate(guest(parameters, results, **options))


def define(function, signature=None):
    pulley.Linker().define("env", "f", function, signature=signature)
