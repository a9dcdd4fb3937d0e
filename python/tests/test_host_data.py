"""Data of guests that functions of Python take and give."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import ctypes
import dataclasses
import gc
import subprocess
import sys
import weakref
from typing import Any, List, Optional, Tuple

import pulley
import pytest

from host_guests import define, linked


# Text and buffers


def test_a_str_is_a_string_of_the_guest():
    got = []

    def function(s: str) -> None:
        got.append(s)

    instance = linked("i32", "", function)
    instance.run(16)
    instance.run(48)
    instance.run(20)
    assert got == ["hello", "\u20ac uro", "o"]


def test_a_string_that_is_not_utf8_is_an_exception_that_names_the_argument():
    def function(s: str) -> int:
        raise AssertionError

    with pytest.raises(UnicodeDecodeError, match="argument 's' of env.f"):
        linked("i32", "i32", function).run(32)


@pytest.mark.parametrize("address", [65533, 65536, 0x7FFF_FFFF, -1])
def test_a_string_without_an_end_is_a_trap(address):
    def function(s: str) -> int:
        raise AssertionError

    def mixed(s: str) -> Tuple[int, int]:
        raise AssertionError

    with pytest.raises(pulley.Trap):
        linked("i32", "i32", function).run(address)
    with pytest.raises(pulley.Trap, match="argument 's' of env.f"):
        linked("i32", "i32 i32", mixed).run(address)


def test_a_str_result_is_put_into_memory_of_the_guest():
    def function(s: Optional[str]) -> Optional[str]:
        return None if s is None else s + "\u00e9"

    instance = linked("i32", "i32", function)
    assert instance.run(0) == 0
    address = instance.run(16)
    assert bytes(instance.byte(address + index) for index in range(8)) == b"hello\xc3\xa9\0"
    assert instance.run(16) != address


def test_a_str_result_that_no_string_of_c_has_is_an_exception():
    results = iter(["\ud800", "a\0b"])

    def function() -> str:
        return next(results)

    instance = linked("", "i32", function)
    with pytest.raises(UnicodeEncodeError, match="the result of env.f"):
        instance.run()
    with pytest.raises(ValueError, match="the result of env.f has a NUL"):
        instance.run()


def test_a_str_result_needs_an_allocator():
    def function() -> str:
        return "text"

    with pytest.raises(pulley.NotFoundError, match="malloc"):
        linked("", "i32", function, extra="").run()


def test_bytes_are_a_copy_of_a_buffer():
    got = []

    def function(b: bytes) -> int:
        got.append(b)
        return len(b)

    instance = linked("i32 i32", "i32", function)
    assert instance.run(16, 5) == 5
    assert instance.run(65533, 3) == 3
    assert instance.run(65536, 0) == 0
    assert got == [b"hello", b"end", b""]


@pytest.mark.parametrize("address, length", [
    (65533, 4), (65536, 1), (65537, 0), (0, 65537), (-1, 1), (1, -1), (-1, -1)])
def test_a_buffer_out_of_bounds_is_a_trap(address, length):
    def function(b: bytes) -> int:
        raise AssertionError

    with pytest.raises(pulley.Trap):
        linked("i32 i32", "i32", function).run(address, length)


def test_a_memoryview_writes_to_the_guest_and_is_released_after_the_call():
    kept: List[Any] = []

    def function(view: memoryview) -> int:
        view[0] = ord("J")
        view[1:3] = b"AB"
        kept.append(view)
        return len(view)

    instance = linked("i32 i32", "i32", function)
    assert instance.run(16, 5) == 5
    assert bytes(instance.byte(address) for address in range(16, 21)) == b"JABlo"
    with pytest.raises(ValueError, match="released"):
        kept[0][0]
    assert instance.run(16, 5) == 5


def test_a_memoryview_is_released_after_an_exception():
    kept: List[Any] = []

    def function(first: memoryview, second: memoryview) -> int:
        kept.extend((first, second))
        raise KeyError("on purpose")

    with pytest.raises(KeyError):
        linked("i32 i32 i32 i32", "i32", function).run(16, 5, 32, 1)
    for view in kept:
        with pytest.raises(ValueError, match="released"):
            len(view)


def test_views_of_a_memoryview_stay_valid_after_the_call_and_after_the_instance():
    kept: List[Any] = []

    def function(view: memoryview) -> None:
        kept.append(view[1:])

    instance = linked("i32 i32", "", function)
    instance.run(16, 5)
    (view,) = kept
    assert bytes(view) == b"ello"
    view[0] = ord("A")
    assert instance.byte(17) == ord("A")
    instance.close()
    del instance
    gc.collect()
    assert bytes(view) == b"Allo"


MOVING = """
import resource, sys
import pulley

# With so little address space, the memory cannot have all that it may grow to reserved.
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30),) * 2)
module = pulley.load(sys.argv[1])
kept, grown = [], []

def function(view: memoryview):
    grown.append(instance.grow(10))
    view[0] = ord("J")
    kept.append(view[1:])
    return (0, 0) if "i32 i32))" in sys.argv[1] else 0

instance = pulley.Instance(module, {"env": {"f": function}})
instance.run(16, 5)
grown.append(instance.grow(10))
view = kept.pop()
view[0] = ord("E")
assert (instance.byte(16), instance.byte(17), bytes(view)) == (74, 69, b"Ello")
instance.close()
assert bytes(view) == b"Ello"
del view
instance = pulley.Instance(module, {"env": {"f": function}})
instance.run(16, 5)
del kept[:]
grown.append(instance.grow(10))
print(grown)
"""


@pytest.mark.parametrize("results", ["i32", "i32 i32"])
def test_a_memory_does_not_move_while_the_program_has_a_view_of_it(results):
    type = f"(param i32 i32) (result {results})"
    module = f"""(module (import "env" "f" (func $f {type}))
      (memory (export "memory") 1) (data (i32.const 16) "hello")
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "run") {type} (call $f (local.get 0) (local.get 1))))"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", MOVING, module], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    # It moves when there is no view.
    assert done.stdout.strip() == "[-1, -1, -1, 1]"


def test_numpy_arrays_are_made_of_a_memoryview_without_a_copy():
    numpy = pytest.importorskip("numpy")
    kept: List[Any] = []

    def function(view: memoryview) -> int:
        array = numpy.frombuffer(view, dtype=numpy.uint8)
        array += 1
        kept.append(array)
        return int(array.sum())

    instance = linked("i32 i32", "i32", function)
    assert instance.run(16, 5) == sum(b"ifmmp")
    assert bytes(instance.byte(address) for address in range(16, 21)) == b"ifmmp"
    assert kept[0].tobytes() == b"ifmmp"


def test_views_in_cycles_are_collected():
    class Holder:
        pass

    def function(view: memoryview) -> None:
        for value in (view, view[1:], memoryview(view)):
            holder: Any = Holder()
            holder.itself, holder.value = holder, value
            alive.append(weakref.ref(holder))
        del view, value, holder
        gc.collect()

    alive: List[Any] = []
    instance = linked("i32 i32", "", function)
    for _ in range(20):
        instance.run(16, 5)
    gc.collect()
    assert [reference() for reference in alive] == 60 * [None]


FINALIZER = """
import gc, pulley
kept = []

def function(view: memoryview) -> None:
    kept.extend((memoryview(view), view[1:]))

class User:
    def __del__(self):
        for view in self.views:
            view[0] = 5
        print("finalized", self.views[0].tolist())

def make():
    module = pulley.load('''(module (import "env" "f" (func $f (param i32 i32))) (memory 1)
      (func (export "run") (call $f (i32.const 8) (i32.const 4))))''')
    user = User()
    user.instance = pulley.Instance(module, {"env": {"f": function}})
    user.instance.run()
    user.itself, user.views = user, kept[:]
    kept.clear()

make()
gc.collect()
"""


def test_a_finalizer_uses_a_view_that_a_host_function_has_kept():
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", FINALIZER], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "finalized [5, 5, 0, 0]\n"), done.stderr


def test_optional_buffers_are_none_at_address_0():
    def function(b: Optional[bytes], view: Optional[memoryview]) -> int:
        return (-1 if b is None else len(b)) + (-10 if view is None else 10 * len(view))

    instance = linked("i32 i32 i32 i32", "i32", function)
    assert instance.run(0, 0, 0, 0) == -11
    assert instance.run(16, 2, 32, 3) == 32


# Pointers


def test_a_ptr_reads_and_writes_the_memory():
    def function(p: pulley.Ptr) -> pulley.Ptr:
        assert p.read(5) == b"hello" and p.cstr() == "hello" and p.address == 16
        p.write(b"HE")
        p.write(bytearray(b"HEL"))
        assert (p + 1).read(2) == b"EL" and (p + 3 - 3) == p
        return p + 1

    instance = linked("i32", "i32", function)
    assert instance.run(16) == 17
    assert instance.byte(17) == ord("E")


def test_a_typed_ptr_has_elements():
    def function(p: pulley.Ptr[pulley.i32], n: int) -> int:
        p[1] = 7
        p[2:4] = [8, -9]
        p.value = 6
        assert p[0:4] == [6, 7, 8, -9] and p.value == 6
        assert p.cast(pulley.u16)[6] == 0xFFF7
        assert (p + 3).value == -9 and int(p + 3) == int(p) + 12
        return sum(p[0:n])

    assert linked("i32 i32", "i32", function).run(256, 3) == 21


@pytest.mark.parametrize("type, value", [
    (pulley.i8, -3), (pulley.u8, 250), (pulley.i16, -300), (pulley.u32, 2**32 - 1),
    (pulley.i64, -2**40), (pulley.u64, 2**64 - 1), (pulley.f32, 0.5), (float, 0.1), (bool, True),
    (ctypes.c_int, -5), (ctypes.c_ubyte, 5)])
def test_elements_of_every_type_keep_their_values(type, value):
    def function(p: pulley.Ptr) -> None:
        typed = p.cast(type)
        typed[3] = value
        assert typed[3] == value and typed[2:4] == [0, value]

    linked("i32", "", function).run(512)


@pytest.mark.parametrize("type, value, error", [
    (pulley.u8, 256, OverflowError), (pulley.u8, -1, OverflowError), (int, "1", TypeError),
    (float, None, TypeError), (bool, "x", TypeError), (pulley.i64, 2**64, OverflowError)])
def test_an_element_of_another_type_or_range_is_an_exception(type, value, error):
    pointer: pulley.Ptr[Any] = pulley.Ptr(linked("", "", lambda: None), 512, type)
    with pytest.raises(error):
        pointer.value = value
    assert pointer.value == 0


@pytest.mark.parametrize("wrong", [None, "1", b"", 1.0, [], object()])
def test_a_ptr_takes_only_integers_as_numbers(wrong):
    instance = linked("", "", lambda: None)
    pointer: pulley.Ptr[Any] = pulley.Ptr(instance, 512, pulley.i16)
    for use in (
            lambda: pulley.Ptr(instance, wrong), lambda: pointer.read(wrong),
            lambda: pointer[wrong], lambda: pointer + wrong, lambda: pointer - wrong,
            lambda: pointer.__setitem__(wrong, 1), lambda: pointer[object():5],
            lambda: pointer[0:object()],
            lambda: pointer.write(wrong) if wrong != b"" else pointer + wrong):
        with pytest.raises(TypeError):
            use()


def test_an_untyped_ptr_has_no_elements():
    pointer: pulley.Ptr[Any] = pulley.Ptr(linked("", "", lambda: None), 16)
    with pytest.raises(TypeError, match="cast"):
        pointer[0]
    with pytest.raises(TypeError, match="cast"):
        pointer.value = 1


@pytest.mark.parametrize("address, length", [
    (65536, 1), (65535, 2), (2**32 - 1, 1), (2**64 - 1, 2**62)])
def test_a_ptr_out_of_bounds_is_an_index_error(address, length):
    pointer: pulley.Ptr[Any] = pulley.Ptr(linked("", "", lambda: None), address)
    with pytest.raises(IndexError, match="out of bounds"):
        pointer.read(length)
    with pytest.raises(IndexError):
        pointer.cast(pulley.i64)[1000]
    if length < 10:
        with pytest.raises(IndexError):
            pointer.write(b"x" * length)


def test_a_ptr_to_a_string_without_an_end_is_a_value_error():
    instance = linked("", "", lambda: None)
    with pytest.raises(ValueError, match="the string at 65533 has no end"):
        pulley.Ptr(instance, 65533).cstr()
    with pytest.raises(ValueError, match="more than 4 bytes"):
        pulley.Ptr(instance, 16).cstr(4)
    assert pulley.Ptr(instance, 16).cstr(5) == "hello"


def test_a_ptr_of_a_closed_instance_raises_closed_error():
    instance = linked("", "", lambda: None)
    pointer: pulley.Ptr[Any] = pulley.Ptr(instance, 16)
    instance.close()
    with pytest.raises(pulley.ClosedError):
        pointer.read(1)
    with pytest.raises(pulley.ClosedError):
        pointer.cstr()


def test_an_optional_ptr_is_none_at_address_0():
    def function(p: Optional[pulley.Ptr]) -> Optional[pulley.Ptr]:
        return p if p is None else p + 1

    instance = linked("i32", "i32", function)
    assert (instance.run(0), instance.run(16)) == (0, 17)


def test_an_address_beyond_the_guests_addresses_is_no_result():
    def function():
        return 2**32

    function.__annotations__["return"] = pulley.Ptr
    with pytest.raises(OverflowError, match="the result of env.f"):
        linked("", "i32", function).run()
    assert linked("", "i64", function, extra="", memory="i64 1").run() == 2**32


def test_pointers_text_and_buffers_have_64_bits_in_a_memory_of_64_bits():
    def function(s: str, b: bytes, p: pulley.Ptr) -> pulley.Ptr:
        assert s == "hello" and b == b"ell" and p.cstr() == "lo"
        return p

    def mixed(s: str, b: bytes, p: pulley.Ptr) -> Tuple[pulley.Ptr, int]:
        return function(s, b, p), 3

    text = r'(data (i64.const 16) "hello\00")'
    assert linked("i64 i64 i64 i64", "i64", function, extra=text, memory="i64 1").run(
        16, 17, 3, 19) == 19
    assert linked("i64 i64 i64 i64", "i64 i32", mixed, extra=text, memory="i64 1").run(
        16, 17, 3, 19) == (19, 3)


# Structures


@dataclasses.dataclass
class Inner:
    a: pulley.u8
    b: pulley.i16


@dataclasses.dataclass
class Outer:
    count: int
    inner: Inner
    total: float
    flag: bool


class COuter(ctypes.Structure):
    class CInner(ctypes.Structure):
        _fields_ = [("a", ctypes.c_uint8), ("b", ctypes.c_int16)]

    _fields_ = [
        ("count", ctypes.c_int32), ("inner", CInner), ("total", ctypes.c_double),
        ("flag", ctypes.c_bool)]


def outer_bytes(count, a, b, total, flag):
    made = COuter(count, COuter.CInner(a, b), total, flag)
    return bytes(made)


def test_a_dataclass_is_a_structure_by_value():
    def function(value: Outer) -> Outer:
        assert value == Outer(-3, Inner(200, -5), 2.5, True)
        return Outer(value.count + 1, Inner(1, 2), value.total * 2, False)

    assert_structures(function)


def test_a_structure_of_ctypes_is_passed_by_value():
    def function(value: COuter) -> COuter:
        assert (value.count, value.inner.a, value.inner.b) == (-3, 200, -5)
        assert (value.total, value.flag) == (2.5, True)
        return COuter(value.count + 1, (1, 2), value.total * 2, False)

    assert_structures(function)


def assert_structures(function):
    # As clang has it, the guest passes the addresses of the result and of a copy.
    instance = linked("i32 i32", "", function)
    pointer: pulley.Ptr[Any] = pulley.Ptr(instance, 1024)
    pointer.write(outer_bytes(-3, 200, -5, 2.5, True))
    instance.run(2048, 1024)
    result = COuter.from_buffer_copy(pulley.Ptr(instance, 2048).read(ctypes.sizeof(COuter)))
    assert (result.count, result.inner.a, result.inner.b, result.total, result.flag) == (
        -2, 1, 2, 5.0, False)


def test_a_structure_with_one_scalar_is_that_scalar():
    @dataclasses.dataclass
    class Metres:
        value: float

    @dataclasses.dataclass
    class Wrapped:
        metres: Metres

    def function(value: Wrapped) -> Wrapped:
        return Wrapped(Metres(value.metres.value * 2))

    function.__annotations__ = {"value": Wrapped, "return": Wrapped}
    Wrapped.__annotations__["metres"] = Metres
    assert linked("f64", "f64", function).run(1.5) == 3.0


def test_structures_are_passed_to_functions_of_values():
    def function(value: Inner, more: object) -> object:
        return (value.a, value.b, more)

    instance = linked("i32 externref", "externref", function)
    pulley.Ptr(instance, 64).write(bytes(COuter.CInner(7, -7)))
    assert instance.run(64, "more") == (7, -7, "more")


@pytest.mark.parametrize("members, reason", [
    ([("a", ctypes.c_int, 3)], "a bit-field"), ([], "no members"),
    ([("a", ctypes.c_longdouble)], "a"), ([("a", ctypes.py_object)], "a")])
def test_a_structure_that_guests_cannot_have_names_the_member(members, reason):
    class Bad(ctypes.Structure):
        _fields_ = members

    def function(value):
        raise AssertionError

    function.__annotations__["value"] = Bad
    with pytest.raises(TypeError, match=f"parameter 'value': Bad.*{reason}"):
        define(function)


def test_unions_and_packed_structures_are_refused():
    class Choice(ctypes.Union):
        _fields_ = [("a", ctypes.c_int)]

    class Packed(ctypes.Structure):
        _layout_ = "ms"
        _pack_ = 1
        _fields_ = [("a", ctypes.c_int)]

    for type in (Choice, Packed):
        def function(value):
            raise AssertionError

        function.__annotations__["value"] = type
        with pytest.raises(TypeError, match="parameter 'value'"):
            define(function)


def test_a_dataclass_with_a_member_that_guests_cannot_have_names_the_member():
    @dataclasses.dataclass
    class Bad:
        good: int
        bad: dict  # type: ignore[type-arg]

    def function(value):
        raise AssertionError

    function.__annotations__["value"] = Bad
    with pytest.raises(TypeError, match="parameter 'value': Bad.bad: dict"):
        define(function)


@pytest.mark.parametrize("value, error", [
    (None, TypeError), ((1, 2), TypeError), (Inner(256, 0), OverflowError),
    (Inner("a", 0), TypeError)])  # type: ignore[arg-type]
def test_a_wrong_structure_as_a_result_is_an_exception(value, error):
    def function():
        return value

    function.__annotations__["return"] = Inner
    with pytest.raises(error, match="the result of env.f"):
        linked("i32", "", function).run(64)


def test_a_typed_ptr_leads_to_structures():
    def function(p: pulley.Ptr[Inner]) -> int:
        p[1] = Inner(3, -4)
        assert p[0:2] == [Inner(0, 0), Inner(3, -4)] and (p + 1).value == Inner(3, -4)
        return (p + 1).address

    instance = linked("i32", "i32", function)
    assert instance.run(256) == 260
    assert pulley.Ptr(instance, 256).read(8) == bytes(4) + bytes(COuter.CInner(3, -4))
