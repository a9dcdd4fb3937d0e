"""Programs for WASI that the tests run."""

from __future__ import annotations

import io

# A module for WASI: its imports, a memory, and the code of the test.
TYPES = {
    "args_sizes_get": "i32 i32",
    "args_get": "i32 i32",
    "environ_sizes_get": "i32 i32",
    "environ_get": "i32 i32",
    "fd_read": "i32 i32 i32 i32",
    "fd_write": "i32 i32 i32 i32",
    "poll_oneoff": "i32 i32 i32 i32",
    "clock_time_get": "i32 i64 i32",
    "random_get": "i32 i32",
    "path_open": "i32 i32 i32 i32 i32 i64 i64 i32 i32",
    "sock_accept": "i32 i32 i32",
}


def program(code: str, imports: str = "") -> str:
    """The text of a module with `code`, which may call `$write(descriptor, address, count)`."""
    imports += "".join(
        f'(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {types}) (result i32)))'
        for name, types in TYPES.items() if f"${name}" in code or name == "fd_write")
    return f"""(module $program
      (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
      {imports}
      (memory (export "memory") 2)
      (func $write (param $fd i32) (param $from i32) (param $count i32)
        (i32.store (i32.const 0) (local.get $from))
        (i32.store (i32.const 4) (local.get $count))
        (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (call $proc_exit (i32.const 99)))))
      {code})"""


# Copies the input to the output, and the number of bytes that it has read is the exit code.
CAT = program("""
  (func (export "_start") (local $count i32) (local $sum i32)
    (block $end
      (loop $more
        (i32.store (i32.const 16) (i32.const 1024))
        (i32.store (i32.const 20) (i32.const 4096))
        (br_if $end (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
        (local.set $count (i32.load (i32.const 24)))
        (br_if $end (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum) (local.get $count)))
        (call $write (i32.const 1) (i32.const 1024) (local.get $count))
        (br $more)))
    (call $proc_exit (local.get $sum)))""")

# Writes one text to the output and one to the error output, the text in two parts.
SPEAK = program("""
  (data (i32.const 64) "gr\\c3\\bc\\c3\\9ferror\\n")
  (func (export "_start")
    (call $write (i32.const 1) (i32.const 64) (i32.const 3))
    (call $write (i32.const 1) (i32.const 67) (i32.const 3))
    (call $write (i32.const 2) (i32.const 70) (i32.const 6)))""")


def words(kind: str) -> str:
    """Writes the arguments, or the environment, each with a NUL."""
    return program(f"""
      (func (export "_start")
        (drop (call ${kind}_sizes_get (i32.const 16) (i32.const 20)))
        (drop (call ${kind}_get (i32.const 1024) (i32.const 8192)))
        (call $write (i32.const 1) (i32.const 8192) (i32.load (i32.const 20))))""")


ARGS = words("args")
ENVIRONMENT = words("environ")

EXIT = program("""(func (export "_start") (call $proc_exit (i32.const 300)))""")
LOOP = program("""(func (export "_start") (loop $for_ever (br $for_ever)))""")
TRAP = program("""
  (data (i32.const 64) "panicked")
  (func $inner (call $write (i32.const 2) (i32.const 64) (i32.const 8)) unreachable)
  (func (export "_start") (call $inner))""")

# Waits for a minute.
SLEEP = program("""
  (func (export "_start")
    (i64.store (i32.const 88) (i64.const 60000000000))
    (i32.store (i32.const 80) (i32.const 1))
    (call $proc_exit
      (call $poll_oneoff (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 160))))""")


def opens(path: str, create: bool = False) -> str:
    """Opens a file in the first directory: reads it to the output, or creates it. The exit code is
    the error number."""
    return program(f"""
      (data (i32.const 512) "{path}")
      (func (export "_start") (local $error i32)
        (local.set $error
          (call $path_open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const {len(path)})
            (i32.const {int(create)}) (i64.const {64 if create else 2}) (i64.const 0) (i32.const 0)
            (i32.const 32)))
        (if (local.get $error) (then (call $proc_exit (local.get $error))))
        (i32.store (i32.const 16) (i32.const 1024))
        (i32.store (i32.const 20) (i32.const 4096))
        {"" if create else '''
        (drop (call $fd_read (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 24)))
        (call $write (i32.const 1) (i32.const 1024) (i32.load (i32.const 24)))'''})""")


# The time of the clock, and eight random bytes.
DATA = program("""
  (func (export "_start")
    (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 64)))
    (drop (call $random_get (i32.const 72) (i32.const 8)))
    (call $write (i32.const 1) (i32.const 64) (i32.const 16)))""")

LIBRARY = program("""
  (data (i32.const 64) "hello")
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 1)))
  (func (export "ready") (result i32) (global.get $ready))
  (func (export "speak") (result i32)
    (call $write (i32.const 1) (i32.const 64) (i32.const 5))
    (i32.const 7))
  (func (export "leave") (param i32) (call $proc_exit (local.get 0)))
  (func (export "fail") unreachable)""")


class Feed:
    """An input without a descriptor."""

    def __init__(self, data: bytes) -> None:
        self.stream = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self.stream.read(size)
