#!/usr/bin/env python3
"""The same as examples-c/hello.c through ctypes, without installing anything.

Usage: hello.py [path of libpulley.so]    (default: build/lib/libpulley.so of this checkout)
"""
import ctypes
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "lib" / "libpulley.so"
GUEST = ROOT / "examples-c" / "guests" / "hello.wasm"

pulley = ctypes.CDLL(str(LIBRARY))
pulley.pulley_version.restype = ctypes.c_char_p
pulley.pulley_linker_new.restype = ctypes.c_void_p
pulley.pulley_linker_new.argtypes = [ctypes.c_void_p]
pulley.pulley_register.argtypes = (
    [ctypes.c_void_p] + [ctypes.c_char_p] * 3 + [ctypes.c_void_p] * 3 + [ctypes.c_void_p])
pulley.pulley_instantiate_file.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p]
pulley.pulley_run.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t,
    ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
pulley.pulley_error_description.restype = ctypes.c_char_p
pulley.pulley_error_description.argtypes = [ctypes.c_void_p]
pulley.pulley_error_delete.argtypes = [ctypes.c_void_p]
pulley.pulley_instance_delete.argtypes = [ctypes.c_void_p]
pulley.pulley_linker_delete.argtypes = [ctypes.c_void_p]


def attempt(function, *arguments):
    """Calls a function whose last argument is the error, and raises the error if there is one."""
    error = ctypes.c_void_p()
    if function(*arguments, ctypes.byref(error)) != 0:
        text = pulley.pulley_error_description(error).decode()
        pulley.pulley_error_delete(error)
        raise RuntimeError(text)


# Two host functions: one from the C library and one written in Python.
c_library = ctypes.CDLL(None)
puts = ctypes.cast(c_library.puts, ctypes.c_void_p)


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p)
def say(text):
    print("Python says:", text.decode(), flush=True)
    return 0


def greet(function):
    linker = pulley.pulley_linker_new(None)
    instance = ctypes.c_void_p()
    attempt(pulley.pulley_register, linker, b"env", b"puts", b"i32(cstr)", function, None, None)
    attempt(pulley.pulley_instantiate_file, linker, bytes(GUEST), ctypes.byref(instance))
    attempt(pulley.pulley_run, instance, b"hello", None, 0, None, 0)
    c_library.fflush(None)
    pulley.pulley_instance_delete(instance)
    pulley.pulley_linker_delete(linker)


print("libpulley", pulley.pulley_version().decode(), flush=True)
greet(puts)
greet(ctypes.cast(say, ctypes.c_void_p))
