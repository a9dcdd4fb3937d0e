"""Globals, tables and tags, wrong values, and what messages say."""

from __future__ import annotations

import gc
import math
import weakref
from typing import Any

import pytest

import pulley

TYPES = ["i32", "i64", "f32", "f64", "v128", "funcref", "externref"]

GUEST = """(module
  (table (export "t") 3 5 externref) (table (export "f") 2 funcref)
  (global (export "mutable") (mut i32) (i32.const 1)) (global (export "constant") i64 (i64.const 2))
  (global (export "object") (mut externref) (ref.null extern))
  (func (export "alpha") (result i32) i32.const 1)
  (func (export "beta") (result i32) i32.const 2))"""


@pytest.fixture
def guest(no_leaks: None) -> Any:
    return pulley.Instance(pulley.load(GUEST))


@pytest.mark.parametrize("type", TYPES)
def test_a_global_starts_with_zero_or_null(no_leaks: None, type: str) -> None:
    made = pulley.Global(type)
    assert made.value == {"v128": bytes(16), "funcref": None, "externref": None}.get(type, 0)
    assert made.type == pulley.GlobalType(type, False)
    assert type in repr(made)


def test_globals_have_values_of_their_types(no_leaks: None) -> None:
    assert pulley.Global("i32", 2**32 - 1).value == -1
    assert pulley.Global("i64", -5).value == -5
    assert pulley.Global("f32", 0.1).value == pytest.approx(0.1)
    assert math.copysign(1, pulley.Global("f64", -0.0).value) == -1
    assert pulley.Global("v128", bytes(range(16))).value == bytes(range(16))


@pytest.mark.parametrize("type, value, expected", [
    ("i32", "x", TypeError), ("i32", 1 << 32, OverflowError), ("i64", 1 << 64, OverflowError),
    ("i64", 1.0, TypeError), ("f32", "1", TypeError), ("f64", None, None), ("v128", b"x", ValueError),
    ("funcref", print, TypeError), ("i32", [], TypeError)])
def test_a_global_refuses_other_values(no_leaks: None, type: str, value: Any, expected: Any) -> None:
    if expected is None:
        assert pulley.Global(type, value).value == 0
        return
    with pytest.raises(expected, match=rf"the value of a global \({type}\)"):
        pulley.Global(type, value)
    made = pulley.Global(type, mutable=True)
    with pytest.raises(expected, match=rf"the value of a global \({type}\)"):
        made.value = value


@pytest.mark.parametrize("name", ["i33", "", "I32", "int", "structref"])
def test_a_type_that_is_not_there_is_refused_with_those_that_are(name: str) -> None:
    for make in (pulley.Global, pulley.Table, lambda type: pulley.Tag([type])):
        with pytest.raises(ValueError, match=f"{name!r} is not a type: use one of .*i32"):
            make(name)
    with pytest.raises(ValueError, match="is not a type"):
        pulley.FunctionType((name,), ())


def test_a_constant_cannot_be_set(guest: Any) -> None:
    with pytest.raises(ValueError):
        guest["constant"].value = 5
    assert guest.constant.value == 2
    with pytest.raises(AttributeError, match=r"instance.mutable.value = "):
        guest.mutable = 5
    guest.mutable.value = 5
    assert guest.mutable.value == 5
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        guest.other = 5


def test_tables_are_sequences_of_references(guest: Any) -> None:
    table = guest.t
    assert len(table) == 3 and list(table) == [None] * 3
    value = object()
    table[0] = value
    table[-1] = 7
    assert table[0] is value and table[2] == 7 and table[-3] is value
    assert table.grow(2, "x") == 3
    assert list(table) == [value, None, 7, "x", "x"]
    with pytest.raises(pulley.LimitError):
        table.grow(1)
    assert table.type == pulley.TableType("externref", pulley.Limits(5, 5))


@pytest.mark.parametrize("index", [3, -4, 1 << 40, -(1 << 70), 1 << 5000])
def test_an_index_out_of_range_is_an_index_error(guest: Any, index: int) -> None:
    with pytest.raises(IndexError, match="is out of range: the table has 3 elements") as raised:
        guest.t[index]
    assert len(str(raised.value)) < 200
    with pytest.raises(IndexError):
        guest.t[index] = None


@pytest.mark.parametrize("index", ["0", None, 1.0, slice(0, 1), (0,)])
def test_an_index_must_be_an_integer(guest: Any, index: Any) -> None:
    with pytest.raises(TypeError, match="an index of a table must be an int"):
        guest.t[index]
    with pytest.raises(TypeError):
        guest.t[index] = None


def test_a_table_of_functions_takes_functions(guest: Any) -> None:
    guest.f[0] = guest.alpha
    assert guest.f[0]() == 1
    for wrong in (1, print, "alpha", guest.t):
        with pytest.raises(TypeError, match=r"an element of a table \(funcref\) must be"):
            guest.f[1] = wrong
    for count in (-1, 1 << 64, 1 << 5000):
        with pytest.raises(ValueError, match="count is .*, but must be from 0"):
            guest.f.grow(count)
    with pytest.raises(TypeError, match="count must be an int"):
        guest.f.grow("1")
    with pytest.raises(pulley.LimitError):
        guest.f.grow(1 << 40)


@pytest.mark.parametrize("arguments, expected", [
    (("i32", 1), ValueError), (("funcref", -1), ValueError), (("funcref", 3, 2), ValueError),
    (("funcref", "1"), TypeError), (("funcref", 1 << 64), ValueError),
    (("funcref", 1 << 60), pulley.LimitError)])
def test_a_wrong_table_is_refused(arguments: Any, expected: Any) -> None:
    with pytest.raises(expected):
        pulley.Table(*arguments)


def test_a_table_of_objects_without_a_guest_can_hold_null_only(no_leaks: None) -> None:
    table = pulley.Table("externref", 2)
    table[0] = None
    with pytest.raises(ValueError, match="no instance that could hold the object"):
        table[1] = object()
    assert list(table) == [None, None]


def test_objects_in_tables_and_globals_live_as_long_as_they_are_there(guest: Any) -> None:
    class Thing:
        pass

    things = [Thing() for _ in range(4)]
    alive = [weakref.ref(thing) for thing in things]
    guest.t[0], guest.t[1], guest.object.value, guest.t[2] = things
    things.clear()
    guest.release_objects()
    gc.collect()
    assert all(each() is not None for each in alive)
    guest.t[0] = guest.t[1] = None
    assert guest.release_objects() == 2
    guest.object.value = None
    guest.release_objects()
    gc.collect()
    assert [each() is None for each in alive] == [True, True, True, False]


def test_equal_handles_are_equal_and_have_equal_hashes(guest: Any) -> None:
    other: Any = pulley.Instance(guest.module)
    for name in ("t", "f", "mutable", "alpha"):
        one, two = guest[name], guest._export(name)
        assert one is not two and one == two and hash(one) == hash(two)
        assert one != other[name]
        assert one != 5 and one != None and not one == name  # noqa: E711
    assert guest != other and guest == guest and hash(guest) == hash(guest)


# Names


@pytest.mark.parametrize("name, near", [("alpa", "alpha"), ("Alpha", "alpha"), ("bet", "beta")])
def test_a_name_that_is_not_there_is_an_error_with_the_nearest(
        guest: Any, name: str, near: str) -> None:
    for look_up in (lambda: guest[name], lambda: guest.call(name), lambda: guest.exports[name]):
        with pytest.raises(pulley.NotFoundError, match=f"there is no export '{name}'.*'{near}'"):
            look_up()
    with pytest.raises(AttributeError, match=f"there is no export '{name}'.*'{near}'"):
        getattr(guest, name)
    assert not hasattr(guest, name)


def test_a_module_without_exports_says_so() -> None:
    empty: Any = pulley.Instance(pulley.load("(module)"))
    with pytest.raises(pulley.NotFoundError, match="there are no exports"):
        empty["f"]


@pytest.mark.parametrize("name", ["\ud800", "\udcff", "x\0y", "\x1b[31m", "a\nb", "x" * 10000, "é"])
def test_strange_names_are_not_there_and_are_shown_escaped(guest: Any, name: str) -> None:
    with pytest.raises(pulley.NotFoundError) as raised:
        guest[name]
    text = str(raised.value)
    assert "\0" not in text and "\x1b" not in text and "\n" not in text
    text.encode()
    assert not hasattr(guest, name)


@pytest.mark.parametrize("name", [None, 5, b"alpha", ("alpha",)])
def test_a_name_must_be_text(guest: Any, name: Any) -> None:
    with pytest.raises(TypeError, match="the name of an export is a str"):
        guest[name]
    assert name not in guest
    assert name not in guest.exports


def test_what_is_no_function_is_not_called(guest: Any) -> None:
    with pytest.raises(TypeError, match="the export 't' is not a function"):
        guest.call("t")
    with pytest.raises(TypeError, match="not callable"):
        guest.t()


def test_exports_are_a_mapping(guest: Any) -> None:
    exports = guest.exports
    assert list(exports) == ["t", "f", "mutable", "constant", "object", "alpha", "beta"]
    assert len(exports) == 7 and "alpha" in exports and "gamma" not in exports
    assert exports["alpha"] is guest.alpha
    assert exports.get("gamma") is None
    assert dict(exports)["beta"]() == 2
    assert "alpha" in dir(guest) and "call" in dir(guest)


def test_the_classes_of_exceptions_are_pythons_too() -> None:
    for kind, base in ((pulley.CompileError, ValueError), (pulley.LimitError, MemoryError),
                       (pulley.NotFoundError, LookupError), (pulley.ClosedError, ValueError),
                       (pulley.BusyError, RuntimeError), (pulley.Trap, RuntimeError),
                       (pulley.Timeout, TimeoutError), (pulley.Timeout, pulley.Interrupted)):
        assert issubclass(kind, base) and issubclass(kind, pulley.Error)


@pytest.mark.parametrize("size, expected", [
    (-1, ValueError), (1 << 64, ValueError), ("8", TypeError), (1.5, TypeError), (None, TypeError),
    (8, pulley.NotFoundError)])
def test_allocating_needs_a_size_and_an_allocator(guest: Any, size: Any, expected: Any) -> None:
    with pytest.raises(expected):
        guest.allocate(size)
    with pytest.raises(expected):
        guest.free(size)


def test_a_resource_has_a_name(guest: Any) -> None:
    assert guest.usage("tables") > 0
    with pytest.raises(ValueError, match="'time' is not a resource: memory, "):
        guest.usage("time")
