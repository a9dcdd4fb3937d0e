"""Views of memories: the buffer protocol, typed views, and what they survive."""

import gc
import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import weakref

import pytest

import pulley

GUEST = """
(module
  (memory (export "memory") 1 16)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
"""

#: No system can reserve address space for a memory of this limit, so that it moves when it grows.
UNLIMITED = 1 << 60


@pytest.fixture
def instance():
    return pulley.Instance(pulley.load(GUEST))


@pytest.fixture
def memory(instance):
    return instance.memory


@pytest.fixture
def moving():
    """A memory of one page that moves when it grows."""
    return pulley.Memory(1, address_bits=64, engine=pulley.Engine(memory_limit=UNLIMITED))


# The buffer protocol


def test_a_memoryview_shares_the_bytes_of_the_guest(instance, memory):
    view = memoryview(memory)
    assert (view.nbytes, view.format, view.itemsize, view.shape) == (65536, "B", 1, (65536,))
    assert view.contiguous and not view.readonly
    view[7] = 8
    assert instance.load(7) == 8
    instance.store(7, 9)
    assert view[7] == 9


def test_consumers_of_buffers_take_a_memory(memory):
    memory.write(0, b"\1\0\0\0\2\0\0\0")
    assert struct.unpack_from("<II", memory, 0) == (1, 2)
    struct.pack_into("<I", memory, 4, 5)
    assert bytes(memory)[:5] == b"\1\0\0\0\5"
    assert bytearray(memory)[4] == 5
    assert b"".join([memory])[4] == 5
    assert io.BytesIO(b"read").readinto(memory) == 4
    written = io.BytesIO()
    assert written.write(memory) == 65536
    assert written.getvalue()[:5] == memory.read(0, 5) == b"read\5"
    assert int.from_bytes(memory[0:2], "little") == 0x6572


def test_a_buffer_with_a_format_of_its_own_is_not_needed(memory):
    # A consumer of the simple kind asks for no format, shape or strides.
    assert bytearray(b"ab").join([memory, memory])[65535:65538] == b"\0ab"


def test_views_of_a_memory_are_the_same_bytes(memory):
    one, two = memoryview(memory), memoryview(memory)
    one[3] = 4
    assert two[3] == 4
    one.release()
    assert two[3] == 4
    assert memory.view()[3] == 4


def test_a_released_view_gives_its_bytes_no_more(memory):
    view = memoryview(memory)
    with view:
        pass
    with pytest.raises(ValueError, match="released"):
        view[0]


def test_an_empty_memory_has_an_empty_view():
    empty = pulley.Memory(0, 2)
    view = memoryview(empty)
    assert view.nbytes == 0 and bytes(empty) == b"" and list(empty) == []
    assert list(empty.view("f64")) == [] and list(empty.view("i32", 0, 0)) == []
    assert empty.grow(1) == 0
    assert view.nbytes == 0 and memoryview(empty).nbytes == 65536


def test_a_closed_memory_has_no_views(memory):
    memory.close()
    # Before Python 3.12, an object of Python cannot give its own exception here.
    with pytest.raises((TypeError, pulley.ClosedError), match="closed|closed Memory"):
        memoryview(memory)
    with pytest.raises((TypeError, pulley.ClosedError)):
        bytes(memory)
    with pytest.raises((TypeError, pulley.ClosedError)):
        struct.unpack_from("<I", memory, 0)


def test_a_subclass_of_memory_has_views_until_it_is_closed():
    class Named(pulley.Memory):
        pass

    named = Named(1)
    view = memoryview(named)
    view[5] = 6
    assert named[5] == 6
    named.close()
    with pytest.raises((TypeError, pulley.ClosedError)):
        memoryview(named)
    assert view[5] == 6
    assert memoryview(Named(1)).nbytes == 65536


# Typed views


@pytest.mark.parametrize("name, format, value", [
    ("i8", "b", -1), ("u8", "B", 255), ("i16", "h", -2), ("u16", "H", 65534), ("i32", "i", -3),
    ("u32", "I", 2**32 - 3), ("i64", "q", -4), ("u64", "Q", 2**64 - 4), ("f32", "f", -0.5),
    ("f64", "d", 0.1)])
def test_a_typed_view_has_values_at_an_address(memory, name, format, value):
    # Addresses need not be aligned.
    view = memory.view(name, 13, 10)
    assert (view.format, len(view), view.itemsize) == (format, 10, struct.calcsize(format))
    view[2] = value
    assert view[2] == view.tolist()[2] == value and view[1] == 0
    assert getattr(memory, name)[13 + 2 * view.itemsize] == value
    assert memory.unpack(format, 13 + 2 * view.itemsize) == (value,)


def test_a_typed_view_ends_where_the_memory_does(memory):
    assert len(memory.view("f64")) == 8192
    assert len(memory.view("f64", 1)) == 8191
    assert len(memory.view("f64", 65536 - 8)) == 1
    assert len(memory.view("f64", 65536 - 7)) == 0
    assert len(memory.view("i32", 65536)) == 0
    assert len(pulley.Memory(7, page_size=1).view("i32")) == 1


def test_a_typed_view_may_be_named_by_a_type_of_the_package(memory):
    assert memory.view(pulley.u16).format == "H"


@pytest.mark.parametrize("name", ["i128", "int", "i", "", None, 4, int])
def test_an_unknown_type_of_view_is_a_value_error(memory, name):
    with pytest.raises(ValueError, match="not a type of views: use one of i8, u8"):
        memory.view(name)


@pytest.mark.parametrize("address, count", [
    (65533, 1), (0, 16385), (65536, 1), (65537, None), (65537, 0), (-4, 1), (0, 2**62), (0, 2**64),
    (2**64, None)])
def test_a_typed_view_beyond_the_memory_is_an_index_error(memory, address, count):
    with pytest.raises(IndexError, match="out of range"):
        memory.view("i32", address, count)


def test_numpy_shares_the_bytes_of_the_guest(instance, memory):
    numpy = pytest.importorskip("numpy")
    array = numpy.frombuffer(memory, "<f4", 100, 16)
    array[:] = range(100)
    assert memory.f32[16 + 4 * 99] == 99.0
    instance.store(16 + 3, 0x40)
    assert array[0] == 2.0
    assert array.flags.writeable and not array.flags.owndata
    assert numpy.asarray(memory).shape == (65536,)
    assert numpy.asarray(memory.view("i16", 2, 5)).dtype == numpy.int16
    memory.write(0, numpy.arange(4, dtype="<u2"))
    assert memory.unpack("HHHH", 0) == (0, 1, 2, 3)
    memory.write(0, numpy.arange(16, dtype="u1").reshape(4, 4)[:, ::2])
    assert memory.read(0, 8) == bytes(range(0, 16, 2))
    assert memory.i32[numpy.int64(0)] == 0x06040200


# What views survive


def test_a_view_keeps_its_length_when_the_memory_grows(instance, memory):
    view = memoryview(memory)
    assert instance.grow(1) == 1
    assert memory.grow(1) == 2
    assert view.nbytes == 65536 and memoryview(memory).nbytes == 3 * 65536
    view[100] = 1
    assert instance.load(100) == 1 and memoryview(memory)[100] == 1


def test_a_numpy_array_stays_valid_when_the_memory_grows(instance, memory):
    numpy = pytest.importorskip("numpy")
    array = numpy.frombuffer(memory, "u1")
    for _ in range(15):
        instance.grow(1)
    assert memory.pages == 16
    array[:] = 3
    assert instance.load(65535) == 3 and instance.load(65536) == 0


def numpy_view(memory):
    return pytest.importorskip("numpy").frombuffer(memory, "u1", 5, 10)


def numpy_slice(memory):
    return pytest.importorskip("numpy").asarray(memory)[10:15]


@pytest.fixture(params=[
    lambda memory: memory.view("u8", 10, 5), lambda memory: memoryview(memory)[10:15],
    numpy_view, numpy_slice], ids=["view", "memoryview", "numpy", "numpy slice"])
def view_of(request):
    """Makes a view of the 5 bytes from 10."""
    return request.param


@pytest.mark.parametrize("closing", ["memory", "instance", "both", "deletion"])
def test_a_view_outlives_its_memory_and_instance(closing, view_of):
    instance = pulley.Instance(pulley.load(GUEST))
    memory = instance.memory
    view = view_of(memory)
    if closing in ("memory", "both"):
        memory.close()
    if closing in ("instance", "both"):
        instance.close()
    del memory, instance
    gc.collect()
    view[4] = 5
    assert bytes(view) == b"\0\0\0\0\5"


def test_views_of_all_kinds_outlive_everything():
    numpy = pytest.importorskip("numpy")
    instance = pulley.Instance(pulley.load(GUEST))
    instance.memory.write(0, b"0123456789")
    array = numpy.frombuffer(instance.memory, "u1")[2:8][::2]
    inner = memoryview(memoryview(instance.memory)[1:9])[1:]
    del instance
    gc.collect()
    # The addresses of what was released are used again.
    others = [pulley.Memory(1, 1) for _ in range(20)]
    for other in others:
        other.view()[:] = b"x" * 65536
    assert array.tobytes() == b"246" and bytes(inner) == b"2345678"


def test_a_memory_is_released_with_its_last_view():
    engine = pulley.Engine()
    made = pulley.Memory(3, 5, engine=engine)
    view = memoryview(made)
    part = view[5:7]
    made.close()
    view.release()
    assert engine.usage("memory") == 3 * 65536
    del part
    gc.collect()
    assert engine.usage("memory") == 0


def test_views_do_not_keep_an_instance():
    instance = pulley.Instance(pulley.load(GUEST))
    view = memoryview(instance.memory)
    gone = weakref.ref(instance)
    del instance
    gc.collect()
    assert gone() is None and view[0] == 0


@pytest.mark.parametrize("first", ["user", "view"])
def test_finalizers_of_a_cycle_may_use_a_view(first, view_of):
    # Without NumPy this skips the test, before there is a user that has no view yet.
    view_of(pulley.Memory(1))
    engine = pulley.Engine()
    seen = []

    class User:
        def __del__(self):
            self.view[0] = 5
            seen.append(self.view[0])

    def make():
        memory = pulley.Memory(1, engine=engine)
        memory.write(0, b"x")
        if first == "user":
            user = User()
            user.view = view_of(memory)
        else:
            view = view_of(memory)
            user = User()
            user.view = view
        user.itself = [user, memory, user.view]

    make()
    gc.collect()
    assert seen == [5]
    assert engine.usage("memory") == 0


def test_a_host_function_that_holds_a_view_of_its_guest_is_collected(view_of):
    module = pulley.load("""
      (module (import "env" "f" (func)) (memory (export "memory") 1)
        (func (export "run") (call 0)))""")
    engine = module.engine
    gc.collect()
    before = engine.usage("memory")

    def make():
        def count():
            view[0] += 1

        instance = pulley.Instance(module, imports={"env": {"f": count}})
        view = view_of(instance.memory)
        instance.run()
        assert instance.memory[10] == 1
        return weakref.ref(count)

    gone = make()
    gc.collect()
    assert gone() is None
    assert engine.usage("memory") == before


# Memories that would move


def test_growth_that_would_move_a_memory_with_a_view_is_refused(moving, view_of):
    view = view_of(moving)
    view[0] = 7
    with pytest.raises(pulley.LimitError, match="pinned"):
        moving.grow(1)
    assert moving.pages == 1 and view[0] == 7
    del view
    assert moving.grow(1) == 1
    assert moving[10] == 7 and moving.pages == 2


def test_a_guest_cannot_move_a_memory_with_a_view(moving):
    engine = pulley.Engine(memory_limit=UNLIMITED)
    instance = pulley.Instance(pulley.load("""
      (module (memory (export "memory") i64 1)
        (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0))))""", engine))
    view = instance.memory.view("u8", 3, 3)
    view[0] = 1
    assert instance.grow(1) == -1
    assert instance.memory[3] == view[0] == 1
    del view
    assert instance.grow(1) == 1
    assert instance.memory[3] == 1


def test_every_view_holds_the_memory_until_it_is_gone(moving):
    views = [memoryview(moving), moving.view("i32", 4, 4), moving.view("u8", 9, 0)]
    views.append(memoryview(views[0])[5:])
    while views:
        with pytest.raises(pulley.LimitError):
            moving.grow(1)
        views.pop(0)
    assert moving.grow(1) == 1


def test_copies_do_not_hold_a_memory(moving):
    moving.write(0, bytearray(b"abc\0"))
    assert moving.read(0, 3) == moving[0:3] == b"abc" and moving.read_cstr(0) == "abc"
    assert b"abc" in moving and sum(moving) == sum(b"abc")
    moving.i32[4] = 1
    assert moving.i32[4] == 1 and bytes(moving)[4] == 1
    for pages in range(1, 10):
        assert moving.grow(1) == pages
    assert moving.read_cstr(0) == "abc"


def test_a_view_of_an_empty_memory_does_not_hold_it():
    empty = pulley.Memory(0, address_bits=64, engine=pulley.Engine(memory_limit=UNLIMITED))
    view = memoryview(empty)
    assert empty.grow(1) == 0
    assert empty.grow(5) == 1
    assert view.nbytes == 0


def test_a_memory_moves_between_views(moving):
    for pages in range(1, 6):
        moving[pages] = pages
        with memoryview(moving) as view:
            assert view.nbytes == pages * 65536
            assert list(view[1:pages + 1]) == list(range(1, pages + 1))
        del view
        assert moving.grow(1) == pages


# Threads and processes


def test_views_are_made_and_dropped_on_several_threads():
    memory = pulley.Memory(1, 4)
    raised = []

    def work(number):
        try:
            for round in range(300):
                view = memory.view("u32", 4 * number, 1)
                view[0] = round
                assert memory.u32[4 * number] == round == memory.view("u32", 4 * number)[0]
                memory.write(1000 + number, bytearray(b"z"))
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert not raised and list(memory.view("u32", 0, 4)) == [299] * 4


def test_a_memory_is_closed_while_other_threads_use_it():
    for _ in range(20):
        memory = pulley.Memory(1, 1)
        raised = []
        started = threading.Barrier(3)

        def work():
            started.wait(60)
            try:
                while True:
                    memory.i32[0] = 1
                    memory.read(0, 65536)
                    memory.view("i32", 0, 4)[0]
                    memory.write(0, bytearray(8))
            except BaseException as error:
                raised.append(error)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        started.wait(60)
        memory.close()
        for thread in threads:
            thread.join(60)
        assert [type(error) for error in raised] == [pulley.ClosedError] * 2


def test_the_last_view_may_be_dropped_while_a_guest_runs_on_another_thread():
    instance = pulley.Instance(pulley.load("""
      (module (memory (export "memory") 1)
        (func (export "wait") (i32.store8 (i32.const 1) (i32.const 1))
          (loop (br_if 0 (i32.eqz (i32.load8_u (i32.const 0)))))))"""))
    memory = instance.memory
    views = [memoryview(memory), memory.view("u8", 0, 2)]
    thread = threading.Thread(target=instance.wait, daemon=True)
    thread.start()
    while not views[1][1] and thread.is_alive():
        pass
    del views[0]
    gc.collect()
    memory.view("u8", 8)[0] = 1
    views[0][0] = 1
    thread.join(60)
    assert not thread.is_alive()
    assert memory.grow(1) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_process_has_its_own_copy_of_a_memory(instance, memory):
    memory.write(0, b"parent")
    view = memoryview(memory)
    with warnings.catch_warnings():
        # Python 3.12 and later warn of other threads, which this package starts.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 1
        try:
            same = bytes(view[:6]) == b"parent"
            view[0] = ord("P")
            instance.store(1, ord("A"))
            grown = instance.grow(1) == 1 and memory.grow(1) == 2
            new = bytes(memoryview(memory)[:6])
            if same and grown and new == bytes(view[:6]) == b"PArent" and memory.size == 3 * 65536:
                del view
                memory.close()
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert memory.read(0, 6) == bytes(view[:6]) == b"parent" and memory.pages == 1


AT_EXIT = """
import atexit, pulley
class Late:
    def __init__(self, view):
        self.view = view
    def __del__(self):
        self.view[0] = 5
        assert self.view[0] == 5
instance = pulley.Instance(pulley.load('(module (memory (export "memory") 1))'))
memory = instance.memory
late = Late(memoryview(memory))
later = [Late(memory.view("u8", 5))]
later.append(later)
atexit.register(lambda: memory.write(0, b"end"))
print("ok")
"""


def test_views_stay_valid_while_the_interpreter_exits():
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", AT_EXIT], capture_output=True, text=True,
        timeout=100)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
