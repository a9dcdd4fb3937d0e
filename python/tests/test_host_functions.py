"""Functions of Python that guests call."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import ctypes
import dataclasses
import functools
import gc
import sys
import typing
from typing import Annotated, Callable, NoReturn, Optional, Tuple

import pulley
import pytest

from host_guests import ALLOCATOR, TEXT, define, guest, linked


# Numbers


@pytest.mark.parametrize("type, guest_type, value, expected", [
    (int, "i32", -1, -1), (pulley.i32, "i32", 2**32 - 1, -1), (pulley.u32, "i32", -1, 2**32 - 1),
    (pulley.i8, "i32", 0x1FF, -1), (pulley.u8, "i32", 0x1FF, 255), (pulley.u8, "i32", -2, 254),
    (pulley.i16, "i32", 0x8000, -2**15),
    (pulley.u16, "i32", -1, 65535), (pulley.i64, "i64", -2**63, -2**63),
    (pulley.u64, "i64", -1, 2**64 - 1), (float, "f64", 0.1, 0.1), (pulley.f64, "f64", 2, 2.0),
    (pulley.f32, "f32", 0.5, 0.5), (bool, "i32", 2, True), (bool, "i32", 0, False),
    (ctypes.c_int, "i32", -1, -1), (ctypes.c_uint8, "i32", -1, 255),
    (ctypes.c_double, "f64", 1, 1.0)])
def test_a_number_arrives_as_annotated_and_returns(type, guest_type, value, expected):
    got = []

    def function(x):
        got.append(x)
        return x

    def with_default(x, more=None):
        # The importing module decides how many arguments there are.
        return function(x)

    for each in (function, with_default):
        each.__annotations__.update({"x": type, "return": type})
        got.clear()
        result = linked(guest_type, guest_type, each).run(value)
        assert got == [expected] and got[0].__class__ is expected.__class__
        if guest_type[0] == "i":
            bits = int(guest_type[1:])
            assert result % 2**bits == int(expected) % 2**bits
        else:
            assert result == expected


@pytest.mark.parametrize("type, guest_type, value", [
    (int, "i32", 2**32), (int, "i32", -2**31 - 1), (pulley.u32, "i32", -1), (pulley.u8, "i32", 256),
    (pulley.i8, "i32", 256), (pulley.i8, "i32", -129), (pulley.u16, "i32", -1),
    (pulley.i64, "i64", 2**64), (pulley.u64, "i64", -1), (int, "i32", 10**1000)])
def test_a_result_out_of_range_is_an_overflow_error_with_the_name(type, guest_type, value):
    def function():
        return value

    function.__annotations__["return"] = type
    with pytest.raises(OverflowError, match=r"the result of env\.f is .* does not fit"):
        linked("", guest_type, function).run()


@pytest.mark.parametrize("type, guest_type, value", [
    (int, "i32", None), (int, "i32", "1"), (int, "i32", 1.0), (int, "i32", [1]),
    (bool, "i32", None),
    (bool, "i32", "yes"), (bool, "i32", 0.0), (float, "f64", "1.5"), (float, "f64", None),
    (float, "f64", b"1"), (pulley.f32, "f32", object()), (str, "i32", b"bytes"), (str, "i32", None),
    (str, "i32", 7), (pulley.Ptr, "i32", "16"), (pulley.Ptr, "i32", None),
    (pulley.Ptr, "i32", 1.5)])
def test_a_result_of_another_type_is_a_type_error_that_names_the_function(type, guest_type, value):
    def function():
        return value

    function.__annotations__["return"] = type
    with pytest.raises(TypeError, match=r"the result of env\.f must be "):
        linked("", guest_type, function).run()


def test_a_result_may_be_any_object_with_an_index():
    class Seven:
        def __index__(self):
            return 7

    def function() -> int:
        return Seven()  # type: ignore[return-value]

    assert linked("", "i32", function).run() == 7


def test_numpy_numbers_are_results():
    numpy = pytest.importorskip("numpy")

    def truth() -> bool:
        return numpy.bool_(True)  # type: ignore[return-value,no-any-return,unused-ignore]

    def integer() -> pulley.i64:
        return numpy.int64(-5)  # type: ignore[return-value,no-any-return,unused-ignore]

    def number() -> float:
        return numpy.float32(1.5)  # type: ignore[return-value,no-any-return,unused-ignore]

    assert linked("", "i32", truth).run() == 1
    assert linked("", "i64", integer).run() == -5
    assert linked("", "f64", number).run() == 1.5


def test_a_float_beyond_32_bits_becomes_an_infinity():
    def function() -> pulley.f32:
        return 1e300

    assert linked("", "f32", function).run() == float("inf")
    assert linked("", "f32", lambda: -1e300).run() == float("-inf")


# Annotations


def test_annotations_may_be_strings_and_annotated():
    @dataclasses.dataclass
    class Point:
        x: "pulley.i64"
        y: "float"

    def function(a: "Annotated[int, 'a count']", p: "Point", s: "Optional[str]") -> "pulley.i64":
        return a + p.x + int(p.y) + (0 if s is None else len(s))

    # The class is one of the function's own names, as it is where annotations are evaluated late.
    function.__globals__["Point"] = Point
    try:
        module = guest("i32 i32 i32", "i64", TEXT + ALLOCATOR + r"""
            (data (i32.const 128) "\05\00\00\00\00\00\00\00\00\00\00\00\00\00\00\40")""")
        linker = pulley.Linker()
        linker["env"]["f"] = function
        instance = linker.instantiate(module)
        assert instance.run(1, 128, 16) == 1 + 5 + 2 + 5
        assert instance.run(1, 128, 0) == 1 + 5 + 2
    finally:
        del function.__globals__["Point"]


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the operator is new in Python 3.10")
def test_a_union_with_none_is_an_optional():
    def function(s: "str | None") -> int:
        return -1 if s is None else len(s)

    instance = linked("i32", "i32", function)
    assert (instance.run(0), instance.run(16)) == (-1, 5)


@pytest.mark.parametrize("annotation", [
    list, dict, complex, "Unknown", typing.List[int], typing.Union[int, str], Optional[int],
    Callable, Callable[..., int], Callable[[list], int], Callable[[int], bytes], 7, None,
    typing.Tuple[int, int], pulley.Module, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int),
    ctypes.py_object, pulley.Ptr[str], bytearray, Optional[bool]])
def test_an_annotation_that_guests_have_nothing_for_names_the_parameter(annotation):
    def function(good: int, bad):
        raise AssertionError

    function.__annotations__["bad"] = annotation
    with pytest.raises(TypeError, match="env.f: (parameter 'bad'|its annotations cannot be read)"):
        define(function)


@pytest.mark.parametrize("annotation", [
    list, bytes, memoryview, Callable[[], int], Tuple[int, ...], Tuple[int, list], Optional[float]])
def test_a_result_that_guests_have_nothing_for_is_refused_at_registration(annotation):
    def function():
        raise AssertionError

    function.__annotations__["return"] = annotation
    with pytest.raises(TypeError, match="env.f: the result: "):
        define(function)


def test_a_required_keyword_argument_is_refused():
    def function(x: int, *, key) -> int:
        return x

    with pytest.raises(TypeError, match="'key'"):
        define(function)


def test_an_import_of_another_type_is_a_link_error():
    def function(x: int) -> int:
        return x

    for parameters, results in [("i64", "i32"), ("i32 i32", "i32"), ("i32", ""), ("i32", "f32")]:
        with pytest.raises(pulley.LinkError, match="env"):
            linked(parameters, results, function)


def test_a_function_that_never_returns_has_the_result_of_the_import():
    def function(code: int) -> NoReturn:
        raise SystemExit(code)

    for results in ("", "i32", "i64 f64"):
        with pytest.raises(SystemExit) as caught:
            linked("i32", results, function).run(3)
        assert caught.value.code == 3


def test_a_coroutine_function_is_refused():
    async def function(x: int) -> int:
        return x

    with pytest.raises(TypeError, match="env.f is a coroutine function"):
        define(function)


def test_methods_and_partial_functions_and_callable_objects_are_host_functions():
    class Counter:
        def __init__(self):
            self.count = 0

        def add(self, x: int) -> int:
            self.count += x
            return self.count

        def __call__(self, x: int) -> int:
            return self.add(10 * x)

    def both(x: int, y: int) -> int:
        return x - y

    counter = Counter()
    assert linked("i32", "i32", counter.add).run(3) == 3
    assert linked("i32", "i32", counter).run(3) == 33
    assert linked("i32", "i32", functools.partial(both, 50)).run(8) == 42

    @functools.lru_cache(None)
    def cached(x: int) -> int:
        return x + 1

    assert linked("i32", "i32", cached).run(8) == 9


def test_the_decorator_registers_a_function_under_its_own_name():
    linker = pulley.Linker()

    @linker.function("env")
    def f(x: int) -> int:
        return 2 * x

    assert f(4) == 8
    assert linker.instantiate(guest("i32", "i32")).run(21) == 42


# The calling instance


def test_an_instance_parameter_is_the_instance_that_calls():
    got = []

    def function(instance: pulley.Instance, x: int) -> int:
        got.append(instance)
        return int(instance.byte(x))

    linker = pulley.Linker()
    linker["env"]["f"] = function
    module = guest("i32", "i32")
    first, second = linker.instantiate(module), linker.instantiate(module)
    assert first.run(16) == second.run(16) == ord("h")
    assert got[0] is first and got[1] is second


def test_an_untyped_function_may_take_the_instance():
    def function(instance: pulley.Instance, x, y):
        return instance.byte(x) + y

    assert linked("i32 i32", "i32", function).run(16, 1) == ord("i")


def test_an_instance_parameter_must_be_the_first():
    def function(x: int, instance: pulley.Instance) -> int:
        raise AssertionError

    with pytest.raises(TypeError, match="parameter 'instance'"):
        define(function)


def test_a_start_function_gives_the_instance():
    got = []

    def function(instance: pulley.Instance) -> None:
        got.append(instance)

    module = pulley.load("""(module (import "env" "f" (func $f)) (memory (export "memory") 1)
      (data (i32.const 0) "started\\00") (start $s) (func $s (call $f)))""")
    linker = pulley.Linker()
    linker["env"]["f"] = function
    instance = linker.instantiate(module)
    assert got == [instance] and got[0] == instance
    assert pulley.Ptr(got[0], 0).cstr() == "started"


# Types from the importing module


def test_an_untyped_function_has_the_type_of_the_import():
    everything = lambda *values: values
    types = "i32 i64 f32 f64 v128 funcref externref"
    instance = linked(types, types, everything)
    function = instance.run
    values = (-1, 2**40, 0.5, 0.1, bytes(range(16)), function, ["object"])
    result = instance.run(*values)
    assert result == values and result[6] is values[6]
    nulls = (0, 0, 0.0, 0.0, bytes(16), None, None)
    assert instance.run(*nulls) == nulls


@pytest.mark.parametrize("type, value", [
    ("i32", -7), ("i64", -2**63), ("f32", 0.25), ("f64", 1e100), ("v128", b"0123456789abcdef"),
    ("externref", ("any", "object"))])
def test_an_untyped_function_of_one_parameter_keeps_the_value(type, value):
    assert linked(type, type, lambda x: x).run(value) == value


def test_an_untyped_function_takes_many_parameters():
    types = "i32 i64 f64 f32 " * 40
    instance = linked(types, "f64", lambda *values: sum(values))
    assert instance.run(*range(160)) == sum(range(160))
    types = "i64 " * 30
    instance = linked(types, "i64", lambda *values: sum(values))
    assert instance.run(*range(30)) == sum(range(30))


def test_a_module_without_a_memory_calls_functions_of_all_types():
    module = pulley.load("""(module
      (import "env" "f" (func $f (param i64 externref) (result i64 externref)))
      (func (export "run") (param i64 externref) (result i64 externref)
        (call $f (local.get 0) (local.get 1))))""")

    def typed(x: pulley.u64, y: object) -> Tuple[pulley.u64, object]:
        return x, y

    for function in (typed, lambda x, y: (x, y)):
        assert pulley.Instance(module, {"env": {"f": function}}).run(-1, "y") == (-1, "y")


def test_a_clif_module_calls_functions_of_python():
    module = pulley.load("""
        function %run(i32, i16, f64) -> f64 {
            fn0 = %f(i32, i16, f64) -> f64
        block0(v0: i32, v1: i16, v2: f64):
            v3 = call fn0(v0, v1, v2)
            return v3
        }""", pulley.Engine(clif=True))
    instance = pulley.Instance(module, {"env": {"f": lambda x, y, z: x + y + z}})
    assert instance.run(1, -2, 0.5) == -0.5


def test_results_of_many_types_return_in_their_order():
    types = "i32 i64 f64 f32 externref " * 4
    values = tuple(range(20))
    assert linked("", types, lambda: values).run() == values


@pytest.mark.parametrize("function", [
    lambda: 0, lambda x: 0, lambda x, y, z: 0, lambda x, y, *, key: 0, len])
def test_a_function_that_cannot_take_the_arguments_is_refused_before_the_call(function):
    with pytest.raises((pulley.LinkError, TypeError), match="env.f"):
        linked("i32 i32", "i32", function)


def test_the_error_of_a_function_that_does_not_fit_lists_the_import():
    with pytest.raises(pulley.LinkError) as caught:
        linked("i32 i32", "i32", lambda x: 0)
    (missing,) = caught.value.missing
    assert (missing.module, missing.name) == ("env", "f") and missing.reason


def test_defaults_take_as_many_arguments_as_the_import_has():
    def function(x: int, y: int = 10, *more: int) -> int:
        return x + y + sum(more)

    assert linked("i32", "i32", function).run(1) == 11
    assert linked("i32 i32", "i32", function).run(1, 2) == 3
    assert linked("i32 i32 i32 i32", "i32", function).run(1, 2, 3, 4) == 10


def test_the_module_tells_what_annotations_leave_out():
    def function(s: str, x, y: pulley.u8):
        return len(s) + x + y

    assert linked("i32 i64 i32", "f64", function).run(16, 2**40, 0x101) == 2**40 + 6


def test_a_builtin_function_may_be_a_host_function():
    assert linked("f64 i32", "f64", round).run(2.345, 2) == round(2.345, 2)
    assert linked("i64", "i64", abs).run(-2**40) == 2**40


def test_a_result_that_the_import_does_not_have_is_dropped():
    assert linked("i32", "", lambda x: x).run(1) is None


@pytest.mark.parametrize("value", [1, "ab", b"ab", None, (1,), (1, 2, 3), [], 1.5])
def test_a_wrong_number_of_results_is_a_type_error_that_names_the_function(value):
    with pytest.raises(TypeError, match="env.f must give 2 results"):
        linked("", "i32 i32", lambda: value).run()


@pytest.mark.parametrize("value, error", [
    ((1, "x"), TypeError), (("x", 1), TypeError), ((2**40, 1.0), OverflowError),
    ((1, None), TypeError)])
def test_each_of_several_results_is_checked(value, error):
    with pytest.raises(error, match=r"result [12] of env\.f"):
        linked("", "i32 f64", lambda: value).run()


@pytest.mark.parametrize("type, value, error", [
    ("v128", b"short", ValueError), ("v128", None, TypeError), ("funcref", len, TypeError),
    ("v128", 2**128, OverflowError)])
def test_a_wrong_value_of_a_reference_or_vector_is_an_exception(type, value, error):
    with pytest.raises(error, match=r"the result of env\.f"):
        linked("", type, lambda: value).run()


def test_one_function_serves_modules_of_different_types():
    linker = pulley.Linker()
    linker["env"]["f"] = lambda x: x + 1
    first = linker.instantiate(guest("i32", "i32"))
    second = linker.instantiate(guest("f64", "f64"))
    third = linker.instantiate(guest("i32", "i32"))
    assert (first.run(1), second.run(0.5), third.run(2)) == (2, 1.5, 3)


def test_instances_of_one_module_share_what_was_made_for_the_function():
    linker = pulley.Linker()
    linker["env"]["f"] = lambda x: x + 1
    module = guest("i32", "i32")
    linker.instantiate(module)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(50):
        linker.instantiate(module).close()
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_annotated_references_and_vectors_have_their_types():
    def function(f: Optional[pulley.Function], o: object, v: pulley.v128) -> Tuple[
            pulley.v128, object, Optional[pulley.Function]]:
        return v, o, f

    instance = linked("funcref externref v128", "v128 externref funcref", function)
    assert instance.run(instance.byte, 5, bytes(16)) == (bytes(16), 5, instance.byte)
    with pytest.raises(pulley.LinkError, match="'o' of env.f is externref, not funcref"):
        linked("funcref funcref v128", "v128 externref funcref", function)


def test_all_kinds_of_parameters_go_with_several_results():
    def function(instance: pulley.Instance, s: str, b: bytes, view: memoryview, p: pulley.Ptr,
                 small: pulley.u8, flag: bool) -> Tuple[int, str, bool]:
        view[0] = 1
        assert p.read(2) == b"he" and instance.byte(16) == ord("h")
        return len(s) + len(b) + small, s.upper(), not flag

    instance = linked("i32 i32 i32 i32 i32 i32 i32 i32", "i32 i32 i32", function)
    total, address, flag = instance.run(16, 16, 3, 100, 1, 16, 0x102, 5)
    assert (total, flag, instance.byte(100)) == (5 + 3 + 2, 0, 1)
    assert pulley.Ptr(instance, address).cstr() == "HELLO"
