#!/usr/bin/env python3
"""Calls C functions from CLIF, with narrow and 128-bit arguments and results, and with types C does not have.

Clang compiles the C functions and relies on callers to extend narrow arguments. Each call is made in every
possible way: by name, by a registered C signature, and by address, with arguments in registers and on the stack.
"""
import itertools
import pathlib
import platform
import shutil
import subprocess
import tempfile

import counting
from command import Run

count = counting.Count()
clang = shutil.which("clang")
if not clang:
    counting.left_out("there is no clang to compile C functions with")
    count.finish()
folder = pathlib.Path(tempfile.mkdtemp())
IS_X86 = platform.machine() == "x86_64"


def signed(bits, value):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def library(name, text):
    source = folder / f"{name}.c"
    source.write_text(text)
    path = folder / f"{name}.so"
    subprocess.run([clang, "-O2", "-shared", "-fPIC", str(source), "-o", str(path)], check=True)
    return path


def program(name, text):
    path = folder / f"{name}.clif"
    path.write_text(text)
    return path


def call(path, lib, function, *arguments, hosts=()):
    options = [o for h in hosts for o in ("--host", h)]
    return Run("run", "--load", lib, *options, "--invoke", function, path, *arguments)


def gives(what, run, *results):
    count.check(what, run.code == 0 and run.out.split() == [str(r) for r in results],
                f"expected: {results}", run)


# Narrow arguments of functions that do not extend them

WIDTHS = {"i8": 8, "i16": 16, "i32": 32}
C_TYPES = {("i8", "uext"): "uint8_t", ("i8", "sext"): "int8_t",
           ("i16", "uext"): "uint16_t", ("i16", "sext"): "int16_t",
           ("i32", "uext"): "uint32_t", ("i32", "sext"): "int32_t", ("i8", "bool"): "bool"}
VALUES = {8: [0x85, 0x7F, 0xFF, 0], 16: [0x8005, 0x7FFF, 0xFFFF], 32: [0x80000005, 0x7FFFFFFF]}
# The number of integers before the argument: its position is the last register, or on the stack.
PLACES = [0, 5, 6, 8]


def take(kind, place):
    """A C function that returns its last argument, after `place` others, as 64 bits."""
    c = C_TYPES[kind]
    others = "".join(f"int64_t a{n}, " for n in range(place))
    return f"int64_t take_{kind[0]}_{kind[1]}_{place}({others}{c} x) {{ return x; }}\n"


head = "#include <stdint.h>\n#include <stdbool.h>\n"
takers = library("takers", head + "".join(
    take(kind, place) for kind in C_TYPES for place in PLACES))


def takers_text(attribute_of):
    text = ""
    for (type_, kind), place in itertools.product(C_TYPES, PLACES):
        attribute = attribute_of(kind)
        name = f"take_{type_}_{kind}_{place}"
        signature = "(" + "i64, " * place + f"{type_}{attribute}) -> i64 system_v"
        passed = "v0, " * place
        text += f"""\
function %direct_{name}(i64) -> i64 {{
    fn0 = %{name}{signature}
block0(v0: i64):
    v1 = ireduce.{type_} v0
    v2 = call fn0({passed}v1)
    return v2
}}
function %indirect_{name}(i64) -> i64 {{
    sig0 = {signature}
    gv0 = symbol %{name}
block0(v0: i64):
    v1 = ireduce.{type_} v0
    v3 = symbol_value.i64 gv0
    v2 = call_indirect sig0, v3({passed}v1)
    return v2
}}
""" if type_ != "i32" else f"""\
function %direct_{name}(i64) -> i64 {{
    fn0 = %{name}{signature}
block0(v0: i64):
    v1 = ireduce.i32 v0
    v2 = call fn0({passed}v1)
    return v2
}}
function %indirect_{name}(i64) -> i64 {{
    sig0 = {signature}
    fn0 = %{name}{signature}
block0(v0: i64):
    v1 = ireduce.i32 v0
    v3 = func_addr.i64 fn0
    v2 = call_indirect sig0, v3({passed}v1)
    return v2
}}
"""
    return text


def arguments_of(width):
    """Values whose high bits are neither a zero nor a sign extension."""
    return [v | 0x5A5A5A5A5A5A5A5A << width & (1 << 63) - 1 for v in VALUES[width]]


def expected(kind, width, value):
    value &= (1 << width) - 1
    if kind == "bool":
        return value & 1
    return signed(width, value) if kind == "sext" else value


attributed = program("attributed", takers_text(lambda k: " sext" if k == "sext" else " uext"))
bare = program("bare", takers_text(lambda k: ""))
for (type_, kind), place, way in itertools.product(C_TYPES, PLACES, ["direct", "indirect"]):
    width = WIDTHS[type_]
    name = f"take_{type_}_{kind}_{place}"
    for value in [0, 1] if kind == "bool" else arguments_of(width):
        right = expected(kind, width, value)
        gives(f"{way} {name} of {value:#x}", call(attributed, takers, f"{way}_{name}", value), right)
        # Without an attribute, an integer is unsigned, and only its own bits are defined.
        if kind != "sext":
            gives(f"{way} {name} of {value:#x}, no attribute",
                  call(bare, takers, f"{way}_{name}", value), right)
        elif type_ == "i32":
            gives(f"{way} {name} of {value:#x}, no attribute, its low bits",
                  call(bare, takers, f"{way}_{name}", value), right)
    # A registered function is called by its registered signature, whatever the text says.
    words = ", ".join(["int64_t"] * place + [C_TYPES[type_, kind]])
    host = f"env.{name}=int64_t({words})"
    value = (1 if kind == "bool" else arguments_of(width)[0])
    gives(f"{way} {name}, registered",
          call(bare, takers, f"{way}_{name}", value, hosts=[host]), expected(kind, width, value))
value = 0x102
gives("a registered bool is whether the byte is not 0",
      call(bare, takers, "direct_take_i8_bool_0", value, hosts=["env.take_i8_bool_0=int64_t(bool)"]),
      1)

# The same for functions that are registered for WebAssembly

wat = "(module\n"
for (type_, kind), place in itertools.product(C_TYPES, PLACES):
    name = f"take_{type_}_{kind}_{place}"
    wat += f'  (import "env" "{name}" (func ${name} (param{" i64" * place} i32) (result i64)))\n'
for (type_, kind), place in itertools.product(C_TYPES, PLACES):
    name = f"take_{type_}_{kind}_{place}"
    passed = "(i64.const -1) " * place
    wat += f'  (func (export "{name}") (param i32) (result i64) ' \
           f'(call ${name} {passed}(local.get 0)))\n'
wat += ")\n"
module = folder / "takers.wat"
module.write_text(wat)
hosts = []
for (type_, kind), place in itertools.product(C_TYPES, PLACES):
    words = ", ".join(["int64_t"] * place + [C_TYPES[type_, kind]])
    hosts.append(f"env.take_{type_}_{kind}_{place}=int64_t({words})")
for (type_, kind), place in itertools.product(C_TYPES, PLACES):
    width = WIDTHS[type_]
    name = f"take_{type_}_{kind}_{place}"
    value = VALUES[width][0] | 0x5A5A5A00 << width & 0xFFFFFFFF
    right = 1 if kind == "bool" else expected(kind, width, value)
    gives(f"{name} of {value:#x} from WebAssembly",
          call(module, takers, name, signed(32, value), hosts=hosts), right)

# All 64 bits of an argument, which only assembly can see

if IS_X86:
    raw = library("raw", """
__attribute__((naked)) void raw0(void) { __asm__("mov %rdi, %rax\\n\\tret"); }
__attribute__((naked)) void raw5(void) { __asm__("mov %r9, %rax\\n\\tret"); }
__attribute__((naked)) void raw6(void) { __asm__("mov 8(%rsp), %rax\\n\\tret"); }
__attribute__((naked)) void raw8(void) { __asm__("mov 24(%rsp), %rax\\n\\tret"); }
__attribute__((naked)) void dirty(void) {
  __asm__("movabs $0x1234567890abcd85, %rax\\n\\tret");
}
""")
    text = ""
    for type_, attribute, place in itertools.product(WIDTHS, ["uext", "sext"], PLACES):
        signature = "(" + "i64, " * place + f"{type_} {attribute}) -> i64 system_v"
        text += f"""\
function %{type_}_{attribute}_{place}(i64) -> i64 {{
    fn0 = %raw{place}{signature}
block0(v0: i64):
    v1 = ireduce.{type_} v0
    v2 = call fn0({"v0, " * place}v1)
    return v2
}}
function %ind_{type_}_{attribute}_{place}(i64) -> i64 {{
    sig0 = {signature}
    gv0 = symbol %raw{place}
block0(v0: i64):
    v1 = ireduce.{type_} v0
    v3 = symbol_value.i64 gv0
    v2 = call_indirect sig0, v3({"v0, " * place}v1)
    return v2
}}
"""
    for type_, attribute in itertools.product(WIDTHS, ["", " uext", " sext"]):
        name = f"{type_}{attribute.replace(' ', '_')}"
        for extend in ["uextend", "sextend"]:
            text += f"""\
function %dirty_{name}_{extend}() -> i64 {{
    fn0 = %dirty() -> {type_}{attribute} system_v
block0:
    v0 = call fn0()
    v1 = {extend}.i64 v0
    return v1
}}
"""
    words = program("words", text)
    for type_, attribute, place in itertools.product(WIDTHS, ["uext", "sext"], PLACES):
        width = WIDTHS[type_]
        for value, way in itertools.product(arguments_of(width), ["", "ind_"]):
            right = signed(64, expected(attribute, width, value))
            gives(f"all bits of {way}{type_} {attribute}, argument {place}, of {value:#x}",
                  call(words, raw, f"{way}{type_}_{attribute}_{place}", value), right)
    for type_, attribute in itertools.product(WIDTHS, ["", " uext", " sext"]):
        name = f"{type_}{attribute.replace(' ', '_')}"
        low = 0x1234567890ABCD85 & (1 << WIDTHS[type_]) - 1
        gives(f"a result {name} is only its low bits, with zeros",
              call(words, raw, f"dirty_{name}_uextend"), low)
        gives(f"a result {name} is only its low bits, with its sign",
              call(words, raw, f"dirty_{name}_sextend"), signed(WIDTHS[type_], low))
else:
    counting.left_out("all 64 bits of arguments are looked at on x86-64 only")

# Guest functions with narrow arguments, called by the host and by one another

narrow = program("narrow", """\
function %plus(i8 uext, i16 sext) -> i32 system_v {
block0(v0: i8, v1: i16):
    v2 = uextend.i32 v0
    v3 = sextend.i32 v1
    v4 = iadd v2, v3
    return v4
}
function %through(i8, i16) -> i32 {
    sig0 = (i8 uext, i16 sext) -> i32 system_v
    fn0 = colocated %plus sig0
block0(v0: i8, v1: i16):
    v9 = iadd v0, v0
    v2 = func_addr.i64 fn0
    v3 = call_indirect sig0, v2(v9, v1)
    return v3
}
""")
gives("a narrow argument from the host", Run("run", "--invoke", "plus", narrow, "-1", "-2"), 253)
gives("a narrow argument from a guest", Run("run", "--invoke", "through", narrow, "-64", "5"), 133)

# 128 bits

if IS_X86:
    wide = library("wide", """
#include <stdint.h>
typedef unsigned __int128 u128;
u128 add128(u128 a, u128 b) { return a + b; }
u128 six(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, u128 x) {
  return x * 3 + a + b + c + d + e;
}
u128 seven(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, u128 x,
           int64_t h, u128 y, int32_t i) {
  return x * 5 + y * 7 + a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9;
}
u128 floats(double a, u128 x, float b, u128 y, int8_t c) {
  return x - y + (u128)(int64_t)a + (u128)(int64_t)b + c;
}
int64_t high(u128 x) { return x >> 64; }
int64_t halves(uint64_t low, uint64_t high) { return low - 3 * high; }
u128 many(u128 a, u128 b, u128 c, u128 d, u128 e, u128 f, u128 g, u128 h, u128 i, u128 j) {
  return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10;
}
u128 shifted(u128 x, uint8_t n) { return x << n; }
""")
    wide_text = program("wide", """\
function %sum(i128, i128) -> i128 {
    fn0 = %add128(i128, i128) -> i128 system_v
block0(v0: i128, v1: i128):
    v2 = call fn0(v0, v1)
    return v2
}
function %sum_by_address(i128, i128) -> i128 {
    sig0 = (i128, i128) -> i128 system_v
    gv0 = symbol %add128
block0(v0: i128, v1: i128):
    v2 = symbol_value.i64 gv0
    v3 = call_indirect sig0, v2(v0, v1)
    return v3
}
function %call_six(i64, i64, i64, i64, i64, i128) -> i128 {
    fn0 = %six(i64, i64, i64, i64, i64, i128) -> i128 system_v
block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i128):
    v6 = call fn0(v0, v1, v2, v3, v4, v5)
    return v6
}
function %call_seven(i64, i64, i64, i64, i64, i64, i64, i128, i64, i128, i32) -> i128 {
    fn0 = %seven(i64, i64, i64, i64, i64, i64, i64, i128, i64, i128, i32) -> i128 system_v
block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64, v7: i128, v8: i64, v9: i128, v10: i32):
    v11 = call fn0(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)
    return v11
}
function %call_floats(f64, i128, f32, i128, i8) -> i128 {
    fn0 = %floats(f64, i128, f32, i128, i8 sext) -> i128 system_v
block0(v0: f64, v1: i128, v2: f32, v3: i128, v4: i8):
    v5 = call fn0(v0, v1, v2, v3, v4)
    return v5
}
function %call_high(i128) -> i64 {
    fn0 = %high(i128) -> i64 system_v
block0(v0: i128):
    v1 = call fn0(v0)
    return v1
}
function %call_halves(i128) -> i64 {
    fn0 = %halves(i128) -> i64 system_v
block0(v0: i128):
    v1 = call fn0(v0)
    return v1
}
function %call_many(i128, i128, i128, i128, i128, i128, i128, i128, i128, i128) -> i128 {
    fn0 = %many(i128, i128, i128, i128, i128, i128, i128, i128, i128, i128) -> i128 system_v
block0(v0: i128, v1: i128, v2: i128, v3: i128, v4: i128, v5: i128, v6: i128, v7: i128, v8: i128, v9: i128):
    v10 = call fn0(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9)
    return v10
}
function %call_shifted(i128, i8) -> i128 {
    fn0 = %shifted(i128, i8 uext) -> i128 system_v
block0(v0: i128, v1: i8):
    v2 = call fn0(v0, v1)
    return v2
}
function %caught(i128) -> i128 {
    sig0 = (i128, i128) -> i128 system_v
    fn0 = %add128 sig0
block0(v0: i128):
    try_call fn0(v0, v0), sig0, block1(ret0), [ default: block2 ]
block1(v1: i128):
    return v1
block2:
    return v0
}
""")
    MASK = (1 << 128) - 1
    a, b = 0xFEDCBA9876543210_0123456789ABCDEF, 0x0F1E2D3C4B5A6978_8796A5B4C3D2E1F0
    for way in ["sum", "sum_by_address"]:
        gives(f"128 bits: {way}", call(wide_text, wide, way, a, b), signed(128, a + b))
    gives("128 bits of a call that handles exceptions", call(wide_text, wide, "caught", a),
          signed(128, 2 * a))
    gives("128 bits where one register is left",
          call(wide_text, wide, "call_six", 1, 2, 3, 4, 5, a), signed(128, 3 * a + 15))
    gives("128 bits on the stack, aligned",
          call(wide_text, wide, "call_seven", 1, 2, 3, 4, 5, 6, 7, a, 8, b, -9),
          signed(128, 5 * a + 7 * b + 1 + 4 + 9 + 16 + 25 + 36 + 49 + 64 - 81))
    gives("128 bits among floats and narrow integers",
          call(wide_text, wide, "call_floats", "0x1.8p4", a, "0x1.0p3", b, -5), signed(128, a - b + 27))
    gives("128 bits to a result of 64", call(wide_text, wide, "call_high", a), signed(64, a >> 64))
    gives("many of 128 bits", call(wide_text, wide, "call_many", *range(a, a + 10)),
          signed(128, sum((n + 1) * (a + n) for n in range(10))))
    gives("128 bits and a shift", call(wide_text, wide, "call_shifted", b, 100), signed(128, b << 100))
    gives("128 bits, registered",
          call(wide_text, wide, "sum", a, b, hosts=["env.add128=i128(i128, unsigned __int128)"]),
          signed(128, a + b))
    gives("128 bits by address, registered",
          call(wide_text, wide, "sum_by_address", a, b, hosts=["env.add128=__int128(i128, i128)"]),
          signed(128, a + b))
    gives("128 bits as two halves, as they are registered",
          call(wide_text, wide, "call_halves", b, hosts=["env.halves=i64(u64, u64)"]),
          signed(64, b - 3 * (b >> 64)))
    run = call(wide_text, wide, "sum", 1, 2, hosts=["env.add128=i64(i128, i128)"])
    count.check("a registered function whose result is not i128 is refused for an i128",
                run.code == 1 and
                "the result is i64, which does not become i128" in run.err, run)
    # An artifact behaves the same.
    artifact = folder / "wide.pulley"
    run = Run("compile", wide_text, "-o", artifact)
    count.check("CLIF with 128-bit calls compiles to an artifact", run.code == 0, run)
    gives("128 bits, from an artifact", call(artifact, wide, "sum", a, b), signed(128, a + b))
    artifact = folder / "attributed.pulley"
    Run("compile", attributed, "-o", artifact)
    for kind in ["uext", "sext"]:
        gives(f"{kind}, from an artifact", call(artifact, takers, f"indirect_take_i8_{kind}_6", 0x85),
              expected(kind, 8, 0x85))
else:
    counting.left_out("C functions with integers of 128 bits are called on x86-64 only")

# Types that C does not have

pairs = program("pairs", """\
function %calls() -> i64 {
    fn0 = %abs() -> i64, i64 system_v
block0:
    v0, v1 = call fn0()
    return v0
}
function %calls_by_address() -> i64 {
    sig0 = () -> i64, i64 system_v
    fn0 = %abs() -> i64, i64 system_v
block0:
    v2 = func_addr.i64 fn0
    v0, v1 = call_indirect sig0, v2()
    return v0
}
function %fine() -> i64 {
    fn0 = %abs() -> i64, i64 system_v
block0:
    v2 = func_addr.i64 fn0
    v0 = iconst.i64 7
    return v0
}
""")
gives("a function that C does not have may be named", Run("run", "--invoke", "fine", pairs), 7)
for name in ["calls", "calls_by_address"]:
    run = Run("run", "--invoke", name, pairs)
    count.check(f"calling a function of a type that C does not have is an error: {name}",
                run.code == 134 and "C function" in run.err, run)

# Missing imports

twice = program("twice", """\
function %a(i8) {
    fn0 = %nowhere(i8 uext) system_v
block0(v0: i8):
    call fn0(v0)
    return
}
function %b(i8) -> i64 {
    fn0 = %nowhere(i8 sext) system_v
    fn1 = %nowhere(i8) -> i32 system_v
    gv0 = symbol %nowhere
block0(v0: i8):
    call fn0(v0)
    v1 = symbol_value.i64 gv0
    return v1
}
function %c() {
    fn0 = %elsewhere() system_v
block0:
    call fn0()
    return
}
""")
for options in [(), ("--eager",)]:
    run = Run("run", *options, "--invoke", "c", twice)
    count.check("each missing import is named once",
                run.code == 1 and run.err.count("nowhere") == 1 and run.err.count("elsewhere") == 1,
                run)

shutil.rmtree(folder)
count.finish()
