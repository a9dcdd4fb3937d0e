"""Runs modules on Wasmtime's native code and writes what they do as test scripts.

    objects-record.py FILE…

Writes FILE.wast for each file and prints a line of JSON. A module that cannot be compared to its end has a script of
the calls before."""
import ctypes
import json
import math
import random
import struct
import sys

import wasmtime

#: Wasmtime's trap codes, and the words of the specification's tests.
TRAPS = {1: "out of bounds memory access", 3: "out of bounds table access", 4: "uninitialized element",
         5: "indirect call type mismatch", 6: "integer overflow", 7: "integer divide by zero",
         8: "invalid conversion to integer", 9: "unreachable", 13: "null", 14: "out of bounds array access",
         16: "cast failure"}
NUMBERS = {
    "i32": [0, 1, -1, 5, 127, 255, 65535, 2**30, 2**31 - 1, -2**31],
    "i64": [0, 1, -1, 2**31, 2**63 - 1, -2**63],
    "f32": [0.0, 1.5, -2.0, 1e10, -0.0],
    "f64": [0.0, 1.5, -2.0, 1e300, -0.0],
}
ROUNDS = 3
#: The words of a memory that are compared.
WORDS = 8192


class Left(Exception):
    """Why the comparison of a module ends."""


def engine():
    config = wasmtime.Config()
    for proposal in ("gc", "exceptions", "function_references", "tail_call", "memory64", "multi_memory",
                     "wide_arithmetic", "custom_page_sizes"):
        setattr(config, f"wasm_{proposal}", True)
    return wasmtime.Engine(config)


def literal(kind, value):
    if kind in ("i32", "i64"):
        return f"({kind}.const {value})"
    # The sign and the payload of a NaN that an operation makes are not defined.
    text = "nan:arithmetic" if math.isnan(value) else str(value) if math.isinf(value) else float.hex(value)
    return f"({kind}.const {text})"


def trap_code(trap):
    code = ctypes.c_uint8()
    known = wasmtime._bindings.wasmtime_trap_code(trap.ptr(), ctypes.byref(code))
    return code.value if known else None


def sum_of(data):
    total = 0
    for (word,) in struct.iter_unpack("<Q", bytes(data[:WORDS * 8])):
        total = (total * 31 + word) & 0xFFFFFFFFFFFFFFFF
    return total


SUM = f"""(register "guest")
(module (import "guest" "memory" (memory 1))
  (func (export "size") (result i32) (memory.size))
  (func (export "sum") (result i64) (local $at i32) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const {WORDS * 8}))))
    (local.get $sum)))"""


class Recorder:
    def __init__(self, generator):
        self.random = generator
        self.store = wasmtime.Store(engine())
        self.lines = []
        self.calls = self.traps = 0

    def instantiate(self, data):
        text = '(module binary "' + "".join(f"\\{byte:02x}" for byte in data) + '")'
        module = wasmtime.Module(self.store.engine, data)
        try:
            exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        except wasmtime.Trap as trap:
            self.trapped(text, trap_code(trap), trap)
            raise Left("a trap when the module is instantiated") from None
        except wasmtime.WasmtimeError as error:
            raise Left(f"not instantiated: {str(error).splitlines()[0]}") from None
        self.lines.append(text)
        return exports

    def call(self, name, function):
        kinds = function.type(self.store)
        arguments = [self.random.choice(NUMBERS[str(kind)]) for kind in kinds.params]
        action = f'(invoke "{name}" ' + " ".join(
            literal(str(kind), value) for kind, value in zip(kinds.params, arguments)) + ")"
        self.calls += 1
        try:
            results = function(self.store, *arguments)
        except wasmtime.Trap as trap:
            self.trapped(action, trap_code(trap), trap)
            return
        except wasmtime.WasmtimeError as error:
            raise Left(str(error).splitlines()[0]) from None
        results = [] if results is None else results if isinstance(results, list) else [results]
        expected = " ".join(literal(str(kind), value) for kind, value in zip(kinds.results, results))
        self.lines.append(f"(assert_return {action} {expected})")

    def trapped(self, action, code, trap):
        self.traps += 1
        if code is None and "exception" in str(trap):
            self.lines.append(f"(assert_exception {action})")
        elif code in TRAPS:
            self.lines.append(f'(assert_trap {action} "{TRAPS[code]}")')
        else:
            # An overflow, an allocation that is too large: the limits of the engines differ.
            raise Left(str(trap).splitlines()[-1].strip())

    def run(self, data):
        exports = self.instantiate(data)
        items = list(exports.items())
        for _ in range(ROUNDS):
            for name, item in items:
                if isinstance(item, wasmtime.Func):
                    self.call(name, item)
                elif isinstance(item, wasmtime.Global):
                    kind = str(item.type(self.store).content)
                    self.lines.append(f'(assert_return (get "{name}") {literal(kind, item.value(self.store))})')
        if "memory" in exports:
            memory = exports["memory"]
            size, data = memory.size(self.store), memory.read(self.store, 0, WORDS * 8)
            self.lines += [SUM, f'(assert_return (invoke "size") (i32.const {size}))',
                           f'(assert_return (invoke "sum") (i64.const {sum_of(data)}))']


def main():
    for path in sys.argv[1:]:
        left = None
        with open(path, "rb") as file:
            data = file.read()
        # A module has the same arguments each time.
        recorder = Recorder(random.Random(data))
        try:
            recorder.run(data)
        except Left as why:
            left = str(why)
        except wasmtime.WasmtimeError as error:
            left = f"refused: {str(error).splitlines()[0]}"
            recorder.lines = []
        with open(f"{path}.wast", "w") as file:
            file.write("\n".join([*recorder.lines, ""]))
        print("done " + json.dumps({"calls": recorder.calls, "traps": recorder.traps, "left": left}), flush=True)


if __name__ == "__main__":
    main()
