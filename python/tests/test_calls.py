"""Calls of guests with values of all types."""

from __future__ import annotations

import fractions
import gc
import inspect
import math
import struct
import weakref
from typing import Any

import pytest

import pulley

IDENTITY = """(module
  (func (export "i32") (param i32) (result i32) local.get 0)
  (func (export "i64") (param i64) (result i64) local.get 0)
  (func (export "f32") (param f32) (result f32) local.get 0)
  (func (export "f64") (param f64) (result f64) local.get 0)
  (func (export "v128") (param v128) (result v128) local.get 0)
  (func (export "funcref") (param funcref) (result funcref) local.get 0)
  (func (export "externref") (param externref) (result externref) local.get 0)
  (func (export "nothing"))
  (func (export "two") (param i32 f64) (result f64 i32) local.get 1 local.get 0)
  (func (export "mixed") (param i64 v128 externref f32) (result f32 externref v128 i64)
    local.get 3 local.get 2 local.get 1 local.get 0)
  (func (export "fail") (param i32) (result i32) unreachable))"""

pytestmark = pytest.mark.usefixtures("no_leaks")


@pytest.fixture
def guest(no_leaks: None) -> Any:
    return pulley.Instance(pulley.load(IDENTITY))


@pytest.mark.parametrize("bits", [32, 64])
def test_integers_of_the_whole_range_come_back_signed(guest: Any, bits: int) -> None:
    function = guest[f"i{bits}"]
    half = 1 << (bits - 1)
    for value in (0, 1, -1, half - 1, -half):
        assert function(value) == value
    assert function(half) == -half
    assert function((1 << bits) - 1) == -1
    assert function(True) == 1


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("excess", [0, 1, 1 << 70, 1 << 20000], ids=["0", "1", "2**70", "2**20000"])
def test_integers_out_of_range_are_refused_by_name(guest: Any, bits: int, excess: int) -> None:
    function = guest[f"i{bits}"]
    for value in ((1 << bits) + excess, -(1 << (bits - 1)) - 1 - excess):
        with pytest.raises(OverflowError) as raised:
            function(value)
        message = str(raised.value)
        assert f"argument 1 of i{bits} (i{bits})" in message
        assert f"does not fit {bits} bits" in message
        assert len(message) < 200
    assert function(5) == 5


@pytest.mark.parametrize("value", [None, "1", b"1", 1.0, 1.5, [], {}, object(), 1j, int])
def test_an_integer_must_be_an_integer(guest: Any, value: Any) -> None:
    for bits in (32, 64):
        with pytest.raises(TypeError, match=rf"argument 1 of i{bits} \(i{bits}\) must be an int"):
            guest[f"i{bits}"](value)


def test_an_object_with_index_is_an_integer(guest: Any) -> None:
    class Number:
        def __index__(self) -> int:
            return 0xFFFF_FFFF

    assert guest.i32(Number()) == -1


def test_an_exception_of_index_comes_out(guest: Any) -> None:
    class Number:
        def __index__(self) -> int:
            raise LookupError("no number")

    for name in ("i32", "i64", "v128"):
        with pytest.raises((LookupError, TypeError)):
            guest[name](Number())
    with pytest.raises(LookupError, match="no number"):
        guest.i32(Number())


def test_an_index_that_closes_the_function_gives_a_closed_error(guest: Any) -> None:
    function = guest.two

    class Number:
        def __index__(self) -> int:
            function.close()
            return 2**32 - 1

    with pytest.raises(pulley.ClosedError, match="this function is closed"):
        function(Number(), 1.0)


@pytest.mark.parametrize("value", [0.0, -0.0, 1.5, -1e300, 5e-324, math.inf, -math.inf])
def test_doubles_come_back_with_all_bits(guest: Any, value: float) -> None:
    assert struct.pack("d", guest.f64(value)) == struct.pack("d", value)


def test_nan_comes_back_as_nan(guest: Any) -> None:
    assert math.isnan(guest.f64(math.nan))
    assert math.isnan(guest.f32(math.nan))


def test_floats_are_rounded_to_single_precision(guest: Any) -> None:
    assert guest.f32(0.1) == struct.unpack("f", struct.pack("f", 0.1))[0]
    assert guest.f32(1e39) == math.inf
    assert guest.f32(-1e39) == -math.inf
    assert math.copysign(1, guest.f32(-0.0)) == -1


@pytest.mark.parametrize("name", ["f32", "f64"])
def test_what_has_a_float_is_a_float(guest: Any, name: str) -> None:
    assert guest[name](3) == 3.0
    assert guest[name](True) == 1.0
    assert guest[name](fractions.Fraction(1, 2)) == 0.5


@pytest.mark.parametrize("name", ["f32", "f64"])
@pytest.mark.parametrize("value", [None, "1.5", b"1", bytearray(b"1"), [], object(), 1j])
def test_a_float_must_be_a_number(guest: Any, name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"argument 1 of {name} \({name}\) must be a float"):
        guest[name](value)


@pytest.mark.parametrize("name", ["f32", "f64"])
def test_an_integer_beyond_floats_is_refused(guest: Any, name: str) -> None:
    with pytest.raises(OverflowError, match=f"argument 1 of {name}"):
        guest[name](10**400)


def test_vectors_are_bytes(guest: Any) -> None:
    lanes = bytes(range(16))
    assert guest.v128(lanes) == lanes
    assert guest.v128(bytearray(lanes)) == lanes
    assert guest.v128(memoryview(lanes)) == lanes
    assert guest.v128(struct.pack("4f", 1, 2, 3, 4)) == struct.pack("4f", 1, 2, 3, 4)
    assert guest.v128(1) == b"\1" + bytes(15)
    assert guest.v128(-1) == b"\xff" * 16
    assert guest.v128(2**128 - 1) == b"\xff" * 16


def test_vectors_of_other_sizes_and_types_are_refused(guest: Any) -> None:
    for value in (b"", bytes(15), bytes(17), memoryview(bytes(32))):
        with pytest.raises(ValueError, match="argument 1 of v128 .* must have 16 bytes"):
            guest.v128(value)
    for other in (None, 1.5, "0" * 16, [0] * 16):
        with pytest.raises(TypeError, match="argument 1 of v128 .* must be 16 bytes or an int"):
            guest.v128(other)
    with pytest.raises(OverflowError, match="does not fit 128 bits"):
        guest.v128(2**128)


def test_functions_come_back_as_equal_functions(guest: Any) -> None:
    assert guest.funcref(None) is None
    found = guest.funcref(guest.i32)
    assert found == guest.i32
    assert hash(found) == hash(guest.i32)
    assert found != guest.i64
    assert found(7) == 7
    assert found.name == ""


@pytest.mark.parametrize("value", [0, 1, "f", print, lambda: None])
def test_a_function_reference_must_be_a_function_of_a_guest(guest: Any, value: Any) -> None:
    with pytest.raises(TypeError, match="argument 1 of funcref .* must be a pulley.Function or None"):
        guest.funcref(value)


def test_a_closed_function_is_not_a_reference(guest: Any) -> None:
    function = guest["i32"]
    function.close()
    with pytest.raises(pulley.ClosedError):
        guest.funcref(function)


def test_any_object_comes_back_as_itself(guest: Any) -> None:
    for value in (0, 1, -1, "text", b"", [], {}, object(), guest, guest.i32, NotImplemented, ...):
        assert guest.externref(value) is value
    assert guest.externref(None) is None


def test_an_object_that_a_guest_had_is_freed_when_it_is_released(guest: Any) -> None:
    class Thing:
        pass

    thing = Thing()
    alive = weakref.ref(thing)
    assert guest.externref(thing) is thing
    del thing
    assert guest.release_objects() >= 1
    gc.collect()
    assert alive() is None


def test_an_object_that_a_guest_had_is_freed_with_the_guest(guest: Any) -> None:
    class Thing:
        pass

    other = pulley.Instance(pulley.load(IDENTITY))
    thing = Thing()
    alive = weakref.ref(thing)
    assert other.externref(thing) is thing
    del thing, other
    gc.collect()
    assert alive() is None


def test_a_new_object_never_has_the_number_of_a_released_one(guest: Any) -> None:
    for number in range(2000):
        value = [number]
        assert guest.externref(value) is value
        del value
        if number % 7 == 0:
            guest.release_objects()


def test_several_results_are_a_tuple(guest: Any) -> None:
    assert guest.two(3, 1.5) == (1.5, 3)
    value = object()
    lanes = bytes(range(16))
    assert guest.mixed(-2, lanes, value, 0.5) == (0.5, value, lanes, -2)
    assert guest.nothing() is None


@pytest.mark.parametrize("count", [63, 64, 65, 200, 1000])
def test_functions_may_have_many_parameters_and_results(count: int) -> None:
    types = " ".join(["i32"] * count)
    gets = " ".join(f"local.get {index}" for index in range(count))
    guest = pulley.Instance(pulley.load(
        f'(module (func (export "f") (param {types}) (result {types}) {gets}))'))
    values = tuple(range(count))
    assert guest.f(*values) == values
    with pytest.raises(TypeError, match=f"f takes {count} arguments"):
        guest.f(*values[1:])
    with pytest.raises(TypeError, match=f"f takes {count} arguments"):
        guest.f(*values, 1)
    with pytest.raises(TypeError, match=f"argument {count} of f"):
        guest.f(*values[1:], "x")


@pytest.mark.parametrize("arguments", [(), (1,), (1, 2.0, 3), (1, 2.0, 3, 4)])
def test_a_wrong_number_of_arguments_is_named(guest: Any, arguments: Any) -> None:
    with pytest.raises(TypeError) as raised:
        guest.two(*arguments)
    assert str(raised.value) == (
        f"two takes 2 arguments (i32, f64) -> (f64, i32), not {len(arguments)}")
    with pytest.raises(TypeError, match="two takes 2 arguments"):
        guest.two(*arguments, timeout=5)


def test_unknown_keywords_are_refused(guest: Any) -> None:
    for name in ("i32", "v128", "nothing"):
        with pytest.raises(TypeError):
            guest[name](tiemout=1)


def test_the_second_argument_is_named_if_it_is_wrong(guest: Any) -> None:
    with pytest.raises(TypeError, match=r"argument 2 of two \(f64\) must be a float, not str"):
        guest.two(1, "x")


def test_a_call_that_was_refused_leaves_nothing_in_later_calls(guest: Any) -> None:
    for _ in range(3):
        with pytest.raises(TypeError):
            guest.two(7, "x")
        assert guest.two(1, 2.0) == (2.0, 1)
        with pytest.raises(OverflowError):
            guest.two(2**40, 1.0)
        assert guest.two(-1, 0.0) == (0.0, -1)


def test_signatures_are_shown_by_inspect_and_help(guest: Any) -> None:
    signature = inspect.signature(type(guest.two).__call__)
    assert [str(p) for p in list(signature.parameters.values())[1:3]] == ["p0: 'i32'", "p1: 'f64'"] \
        or "i32" in str(signature)
    assert "(i32, f64) -> (f64, i32)" in repr(guest.two)
    assert "(i32, f64) -> (f64, i32)" in (type(guest.two).__doc__ or "")


def test_a_trap_has_a_code_and_frames_and_the_guest_can_be_called_again(guest: Any) -> None:
    for _ in range(100):
        with pytest.raises(pulley.Trap) as raised:
            guest.fail(1)
        assert raised.value.code == "unreachable"
        assert [frame.function for frame in raised.value.frames] == ["fail"]
    assert guest.i32(1) == 1


def test_call_by_name_calls_exports(guest: Any) -> None:
    assert guest.call("two", 1, 2.0) == (2.0, 1)
    assert guest.call("i32", 1, timeout=10) == 1
    with pytest.raises(pulley.NotFoundError, match="did you mean 'two'"):
        guest.call("tow")


def test_values_of_clif_have_their_own_sizes() -> None:
    engine = pulley.Engine(clif=True)
    module = pulley.load("""
        function %small(i8, i16) -> i8, i16 {
        block0(v0: i8, v1: i16):
            return v0, v1
        }
        function %large(i128) -> i128 {
        block0(v0: i128):
            return v0
        }
        """, engine)
    guest: Any = pulley.Linker(engine).instantiate(module)
    assert guest.small(255, 65535) == (-1, -1)
    assert guest.small(-128, -32768) == (-128, -32768)
    assert guest.large(2**127 - 1) == 2**127 - 1
    assert guest.large(2**128 - 1) == -1
    with pytest.raises(OverflowError, match="argument 1 of small .* does not fit 8 bits"):
        guest.small(256, 0)
    with pytest.raises(OverflowError, match="does not fit 128 bits"):
        guest.large(2**128)
