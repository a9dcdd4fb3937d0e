"""Functions of C, from ctypes, that guests call without Python in the call."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import ctypes
import gc
import math
import os
import subprocess
import sys
import weakref
from typing import Any, List

import pulley
import pytest

C = ctypes.CDLL(None)


def guest(parameters, results, extra=""):
    """A module whose export `run` passes its arguments to the import env.f."""
    count = len(parameters.split())
    type = f"(param {parameters}) (result {results})"
    return pulley.load(f"""(module (import "env" "f" (func $f {type}))
      (memory (export "memory") 1) (data (i32.const 16) "hello\\00") {extra}
      (func (export "run") {type}
        (call $f {' '.join(f'(local.get {index})' for index in range(count))})))""")


def linked(parameters, results, function, signature=None, extra=""):
    linker = pulley.Linker()
    linker.define("env", "f", function, signature=signature)
    return linker.instantiate(guest(parameters, results, extra))


def c_function(name, restype=ctypes.c_int, *argtypes):
    # Each subscript gives a function object of its own, unlike an attribute.
    function = C[name]
    function.restype = restype
    if argtypes:
        function.argtypes = argtypes
    return function


def bytes_of(instance, address, length):
    return pulley.Ptr(instance, address).read(length)


# Types from the importing module


def test_a_function_without_argtypes_has_the_numbers_of_the_import():
    linker = pulley.Linker()
    linker["env"]["f"] = ctypes.CDLL("libm.so.6")["cos"]
    instance = linker.instantiate(guest("f64", "f64"))
    assert instance.run(0.5) == math.cos(0.5)
    assert linked("f32", "f32", ctypes.CDLL("libm.so.6")["cosf"]).run(0.0) == 1.0
    assert linked("i32", "i32", C["abs"]).run(-5) == 5
    assert linked("i64", "i64", C["labs"]).run(-2**40) == 2**40
    assert linked("f64 i32", "f64", ctypes.CDLL("libm.so.6")["ldexp"]).run(0.5, 4) == 8.0


def test_the_same_function_serves_imports_of_different_types():
    linker = pulley.Linker()
    linker["env"]["f"] = C["labs"]
    assert linker.instantiate(guest("i64", "i64")).run(-3) == 3
    assert linker.instantiate(guest("i64", "i32")).run(-4) == 4
    assert linker.instantiate(guest("i64", "i64")).run(-5) == 5


@pytest.mark.parametrize("parameters, results", [
    ("externref", "i32"), ("v128", "i32"), ("i32", "i32 i32"), ("i32", "funcref")])
def test_an_import_without_a_signature_in_c_needs_argtypes(parameters, results):
    with pytest.raises(pulley.LinkError, match="without argtypes") as caught:
        linked(parameters, results, C["abs"])
    assert caught.value.missing[0].name == "f"


def test_restype_counts_also_without_argtypes():
    assert linked("i32", "i64", c_function("abs", ctypes.c_longlong)).run(5) & 0xFFFF_FFFF == 5
    assert linked("i32", "", c_function("abs", None)).run(5) is None


# Types from argtypes


@pytest.mark.parametrize("type, guest_type, value, expected", [
    (ctypes.c_int, "i32", -5, -5), (ctypes.c_uint, "i32", -1, -1),
    (ctypes.c_int8, "i32", 0x1FF, -1),
    (ctypes.c_uint8, "i32", 0x1FF, 255), (ctypes.c_short, "i32", 0x8000, -2**15),
    (ctypes.c_bool, "i32", 7, 1), (ctypes.c_longlong, "i64", -2**40, -2**40),
    (ctypes.c_int64, "i64", -2**40, -2**40), (ctypes.c_size_t, "i32", 5, 5),
    (ctypes.c_long, "i32", -5, -5),
    (ctypes.c_ssize_t, "i64", -5, -5), (ctypes.c_float, "f32", 0.5, 0.5),
    (ctypes.c_double, "f64", 0.1, 0.1)])
def test_a_number_is_passed_by_its_type(type, guest_type, value, expected):
    identity = ctypes.CFUNCTYPE(type, type)(lambda x: x)
    assert linked(guest_type, guest_type, identity).run(value) == expected


def test_a_c_char_p_is_a_string():
    instance = linked("i32", "i32", c_function("strlen", ctypes.c_size_t, ctypes.c_char_p))
    assert instance.run(16) == 5
    with pytest.raises(pulley.Trap):
        instance.run(65536)


def test_a_result_in_the_memory_becomes_its_address():
    function = c_function("strchr", ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)
    instance = linked("i32 i32", "i32", function)
    assert instance.run(16, ord("l")) == 18
    assert instance.run(16, ord("z")) == 0


def test_pointers_lead_into_the_memory():
    function = c_function(
        "memcpy", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    instance = linked("i32 i32 i32", "i32", function)
    assert instance.run(128, 16, 5) == 128
    assert bytes_of(instance, 128, 6) == b"hello\0"
    with pytest.raises(pulley.Trap):
        instance.run(65536, 16, 5)


def test_a_pointer_to_a_number_is_a_variable_of_the_guest():
    function = ctypes.CDLL("libm.so.6")["frexp"]
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_double, ctypes.POINTER(ctypes.c_int)]
    instance = linked("f64 i32", "f64", function)
    assert instance.run(12.0, 64) == 0.75
    assert pulley.Ptr(instance, 64, int).value == 4
    with pytest.raises(pulley.Trap):
        instance.run(12.0, 65535)


def test_structures_are_passed_and_returned_by_value():
    class Division(ctypes.Structure):
        _fields_ = [("quot", ctypes.c_int), ("rem", ctypes.c_int)]

    function = c_function("div", Division, ctypes.c_int, ctypes.c_int)
    # As clang has it, the guest passes the address of the result first.
    instance = linked("i32 i32 i32", "", function)
    instance.run(64, 17, 5)
    assert pulley.Ptr(instance, 64, int)[0:2] == [3, 2]

    total = ctypes.CFUNCTYPE(ctypes.c_int, Division)(lambda value: value.quot * 10 + value.rem)
    instance = linked("i32", "i32", total)
    pair: pulley.Ptr[int] = pulley.Ptr(instance, 64, int)
    pair[0:2] = [3, 2]
    assert instance.run(64) == 32


def test_a_pointer_to_a_structure_leads_to_the_guests():
    class Pair(ctypes.Structure):
        _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_double)]

    def body(pair):
        pair[0].b += pair[0].a
        return 1

    instance = linked("i32", "i32", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Pair))(body))
    first: pulley.Ptr[int] = pulley.Ptr(instance, 64, int)
    second: pulley.Ptr[float] = pulley.Ptr(instance, 72, float)
    first.value, second.value = 3, 0.5
    assert instance.run(64) == 1
    assert pulley.Ptr(instance, 72, float).value == 3.5


def test_a_pointer_to_an_incomplete_structure_is_a_handle():
    class FILE(ctypes.Structure):
        pass

    opened = c_function("tmpfile", ctypes.POINTER(FILE))
    opened.argtypes = []
    linker = pulley.Linker()
    linker["env"]["tmpfile"] = opened
    linker["env"]["fputc"] = c_function("fputc", ctypes.c_int, ctypes.c_int, ctypes.POINTER(FILE))
    linker["env"]["ftell"] = c_function("ftell", ctypes.c_long, ctypes.POINTER(FILE))
    linker["env"]["fclose"] = c_function("fclose", ctypes.c_int, ctypes.POINTER(FILE))
    instance = linker.instantiate(pulley.load("""(module
      (import "env" "tmpfile" (func $open (result i32)))
      (import "env" "fputc" (func $put (param i32 i32) (result i32)))
      (import "env" "ftell" (func $tell (param i32) (result i32)))
      (import "env" "fclose" (func $close (param i32) (result i32)))
      (memory 1)
      (func (export "run") (result i32) (local i32 i32)
        (local.set 0 (call $open))
        (drop (call $put (i32.const 65) (local.get 0)))
        (drop (call $put (i32.const 66) (local.get 0)))
        (local.set 1 (call $tell (local.get 0)))
        (drop (call $close (local.get 0)))
        (local.get 1))
      (func (export "forge") (param i32) (result i32) (call $tell (local.get 0))))"""))
    assert instance.run() == 2
    with pytest.raises(pulley.Trap, match="FILE"):
        instance.forge(12345)


SORT = """(table 2 funcref) (elem (i32.const 1) $less)
  (func $less (param i32 i32) (result i32)
    (i32.sub (i32.load (local.get 0)) (i32.load (local.get 1))))"""


def test_a_function_pointer_is_a_callback_of_the_guest():
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    function = c_function(
        "qsort", None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, compare)
    instance = linked("i32 i32 i32 i32", "", function, extra=SORT)
    numbers: pulley.Ptr[int] = pulley.Ptr(instance, 256, int)
    numbers[0:5] = [5, -1, 4, 2, 3]
    instance.run(256, 5, 4, 1)
    assert numbers[0:5] == [-1, 2, 3, 4, 5]


def test_a_signature_replaces_argtypes():
    function = c_function("write", ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
    instance = linked("i32 i32 i32", "i32", function, "ssize_t(int, buf, size_t)")
    reader, writer = os.pipe()
    try:
        assert instance.run(writer, 16, 5) == 5
        assert os.read(reader, 10) == b"hello"
        with pytest.raises(pulley.Trap):
            instance.run(writer, 65535, 5)
    finally:
        os.close(reader)
        os.close(writer)


def test_variable_arguments_have_a_signature():
    instance = linked(
        "i32 i32 i32 i32", "i32", C["snprintf"], "int(out buf, size_t, cstr, ..., i32)",
        '(data (i32.const 32) "%d!\\00") (data (i32.const 48) "\\2a\\00\\00\\00")')
    assert instance.run(128, 10, 32, 48) == 3
    assert bytes_of(instance, 128, 4) == b"42!\0"


# Functions of Python that ctypes has wrapped


def test_a_function_of_python_wrapped_by_ctypes_is_a_c_function():
    kept = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int16))
    def function(text, numbers):
        kept.append(text)
        numbers[0] = 7
        return len(text)

    instance = linked("i32 i32", "i32", function)
    assert instance.run(16, 64) == 5
    assert kept == [b"hello"] and pulley.Ptr(instance, 64, pulley.i16).value == 7


# Bad input


@pytest.mark.parametrize("type", [
    ctypes.py_object, ctypes.c_wchar_p, ctypes.c_longdouble, ctypes.c_wchar,
    ctypes.POINTER(ctypes.POINTER(ctypes.c_int)), ctypes.POINTER(ctypes.py_object),
    ctypes.POINTER(ctypes.c_long), ctypes.POINTER(ctypes.c_size_t)])
def test_a_type_that_guests_cannot_pass_names_the_argument(type):
    function = c_function("abs", ctypes.c_int, ctypes.c_int, type)
    with pytest.raises(TypeError, match="env.f: argument 2 in argtypes"):
        pulley.Linker().define("env", "f", function)


@pytest.mark.parametrize("type", [
    ctypes.py_object, ctypes.c_wchar_p, ctypes.c_longdouble, lambda value: value,
    ctypes.CFUNCTYPE(None)])
def test_a_result_that_guests_cannot_get_is_refused(type):
    function = c_function("abs", type, ctypes.c_int)
    with pytest.raises(TypeError, match="env.f: restype"):
        pulley.Linker().define("env", "f", function)


def test_a_function_that_needs_pythons_lock_is_refused():
    for function in (ctypes.pythonapi["Py_GetVersion"], ctypes.PYFUNCTYPE(None)(lambda: None)):
        with pytest.raises(TypeError, match="lock"):
            pulley.Linker().define("env", "f", function)


def test_a_null_function_is_refused():
    with pytest.raises(ValueError, match="NULL"):
        pulley.Linker().define("env", "f", ctypes.CFUNCTYPE(None)(0))


@pytest.mark.parametrize("signature", ["", "int", "int(foo)", "int(int", "int(in)"])
def test_a_wrong_signature_is_a_signature_error(signature):
    with pytest.raises(pulley.SignatureError):
        pulley.Linker().define("env", "f", C["abs"], signature=signature)


@pytest.mark.parametrize("signature, error", [(7, TypeError), ("int(int)\0", ValueError)])
def test_a_signature_that_is_not_text_is_refused(signature, error):
    with pytest.raises(error):
        pulley.Linker().define("env", "f", C["abs"], signature=signature)


def test_an_import_of_another_type_than_argtypes_is_a_link_error():
    function = c_function("abs", ctypes.c_int, ctypes.c_int)
    with pytest.raises(pulley.LinkError):
        linked("i64", "i32", function)


# Lifetimes


def test_a_wrapped_function_lives_as_long_as_an_instance_needs_it():
    class Marker:
        pass

    def linked_to_marker():
        marker = Marker()
        references.append(weakref.ref(marker))
        function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x + bool(marker))
        return linked("i32", "i32", function)

    references: List[Any] = []
    instance = linked_to_marker()
    run = instance.run
    del instance
    gc.collect()
    assert run(1) == 2 and references[0]() is not None
    del run
    gc.collect()
    assert references[0]() is None


def test_a_library_of_ctypes_lives_as_long_as_an_instance_needs_it():
    library = ctypes.CDLL("libm.so.6")
    instance = linked("f64", "f64", library["sqrt"])
    del library
    gc.collect()
    assert instance.run(4.0) == 2.0


def test_no_python_runs_in_a_call_of_a_c_function():
    program = (
        "import ctypes, sys, pulley\n"
        "module = pulley.load('''(module\n"
        "  (import \"env\" \"abs\" (func $f (param i32) (result i32)))\n"
        "  (func (export \"run\") (param i32) (result i32) (local i32)\n"
        "    (loop $l (local.set 1 (i32.add (local.get 1) (call $f (i32.const -1))))\n"
        "      (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (local.get 0)))\n"
        "    (local.get 1)))''')\n"
        "instance = pulley.Instance(module, {'env': {'abs': ctypes.CDLL(None).abs}})\n"
        "run, calls = instance.run, []\n"
        "run(1)\n"
        "sys.setprofile(lambda frame, event, argument: calls.append(event))\n"
        "result = run(100000)\n"
        "sys.setprofile(None)\n"
        "print(result, len(calls) < 20)\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["100000", "True"], done.stderr
