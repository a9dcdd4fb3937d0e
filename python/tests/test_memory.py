"""Memories: making, growing, reading and writing them. Views are in test_memory_views.py."""

import array
import struct
import threading

import pytest

import pulley

GUEST = """
(module
  (memory (export "memory") 1 16)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "wait") (param i32)
    (i32.store8 (i32.const 999) (i32.const 1))
    (loop (br_if 0 (i32.eqz (i32.load8_u (local.get 0)))))))
"""

ALL = {
    "i8": (-128, 127), "u8": (0, 255), "i16": (-32768, 32767), "u16": (0, 65535),
    "i32": (-2**31, 2**31 - 1), "u32": (0, 2**32 - 1), "i64": (-2**63, 2**63 - 1),
    "u64": (0, 2**64 - 1)}


@pytest.fixture
def instance():
    return pulley.Instance(pulley.load(GUEST))


@pytest.fixture
def memory(instance):
    return instance.memory


# Making


def test_a_memory_tells_its_type_and_size():
    made = pulley.Memory(2, 5)
    assert made.type == pulley.MemoryType(pulley.Limits(2, 5))
    assert (made.size, made.pages, len(made), made.shared) == (131072, 2, 131072, False)
    assert repr(made) == "<pulley.Memory memory 2..5 pages>"


def test_a_memory_may_have_64_bit_addresses_and_pages_of_one_byte():
    made = pulley.Memory(3, 10, address_bits=64, page_size=1)
    assert made.type == pulley.MemoryType(pulley.Limits(3, 10), 64, 1)
    assert (made.size, made.pages, bytes(made)) == (3, 3, b"\0\0\0")
    made.write(0, b"abc")
    with pytest.raises(IndexError, match="1 byte at 3 out of range"):
        made.write(3, b"d")
    assert made.grow(2) == 3
    assert bytes(made) == b"abc\0\0"
    with pytest.raises(pulley.LimitError):
        made.grow(6)


def test_a_memory_without_a_maximum_has_none():
    assert pulley.Memory(1).type.limits == pulley.Limits(1, None)


def test_a_shared_memory_needs_a_maximum():
    assert pulley.Memory(1, 2, shared=True).type.shared
    with pytest.raises(ValueError, match="maximum"):
        pulley.Memory(1, shared=True)


@pytest.mark.parametrize("arguments, options, error, message", [
    ((-1,), {}, ValueError, "minimum is -1"),
    ((1, -1), {}, ValueError, "maximum is -1"),
    ((5, 3), {}, ValueError, "minimum, 5, is larger than the maximum, 3"),
    ((2**64,), {}, OverflowError, "minimum is 18446744073709551616"),
    ((1, 2**5000), {}, OverflowError, "maximum is an integer of 5001 bits"),
    ((1, 2**17), {}, ValueError, "131072"),
    ((2**40,), {"address_bits": 64}, pulley.LimitError, "limit"),
    (("1",), {}, TypeError, "minimum must be an int, not str"),
    ((1.0,), {}, TypeError, "minimum must be an int, not float"),
    ((None,), {}, TypeError, "minimum must be an int, not NoneType"),
    ((1,), {"address_bits": 16}, ValueError, "address_bits is 16, but must be 32 or 64"),
    ((1,), {"address_bits": 2**32 + 32}, ValueError, "address_bits"),
    ((1,), {"page_size": 4096}, ValueError, "page_size is 4096, but must be 65536 or 1"),
    ((1,), {"page_size": "1"}, ValueError, "page_size is '1'"),
    ((1,), {"page_size": []}, ValueError, "page_size is"),
])
def test_bad_types_of_memories_are_exceptions(arguments, options, error, message):
    with pytest.raises(error, match=message):
        pulley.Memory(*arguments, **options)


def test_a_memory_of_the_host_is_imported():
    made = pulley.Memory(1, 4)
    made.write(8, b"\x2a")
    module = pulley.load("""
      (module (import "env" "m" (memory 1 4))
        (func (export "load") (result i32) (i32.load (i32.const 8)))
        (func (export "grow") (result i32) (memory.grow (i32.const 1))))""")
    instance = pulley.Instance(module, imports={"env": {"m": made}})
    assert instance.load() == 42
    assert instance.memory == made and not instance.memory != made
    assert instance.grow() == 1
    assert made.size == 131072


def test_an_instance_has_one_memory_object_for_each_name(instance):
    assert instance.memory == instance["memory"]
    assert hash(instance.memory) == hash(instance["memory"])
    assert instance.memory is instance.memory
    assert instance.memory != pulley.Memory(1)
    assert instance.memory != 1


def test_an_instance_without_a_memory_has_no_memory():
    with pytest.raises(LookupError):
        pulley.Instance(pulley.load("(module)")).memory


# Growing


def test_growth_of_the_host_is_seen_by_the_guest(instance, memory):
    assert memory.grow(2) == 1
    assert instance.grow(0) == 3
    instance.store(3 * 65536 - 1, 7)
    assert memory[3 * 65536 - 1] == 7


def test_growth_of_the_guest_is_seen_by_the_host(instance, memory):
    assert instance.grow(3) == 1
    assert (memory.pages, memory.size) == (4, 4 * 65536)
    assert memory.type.limits == pulley.Limits(4, 16)


@pytest.mark.parametrize("pages, error, message", [
    (16, pulley.LimitError, "cannot grow by 16"),
    (2**64 - 1, pulley.LimitError, "cannot grow"),
    (2**64, OverflowError, "does not fit 64 bits"),
    (-1, ValueError, "pages is -1, but must not be negative"),
    ("1", TypeError, "pages must be an int, not str"),
    (1.5, TypeError, "pages must be an int, not float"),
])
def test_a_memory_that_cannot_grow_keeps_its_size(memory, pages, error, message):
    with pytest.raises(error, match=message):
        memory.grow(pages)
    assert memory.pages == 1
    assert memory.grow(0) == 1


# Copies


def test_bytes_are_written_and_read(instance, memory):
    memory.write(100, b"hello")
    assert memory.read(100, 5) == b"hello"
    assert instance.load(104) == ord("o")
    instance.store(104, ord("y"))
    assert memory.read(99, 7) == b"\0helly\0"
    assert memory.read(0, 0) == memory.read(65536, 0) == b""
    memory.write(65536, b"")


@pytest.mark.parametrize("data", [
    bytearray(b"abcd"), memoryview(b"abcd"), memoryview(b"a-b-c-d-")[::2],
    memoryview(b"abcd").cast("B", (2, 2)), array.array("I", struct.unpack("I", b"abcd"))])
def test_anything_with_the_buffer_protocol_can_be_written(memory, data):
    memory.write(9, data)
    assert memory.read(8, 6) == b"\0abcd\0"
    memory[20:24] = data
    assert memory[20:24] == b"abcd"


def test_empty_buffers_can_be_written(memory):
    for data in (b"", bytearray(), memoryview(b"ab")[::-2][:0], array.array("d")):
        memory.write(65536, data)
        memory[7:7] = data


def test_a_part_of_a_memory_is_copied_within_it(memory):
    memory.write(0, b"abcdef")
    memory.write(2, memoryview(memory)[:4])
    assert memory.read(0, 6) == b"ababcd"
    memory[0:4] = memoryview(memory)[1:5]
    assert memory.read(0, 6) == b"babccd"


@pytest.mark.parametrize("start, length", [
    (65536, 1), (65535, 2), (0, 65537), (2**32, 0), (2**32 - 1, 1), (-1, 1), (-5, 5), (-2**31, 0),
    (-2**31 - 1, 1), (-2**32, 1), (2**64, 1), (-2**64, 1), (2**64 - 1, 2), (1, 2**64 - 1),
    (1, 2**63), (2**5000, 1), (0, 2**5000)])
def test_what_is_not_in_the_memory_is_an_index_error(memory, start, length):
    before = bytes(memory)
    with pytest.raises(IndexError, match="out of range: the memory has 65536 bytes"):
        memory.read(start, length)
    with pytest.raises(IndexError, match="out of range"):
        memory[start:start + length]
    with pytest.raises(IndexError, match="out of range"):
        memory.view("u8", start, length)
    if length < 100_000:
        with pytest.raises(IndexError, match="out of range"):
            memory.write(start, b"x" * length)
        with pytest.raises(IndexError, match="out of range"):
            memory.write(start, bytearray(b"x" * length))
    if length == 1:
        for use in (
                lambda: memory[start], lambda: memory.i32[start], lambda: memory.read_cstr(start),
                lambda: memory.unpack("q", start), lambda: memory.__setitem__(start, 1),
                lambda: memory.f64.__setitem__(start, 1.0), lambda: memory.pack("q", start, 1)):
            with pytest.raises(IndexError, match="out of range"):
                use()
    assert bytes(memory) == before


def test_signed_addresses_of_a_guest_are_understood():
    large = pulley.Memory(65536)
    assert large.size == 2**32
    large.write(-5, b"end")
    assert large.read(2**32 - 5, 3) == b"end" == large[-5:-2]
    assert large[-5] == ord("e")
    assert bytes(large.view("u8", -5, 3)) == b"end"
    large.u16[-2**31] = 7
    assert large.u16[2**31] == 7
    assert large.read_cstr(-5) == "end"


def test_a_memory_of_64_bit_addresses_has_no_32_bit_ones():
    wide = pulley.Memory(65537, address_bits=64, engine=pulley.Engine(memory_limit=2**33))
    wide.write(2**32, b"far")
    assert wide.read(2**32, 3) == b"far"
    with pytest.raises(IndexError, match="at 18446744073709551611 out of range"):
        wide.read(-5, 3)


@pytest.mark.parametrize("address", ["0", 0.0, None, b"0", [0]])
def test_an_address_is_an_int(memory, address):
    for use in (
            lambda: memory.read(address, 1), lambda: memory.write(address, b"a"),
            lambda: memory.read_cstr(address), lambda: memory.i32[address], lambda: memory[address],
            lambda: memory.view("i32", address), lambda: memory.unpack("i", address)):
        with pytest.raises(TypeError, match="an address must be an int, not"):
            use()
    with pytest.raises(TypeError, match="length must be an int"):
        memory.read(0, address)


def test_negative_lengths_are_value_errors(memory):
    with pytest.raises(ValueError, match="length is -1, but must not be negative"):
        memory.read(0, -1)
    with pytest.raises(ValueError, match="count is -3"):
        memory.view("i32", 0, -3)
    with pytest.raises(ValueError, match="maximum is -1"):
        memory.read_cstr(0, -1)


def test_only_bytes_can_be_written(memory):
    with pytest.raises(TypeError, match="data must be bytes, not str: encode it"):
        memory.write(0, "text")
    with pytest.raises(TypeError, match="data must be bytes, not int"):
        memory.write(0, 5)
    with pytest.raises(TypeError, match="data must be bytes, not list"):
        memory[0:2] = [1, 2]


def test_items_are_bytes_and_slices_are_copies(memory):
    memory[3] = 200
    assert memory[3] == 200
    memory[10:13] = b"xyz"
    copy = memory[10:13]
    memory[10] = 0
    assert copy == b"xyz" and memory[10:13] == b"\0yz"
    assert memory[65530:] == bytes(6) and len(memory[:]) == 65536 and memory[5:5] == b""
    assert memory[0:4:1] == b"\0\0\0\xc8"


def test_bad_items_are_exceptions(memory):
    for value, error in ((256, ValueError), (-1, ValueError), (2**5000, ValueError),
                         ("a", TypeError), (1.0, TypeError), (b"a", TypeError)):
        with pytest.raises(error, match="a byte must be"):
            memory[0] = value
    with pytest.raises(IndexError):
        memory[5:3]
    with pytest.raises(ValueError, match="no step"):
        memory[0:8:2]
    with pytest.raises(ValueError, match="3 bytes cannot replace 4"):
        memory[0:4] = b"abc"
    with pytest.raises(TypeError):
        memory[0:"a"]
    assert memory[0:4] == bytes(4)


def test_a_memory_iterates_over_its_bytes_and_finds_bytes(memory):
    memory.write(500, b"needle\n")
    assert sum(memory) == sum(b"needle\n")
    assert b"needle\n" in memory and b"hay" not in memory and b"" in memory
    assert ord("d") in memory and 255 not in memory and 256 not in memory
    with pytest.raises(TypeError):
        "needle" in memory


# Strings


def test_a_string_ends_at_its_zero(memory):
    memory.write(10, "grüße\0".encode() + b"more")
    assert memory.read_cstr(10) == "grüße"
    assert memory.read_cstr(17) == ""
    assert memory.read_cstr(65535) == ""


@pytest.mark.parametrize("length", [63, 64, 65, 191, 192, 193, 5000])
def test_strings_of_all_lengths_are_read(memory, length):
    memory.write(1, b"a" * length)
    assert memory.read_cstr(1) == "a" * length
    assert memory.read_cstr(1, length) == "a" * length
    with pytest.raises(ValueError, match=f"the string at 1 is longer than {length - 1} bytes"):
        memory.read_cstr(1, length - 1)


def test_a_string_without_end_is_a_value_error(memory):
    memory.write(65530, b"abcdef")
    with pytest.raises(ValueError, match="at 65530 has no end in the memory of 65536 bytes"):
        memory.read_cstr(65530)
    with pytest.raises(ValueError, match="no end"):
        memory.read_cstr(65530, 100)
    with pytest.raises(IndexError):
        memory.read_cstr(65536)


def test_a_string_that_is_not_utf_8_is_a_unicode_error(memory):
    memory.write(0, b"a\xff\0")
    with pytest.raises(UnicodeDecodeError):
        memory.read_cstr(0)
    assert memory.read_cstr(0, errors="surrogateescape") == "a\udcff"
    with pytest.raises(ValueError, match="longer than 0"):
        memory.read_cstr(0, 0)


# Values and records


@pytest.mark.parametrize("name", ALL)
def test_integers_are_read_and_written_at_any_address(memory, name):
    low, high = ALL[name]
    cells = getattr(memory, name)
    size = (high - low).bit_length() // 8
    for address in (0, 1, 65536 - size):
        for value in (low, high, 1):
            cells[address] = value
            assert cells[address] == value
            assert memory.read(address, size) == (value % 2**(8 * size)).to_bytes(size, "little")
    # As in calls of the guest, the other form of the same bits is accepted.
    cells[8] = -1
    assert cells[8] == (-1 if low < 0 else high)
    cells[8] = 2**(8 * size) - 1
    assert cells[8] == (-1 if low < 0 else high)
    for value in (2**(8 * size), -2**(8 * size - 1) - 1, 2**5000):
        with pytest.raises(OverflowError, match=f"a value of {name} is .* does not fit"):
            cells[8] = value
    for value in (1.0, "1", None):
        with pytest.raises(TypeError, match=f"a value of {name} must be an int"):
            cells[8] = value
    with pytest.raises(IndexError):
        cells[65537 - size]


def test_floats_are_read_and_written_at_any_address(memory):
    memory.f32[3] = 0.1
    assert memory.f32[3] == struct.unpack("f", struct.pack("f", 0.1))[0]
    memory.f32[3] = 1e300
    assert memory.f32[3] == float("inf")
    memory.f64[5] = 0.1
    assert memory.f64[5] == 0.1
    memory.f64[5] = 2
    assert memory.f64[5] == 2.0
    for value in ("1", None, b"1"):
        with pytest.raises(TypeError, match="a value of f64 must be a float"):
            memory.f64[5] = value
    with pytest.raises(OverflowError):
        memory.f64[5] = 2**5000


def test_values_are_changed_in_place(memory):
    memory.u32[4] += 5
    memory.u32[4] -= 2
    assert memory.u32[4] == 3


def test_cells_say_what_they_are_not(memory):
    with pytest.raises(TypeError, match=r"memory.view\('i32', address, count\)"):
        memory.i32[0:4]
    with pytest.raises(TypeError, match=r"iterate over a view"):
        list(memory.i32)
    with pytest.raises(AttributeError, match=r"memory.i32\[address\]"):
        memory.i32 = 5
    assert "i32 by address" in repr(memory.i32)


def test_records_have_no_padding_and_are_little_endian(memory):
    memory.pack("BIh", 1, 1, 2, -3)
    assert memory.read(1, 7) == b"\1\2\0\0\0\xfd\xff"
    assert memory.unpack("BIh", 1) == (1, 2, -3)
    assert memory.unpack(">H", 2) == (0x0200,)
    assert memory.unpack("@BI", 0)[0] == 0
    assert memory.unpack("", 65536) == ()


def test_bad_records_are_exceptions(memory):
    with pytest.raises(struct.error):
        memory.unpack("y", 0)
    with pytest.raises(struct.error):
        memory.pack("ii", 0, 1)
    with pytest.raises(TypeError, match="a format must be a str"):
        memory.unpack(4, 0)
    with pytest.raises(IndexError):
        memory.unpack("65537s", 0)


# Closed memories


def test_a_closed_memory_is_a_closed_error(memory):
    memory.close()
    memory.close()
    assert memory.closed and repr(memory) == "<pulley.Memory, closed>"
    for use in (
            lambda: memory.size, lambda: memory.pages, lambda: memory.type, lambda: len(memory),
            lambda: memory.grow(1), lambda: memory.read(0, 1), lambda: memory.write(0, b"a"),
            lambda: memory.write(0, bytearray(1)), lambda: memory.read_cstr(0), lambda: memory[0],
            lambda: memory[-1], lambda: memory[0:1], lambda: memory.i32[0], lambda: memory.view(),
            lambda: memory.unpack("i", 0), lambda: list(memory), lambda: b"a" in memory,
            lambda: memory.notify(0), lambda: memory.__enter__()):
        with pytest.raises(pulley.ClosedError, match="this memory is closed"):
            use()


def test_an_instance_gives_a_new_memory_when_the_old_one_is_closed(instance):
    instance.memory.write(0, b"x")
    instance.memory.close()
    assert instance.memory.read(0, 1) == b"x"
    with instance.memory as memory:
        assert memory.read(0, 1) == b"x"
    assert memory.closed


def test_a_memory_outlives_its_instance(instance, memory):
    instance.store(5, 6)
    instance.close()
    assert memory[5] == 6
    assert memory.grow(1) == 1


def test_a_subclass_of_memory_can_be_closed():
    class Named(pulley.Memory):
        """A memory with a name."""

        name = "mine"

    named = Named(1)
    assert bytes(named.view("u8", 0, 1)) == b"\0"
    named.close()
    assert named.closed and named.name == "mine" and isinstance(named, Named)
    named.close()
    with pytest.raises(pulley.ClosedError):
        named.size


# Threads


@pytest.fixture
def running(instance):
    """An instance of which a guest runs on another thread until byte 1000 is not 0, and two objects
    for its memory."""
    raised = []
    memories = instance.memory, instance["memory"]

    def run():
        try:
            instance.wait(1000, timeout=60)
        except BaseException as error:
            raised.append(error)

    # A view does not take the instance from the thread that is to use it.
    view = memories[0].view()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while not view[999] and thread.is_alive():
        pass
    yield memories
    view[1000] = 1
    thread.join(60)
    assert not thread.is_alive() and not raised


def test_a_memory_is_read_and_written_while_a_guest_runs_on_another_thread(running):
    memory, _ = running
    memory.write(0, b"abc\0")
    memory.i32[8] = -7
    assert memory.read(0, 3) == memory[0:3] == bytes(memory.view("u8", 0, 3)) == b"abc"
    assert memory.read_cstr(0) == "abc" and memory.i32[8] == -7
    assert memory.size == len(memory) == 65536 and memory.type.limits.minimum == memory.pages == 1


def test_a_memory_does_not_grow_while_a_guest_runs_on_another_thread(running):
    memory, _ = running
    with pytest.raises(pulley.BusyError):
        memory.grow(1)
    assert memory.pages == 1


def test_a_memory_is_closed_while_a_guest_runs_on_another_thread(running):
    memory, other = running
    memory.close()
    with pytest.raises(pulley.ClosedError):
        memory.read(0, 1)
    assert other.read(0, 1) == b"\0"


def test_a_host_function_uses_the_memory_of_its_caller():
    module = pulley.load("""
      (module (import "env" "log" (func (param i32)))
        (memory (export "memory") 1 4)
        (data (i32.const 16) "a message\\00")
        (func (export "run") (call 0 (i32.const 16))))""")
    found = []

    def log(address):
        memory = instance.memory
        found.append(memory.read_cstr(address))
        memory.grow(1)
        memory.write(memory.size - 1, b"\1")
        memory.u8[address] += 1

    instance = pulley.Instance(module, imports={"env": {"log": log}})
    instance.run()
    assert found == ["a message"]
    assert instance.memory.read_cstr(16) == "b message"
    assert instance.memory[131071] == 1
