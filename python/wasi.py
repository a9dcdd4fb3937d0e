#!/usr/bin/env python3
"""Runs a WASI program through ctypes, with Python bytes as input and output, a constant clock and no
files.

Usage: wasi.py [path of libpulley.so]    (default: build/lib/libpulley.so of this checkout)
"""
import ctypes
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "lib" / "libpulley.so"
PROGRAM = ROOT / "examples-c" / "guests" / "words.wasm"

pulley = ctypes.CDLL(str(LIBRARY))
WRITER = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
for name, result, arguments in [
    ("pulley_linker_new", pointer, [pointer]),
    ("pulley_linker_delete", None, [pointer]),
    ("pulley_instance_delete", None, [pointer]),
    ("pulley_instantiate_file", ctypes.c_int32, [pointer, text, pointer, pointer]),
    ("pulley_wasi_new", pointer, []),
    ("pulley_wasi_delete", None, [pointer]),
    ("pulley_wasi_set_arguments", ctypes.c_int32, [pointer, pointer, size, pointer]),
    ("pulley_wasi_set_environment", ctypes.c_int32, [pointer, pointer, size, pointer]),
    ("pulley_wasi_set_input", ctypes.c_int32, [pointer, text, size, pointer]),
    ("pulley_wasi_set_output", ctypes.c_int32,
     [pointer, ctypes.c_int32, WRITER, pointer, pointer]),
    ("pulley_wasi_set_clock", ctypes.c_int32, [pointer, ctypes.c_uint64, pointer]),
    ("pulley_wasi_define", ctypes.c_int32, [pointer, pointer, pointer]),
    ("pulley_wasi_run", ctypes.c_int32, [pointer, pointer, pointer, pointer]),
    ("pulley_wasi_denied", text, [pointer]),
    ("pulley_error_description", text, [pointer]),
    ("pulley_error_delete", None, [pointer]),
]:
    function = getattr(pulley, name)
    function.restype, function.argtypes = result, arguments


def attempt(function, *arguments):
    """Calls a function whose last argument is the error, and raises the error if there is one."""
    error = ctypes.c_void_p()
    if function(*arguments, ctypes.byref(error)) != 0:
        description = pulley.pulley_error_description(error).decode()
        pulley.pulley_error_delete(error)
        raise RuntimeError(description)


def strings(values):
    return (ctypes.c_char_p * len(values))(*(value.encode() for value in values)), len(values)


def run(path, arguments, environment=(), stdin=b""):
    """Returns the program's exit code, its output, and the first access that it was denied."""
    written = bytearray()
    writer = WRITER(lambda _, data, length: written.extend(ctypes.string_at(data, length)))
    linker, wasi = pulley.pulley_linker_new(None), pulley.pulley_wasi_new()
    instance, code = ctypes.c_void_p(), ctypes.c_int32(-1)
    attempt(pulley.pulley_wasi_set_arguments, wasi, *strings(arguments))
    attempt(pulley.pulley_wasi_set_environment, wasi, *strings(environment))
    attempt(pulley.pulley_wasi_set_input, wasi, stdin, len(stdin))
    attempt(pulley.pulley_wasi_set_output, wasi, 1, writer, None)
    attempt(pulley.pulley_wasi_set_output, wasi, 2, writer, None)
    attempt(pulley.pulley_wasi_set_clock, wasi, 0)
    attempt(pulley.pulley_wasi_define, wasi, linker)
    attempt(pulley.pulley_instantiate_file, linker, bytes(path), ctypes.byref(instance))
    attempt(pulley.pulley_wasi_run, wasi, instance, ctypes.byref(code))
    denied = pulley.pulley_wasi_denied(wasi).decode()
    pulley.pulley_instance_delete(instance)
    pulley.pulley_wasi_delete(wasi)
    pulley.pulley_linker_delete(linker)
    return code.value, bytes(written).decode(), denied


print(run(PROGRAM, ["words"], ["TITLE=A haiku"], b"an old silent pond\na frog jumps\nplop\n"))
print(run(PROGRAM, ["words", "/etc/passwd"]))
