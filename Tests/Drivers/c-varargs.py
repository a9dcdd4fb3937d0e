#!/usr/bin/env python3
"""Calls of snprintf and sscanf by random formats, from a guest and from the same program of the host.

Each program is C that calls the functions with random formats and arguments and prints every byte that they have
written. It is compiled by the system's C compiler, and by clang for WebAssembly. Both must print the same.

    Tests/Drivers/c-varargs.py [--count N] [--seed S] [--bits 32|64] [--only N] [--keep FOLDER]

makes N calls of each function. A failure names the call; `--only` repeats it alone, with the same seed."""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import Run

# Calls in one program.
PER_PROGRAM = 300

parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int, default=PER_PROGRAM)
parser.add_argument("--seed", type=int, default=13)
parser.add_argument("--bits", type=int, choices=[32, 64])
parser.add_argument("--only", type=int)
parser.add_argument("--keep", type=pathlib.Path)
options = parser.parse_args()
count = counting.Count()

#: The functions' declarations, for both sides.
HEADER = r"""
#include <stdio.h>
#include <string.h>
"""

PROGRAM = r"""
typedef __SIZE_TYPE__ size;
int snprintf(char *, size, const char *, ...);
int sscanf(const char *, const char *, ...);
int printf(const char *, ...);
static char room[4096];
static void clear(void) { for (int i = 0; i < 4096; i++) room[i] = 0x55; }
static void show(int number, int result, int count) {
  static char text[2 * 4096 + 1];
  for (int i = 0; i < count; i++) {
    text[2 * i] = "0123456789abcdef"[room[i] >> 4 & 15];
    text[2 * i + 1] = "0123456789abcdef"[room[i] & 15];
  }
  text[2 * count] = 0;
  printf("%d %d %s\n", number, result, text);
}
"""

#: For each length of an integer conversion: its C type, and how many bits of it both sides have.
LENGTHS = {"hh": ("int", 32), "h": ("int", 32), "": ("int", 32), "l": ("long", 32), "ll": ("long long", 64),
           "j": ("long long", 64), "z": ("size", 31), "t": ("__PTRDIFF_TYPE__", 32)}
OBJECTS = {"hh": "signed char", "h": "short", "": "int", "l": "long", "ll": "long long", "j": "long long",
           "z": "__PTRDIFF_TYPE__", "t": "__PTRDIFF_TYPE__"}
#: The types for unsigned conversions, where the difference matters.
UNSIGNED = {"l": "unsigned long", "z": "size", "t": "size"}
LITERALS = ["", " ", "abc", ":", "%%", "\\n", "\\303\\244", "x=", "100%% ", "\\t|"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def choose(self, *values):
        return self.random.choice(values)

    def number(self, bits, signed):
        """A number that is likely to be near a limit; as C writes it."""
        width = self.random.choice([1, 4, 8, 15, 16, bits - 1])
        value = self.random.getrandbits(min(width, bits - 1))
        return f"{-value if signed and self.choose(True, False) else value}LL"

    def text(self, longest=20):
        return "".join(self.random.choice("abcdefgh XYZ%0123.-") for _ in range(self.random.randrange(longest)))

    def double(self):
        return self.choose("0.0", "-0.0", "1.0", "0.1", "-2.5", "1e300", "1e-310", "123456.789", "1.0/3",
                           "__builtin_inf()", "-__builtin_inf()",
                           repr(self.random.uniform(-1e6, 1e6)), repr(self.random.uniform(-1, 1) * 1e-20))

    def columns(self, longest):
        """A width or a precision: its text, and the arguments that it takes."""
        kind = self.random.randrange(4)
        if kind == 0:
            return "*", [f"(int){self.random.randrange(-longest, longest)}"]
        return (str(self.random.randrange(1, longest)), []) if kind == 1 else ("", [])

    def conversion(self):
        """A conversion of printf: its text and its arguments."""
        flags = "".join(flag for flag in "-+ #0'" if self.random.randrange(5) == 0)
        width, before = self.columns(30)
        precision, more = "", []
        if self.random.randrange(3) == 0:
            precision, more = self.columns(20)
            precision = "." + precision
        letter = self.random.choice("ddiuxXoscpaAeEfFgG")
        length = ""
        if letter in "diouxX":
            length = self.random.choice(list(LENGTHS))
            type_, bits = LENGTHS[length]
            value = f"({type_}){self.number(bits, letter in 'di' and bits != 31)}"
            if letter not in "di" and bits == 32 and type_ != "int":
                # A negative number would have more digits on the wider side.
                value = f"({type_}){self.number(31, False)}"
        elif letter == "c":
            value = f"(int){self.random.randrange(1, 256)}"
        elif letter == "s":
            value = f'"{self.text()}"'
        elif letter == "p":
            value = f"(void *)(size){self.random.getrandbits(31)}"
        else:
            length = self.choose("", "l", "L")
            value = f"({'long double' if length == 'L' else 'double'})({self.double()})"
        if letter == "c" or letter == "p":
            precision, more = "", []
        return f"%{flags}{width}{precision}{length}{letter}", before + more + [value]

    def printing(self, number):
        """The C code of a call of snprintf."""
        parts = [self.conversion() for _ in range(self.random.randrange(1, 12))]
        text = "".join(self.random.choice(LITERALS) + part for part, _ in parts)
        arguments = "".join(f", {argument}" for _, part in parts for argument in part)
        size = self.choose(0, 1, 10, 1000, 4096)
        # What is beyond the size must stay as it was, and so must what is beyond the text.
        return f'  clear(); show({number}, snprintf(room, {size}, "{text}"{arguments}), {min(max(size, 40), 1500)});'

    def scan(self, place):
        """A conversion of scanf: its text, the input that it reads, the pointer and the object's size."""
        letter = self.random.choice("diuxoscn[gfea")
        width = self.choose("", "", str(self.random.randrange(1, 9)))
        pointer = f"room + {place}"
        if letter == "n":
            return "%n", "", f"(int *)({pointer})"
        if letter in "diuxo":
            length = self.random.choice(list(OBJECTS))
            type_ = UNSIGNED.get(length, OBJECTS[length]) if letter in "uxo" else OBJECTS[length]
            value = self.random.getrandbits(self.choose(3, 8, 15, 30))
            text = format(value, {"x": "x", "o": "o"}.get(letter, "d"))
            sign = self.choose("", "-" if letter in "di" else "")
            return f"%{width}{length}{letter}", sign + text, f"({type_} *)({pointer})"
        if letter in "gfea":
            length = self.choose("", "l", "L")
            type_ = {"": "float", "l": "double", "L": "long double"}[length]
            text = self.choose("1.5", "-0.25", "1e10", "0x1.8p3", "3", "nan?", "0.1")
            return f"%{length}{letter}", text, f"({type_} *)({pointer})"
        if letter == "[":
            return f"%{width}{self.choose('[a-z]', '[^,]', '[]x]', '[0-9a-f]')}", self.text(9), pointer
        if letter == "c":
            return f"%{width}c", self.text(12), pointer
        return f"%{width}s", self.text(9), pointer

    def scanning(self, number):
        """The C code of a call of sscanf. Objects are printed as numbers of one width, because their sizes differ."""
        parts = [self.scan(128 * index) for index in range(self.random.randrange(1, 9))]
        separators = [self.choose(" ", ",", " , ", "") for _ in parts]
        text = "".join(part[0] + separator for part, separator in zip(parts, separators))
        given = "".join(part[1] + separator for part, separator in zip(parts, separators))
        arguments = "".join(f", {part[2]}" for part in parts)
        lines = [f'  clear(); result = sscanf("{given}", "{text}"{arguments});']
        values = []
        for index, (_, _, pointer) in enumerate(parts):
            place = f"room + {128 * index}"
            if pointer.startswith("room"):
                # The string, or nothing if the conversion was not reached.
                values.append(f"bytes({place})")
            elif "long double" in pointer:
                # Printed by the host, because a guest alone has no conversion to double.
                values.append(f'if (is_set({place})) printf("%La ", *(long double *)({place}))')
            elif "float" in pointer or "double" in pointer:
                type_ = pointer[1:pointer.index(" *")]
                values.append(f"number(is_set({place}) ? (double)*({type_} *)({place}) : 0.5)")
            else:
                type_ = pointer[1:pointer.index(" *")]
                convert = {"long": "near", "__PTRDIFF_TYPE__": "near", "unsigned long": "near_unsigned",
                           "size": "near_unsigned"}.get(type_, "(long long)")
                values.append(f"integer(is_set({place}) ? {convert}(*({type_} *)({place})) : 12345)")
        lines += [f"  {value};" for value in values]
        lines.append(f"  finish({number}, result);")
        return "\n".join(lines)


SCANNING = r"""
static unsigned long long sum;
static void mix(unsigned long long value) { sum = (sum ^ value) * 0x9E3779B97F4A7C15u + 1; }
static int is_set(const char *place) {
  for (int i = 0; i < 16; i++) if (place[i] != 0x55) return 1;
  return 0;
}
static void integer(long long value) { mix((unsigned long long)value); printf("%lld ", value); }
/* The wider side has numbers that the other cannot have. */
static long long near(long long value) {
  return value > 2147483647 ? 2147483647 : value < -2147483648LL ? -2147483648LL : value;
}
static long long near_unsigned(unsigned long long value) {
  if (value >> 32 == 0xFFFFFFFF) return (unsigned)value;  // A small number with a minus sign.
  return value > 4294967295u ? 4294967295u : value;
}
static void number(double value) {
  union { double number; unsigned long long bits; } all = {value};
  if (value != value) all.bits = 1;
  mix(all.bits); printf("%g ", value);
}
static void bytes(const char *place) { for (int i = 0; i < 40; i++) mix((unsigned char)place[i]); }
static void finish(int number, int result) { printf("%d %d %llx\n", number, result, sum); sum = 0; }
"""


class Program:
    def __init__(self, folder, seed, first, size, bits):
        self.folder, self.bits = folder, bits
        generator = Generator(seed + first)
        calls = []
        for number in range(first, first + size):
            pair = generator.printing(number), generator.scanning(number)
            if options.only in (None, number):
                calls += pair
        self.calls = calls
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "header.h").write_text(HEADER)
        (folder / "program.c").write_text(
            PROGRAM + SCANNING + "int main(void) {\n  int result;\n" + "\n".join(calls) + "\n  return 0;\n}\n"
            + '__attribute__((export_name("run"))) int run(void) { return main(); }\n')

    def compile(self, *arguments):
        done = subprocess.run([*map(str, arguments)], capture_output=True, text=True)
        return count.check(f"{arguments[0]} compiles {self.folder}", done.returncode == 0, done.stderr[:2000])

    def test(self):
        flags = ["-std=gnu11", "-O1", "-w", "-fno-builtin"]
        source, guest = self.folder / "program.c", self.folder / "guest.wasm"
        if not (self.compile("cc", "-E", self.folder / "header.h", "-o", self.folder / "header.i")
                and self.compile("cc", *flags, source, "-o", self.folder / "native")
                and self.compile("clang", f"--target=wasm{self.bits}", *flags, "-nostdlib", "-Wl,--no-entry",
                                 "-Wl,--allow-undefined", "-Wl,-z,stack-size=8388608", source, "-o", guest)):
            return
        native = subprocess.run([self.folder / "native"], capture_output=True).stdout.decode(errors="replace")
        run = Run("run", "--header", self.folder / "header.i", "--library", "libc.so.6", "--invoke", "run", guest)
        count.check(f"the guest of {self.folder.name} runs", run.code == 0, run.err)
        expected, actual = native.splitlines(), run.out.splitlines()
        count.check("both programs make all calls", len(expected) == len(self.calls), len(expected))
        for index, (call, line) in enumerate(zip(self.calls, expected)):
            count.equal(f"{self.bits} bits: {call}", actual[index] if index < len(actual) else None, line)


def main():
    if not shutil.which("clang") or not shutil.which("wasm-ld") or sys.platform != "linux":
        counting.left_out("clang with wasm-ld, and the C library of Linux, are needed")
        return
    folder = options.keep or pathlib.Path(tempfile.mkdtemp())
    try:
        for bits in [options.bits] if options.bits else [32, 64]:
            for first in range(0, options.count, PER_PROGRAM):
                Program(folder / f"{bits}-{first}", options.seed, first, min(PER_PROGRAM, options.count - first),
                        bits).test()
    finally:
        if not options.keep:
            shutil.rmtree(folder)


main()
count.finish()
