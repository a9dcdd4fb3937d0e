"""Exceptions of host functions come out of the guest's call as themselves."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import ctypes
import gc
import signal
import subprocess
import sys
import textwrap
import threading
import traceback
import weakref
from typing import Any, List

import pulley
import pytest

CALLER = """(module $guest
  (import "env" "f" (func $f (param i32) (result i32)))
  (table 2 funcref) (elem (i32.const 0) $run $stop)
  (memory (export "memory") 1)
  (func $run (export "run") (param i32) (result i32) (call $f (local.get 0)))
  (func $stop (export "stop") (param i32) (result i32) unreachable)
  (func (export "outer") (param i32) (result i32)
    (i32.add (i32.const 100) (call $run (local.get 0)))))"""


def instance_with(function, text=CALLER, **options):
    return pulley.Instance(pulley.load(text, **options), {"env": {"f": function}})


class Special(Exception):
    pass


def raising(exception):
    def function(x):
        raise exception

    return function


@pytest.mark.parametrize("exception", [
    Special("a reason"), ValueError("two\nlines"), KeyError("key"), RuntimeError("\0\x1b[31m"),
    RuntimeError("\ud800"), RuntimeError("x" * 100_000), Special(), OSError(2, "no file"),
    KeyboardInterrupt(), SystemExit(3), GeneratorExit(), StopIteration(1), RecursionError("deep"),
    pulley.Trap("like a guest's"), pulley.Exit(7), pulley.LinkError("missing"),
    RuntimeError("[exception 1 of Python]")])
def test_an_exception_of_a_host_function_comes_out_as_itself(exception):
    instance = instance_with(raising(exception))
    with pytest.raises(type(exception)) as caught:
        instance.outer(1)
    assert caught.value is exception


def test_the_traceback_has_the_frame_of_the_host_function():
    def culprit(x):
        return 1 // x

    instance = instance_with(culprit)
    with pytest.raises(ZeroDivisionError) as caught:
        instance.run(0)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "culprit" in names
    assert names.index("test_the_traceback_has_the_frame_of_the_host_function") == 0


def test_the_notes_have_the_frames_of_the_guest():
    instance = instance_with(raising(Special("a reason")))
    with pytest.raises(Special) as caught:
        instance.outer(1)
    (note,) = caught.value.__notes__
    assert "guest!run" in note and "guest!outer" in note
    assert note.index("run") < note.index("outer")


def test_an_exception_without_room_for_notes_comes_out_all_the_same():
    class Slotted(Exception):
        __slots__ = ()

        def __setattr__(self, name, value):
            raise AttributeError(name)

    instance = instance_with(raising(Slotted()))
    with pytest.raises(Slotted):
        instance.run(1)


def test_an_exception_that_cannot_be_shown_comes_out_all_the_same():
    class Unshown(Exception):
        def __str__(self):
            raise ValueError("not shown")

    instance = instance_with(raising(Unshown()))
    with pytest.raises(Unshown):
        instance.run(1)


def test_an_instance_is_usable_after_an_exception():
    results = []

    def function(x):
        if x < 0:
            raise Special
        return x

    instance = instance_with(function)
    for number in range(200):
        with pytest.raises(Special):
            instance.run(-1)
        results.append(instance.run(number))
    assert results == list(range(200))


def test_an_exception_passes_through_several_guests_and_gathers_their_frames():
    inner = instance_with(raising(Special("deep")))
    middle = instance_with(lambda x: inner.outer(x))
    outer = instance_with(lambda x: middle.run(x))
    with pytest.raises(Special, match="deep") as caught:
        outer.run(1)
    assert len(caught.value.__notes__) == 3
    assert "outer" in caught.value.__notes__[0]


def test_a_python_function_in_the_middle_can_catch_an_exception():
    inner = instance_with(raising(Special("caught")))

    def function(x):
        try:
            return inner.run(x)
        except Special as error:
            return 40 + len(str(error))

    outer = instance_with(function)
    assert outer.run(1) == 46
    assert outer.outer(1) == 146


def test_a_python_function_in_the_middle_can_replace_an_exception():
    inner = instance_with(raising(Special("first")))

    def function(x):
        try:
            return inner.run(x)
        except Special as error:
            raise ValueError("second") from error

    with pytest.raises(ValueError, match="second") as caught:
        instance_with(function).run(1)
    assert isinstance(caught.value.__cause__, Special)


def test_a_trap_of_a_guest_called_by_a_host_function_comes_out_as_a_trap():
    inner = instance_with(int)
    outer = instance_with(lambda x: inner.stop(x))
    with pytest.raises(pulley.Trap) as caught:
        outer.run(1)
    assert caught.value.code == "unreachable"
    assert [frame.function for frame in caught.value.frames] == ["stop"]
    assert "run" in caught.value.__notes__[-1]


def test_a_guest_calls_itself_through_python_and_the_innermost_exception_comes_out():
    def function(x):
        if x == 0:
            raise Special("bottom")
        return instance.run(x - 1)

    instance = instance_with(function)
    with pytest.raises(Special, match="bottom") as caught:
        instance.run(20)
    assert len(caught.value.__notes__) == 21


@pytest.mark.parametrize("level", [0, 1, 5])
def test_an_exception_caught_at_any_level_of_recursion_ends_there(level):
    def function(x):
        if x == 0:
            raise Special
        try:
            return instance.run(x - 1)
        except Special:
            if x != level + 1:
                raise
            return 1000 * x

    instance = instance_with(function)
    assert instance.run(8) == 1000 * (level + 1)


def test_endless_recursion_through_a_guest_is_a_recursion_error():
    depth = 0

    def function(x):
        nonlocal depth
        depth += 1
        return instance.run(x)

    instance = instance_with(function)
    with pytest.raises(RecursionError):
        instance.run(1)
    assert depth > 20
    instance = instance_with(lambda x: x)
    assert instance.run(1) == 1


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("signature", [None, "i32(i32)"])
def test_a_call_near_the_limit_of_recursion_fails_or_gives_the_right_result(nested, signature):
    linker = pulley.Linker()
    linker.define("env", "f", lambda x: x + 1, signature=signature)
    instance = linker.instantiate(pulley.load(CALLER))
    run = instance_with(lambda x: instance.run(x)).run if nested else instance.run

    def at_depth(depth):
        return run(7) if depth == 0 else at_depth(depth - 1)

    limit = sys.getrecursionlimit()
    outcomes = set()
    for depth in range(1, limit):
        try:
            outcomes.add(at_depth(depth))
        except RecursionError:
            outcomes.add(RecursionError)
    assert outcomes == {8, RecursionError}


def test_recursion_beyond_the_stack_of_the_thread_is_an_exception():
    program = textwrap.dedent(f"""
        import sys, pulley
        sys.setrecursionlimit(10 ** 6)
        module = pulley.load({CALLER!r})
        instance = pulley.Instance(module, {{"env": {{"f": lambda x: instance.run(x)}}}})
        try:
            instance.run(1)
        except (RecursionError, pulley.Trap) as error:
            print(type(error).__name__)
        """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() in ("RecursionError", "Trap")
    assert done.stderr == "" and done.returncode == 0


def test_an_exception_of_the_start_function_comes_out_of_instantiate():
    module = pulley.load("""(module (import "env" "f" (func $f)) (start $s)
      (func $s (call $f)))""")

    def function():
        raise Special("at the start")

    with pytest.raises(Special, match="at the start"):
        pulley.Instance(module, {"env": {"f": function}})


def test_an_exception_of_a_function_of_values_comes_out_as_itself():
    module = pulley.load("""(module (import "env" "f" (func $f (param externref) (result i32 i64)))
      (func (export "run") (param externref) (result i32 i64) (call $f (local.get 0))))""")
    exception = Special("with values")

    def function(x):
        raise x

    instance = pulley.Instance(module, {"env": {"f": function}})
    with pytest.raises(Special) as caught:
        instance.run(exception)
    assert caught.value is exception


def test_exceptions_of_several_threads_are_not_mixed_up():
    module = pulley.load(CALLER)
    failures: List[Any] = []

    def work(number):
        class Own(Exception):
            pass

        def function(x):
            raise Own(number, x)

        instance = pulley.Instance(module, {"env": {"f": function}})
        for count in range(300):
            try:
                instance.outer(count)
                failures.append("no exception")
            except Own as error:
                if error.args != (number, count):
                    failures.append(error.args)
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_finalizer_that_uses_a_guest_does_not_disturb_a_passing_exception():
    other = instance_with(raising(KeyError("of the finalizer")))
    finalized = []

    class Failing(Exception):
        def __str__(self):
            # The library is told of this exception while it asks for its text.
            with pytest.raises(KeyError):
                other.run(1)
            finalized.append(True)
            return "failing"

    exception = Failing()
    instance = instance_with(raising(exception))
    with pytest.raises(Failing) as caught:
        instance.run(1)
    assert caught.value is exception and finalized


def test_an_exception_is_freed_without_the_garbage_collector():
    class Carried:
        pass

    def function(x):
        error = Special(Carried())
        alive.append(weakref.ref(error.args[0]))
        try:
            raise error
        finally:
            del error

    alive: List[Any] = []
    instance = instance_with(function)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            try:
                instance.run(1)
            except Special:
                pass
        assert [reference() for reference in alive] == [None, None, None]
    finally:
        gc.enable()


LOOP = """(module (import "env" "f" (func $f (param i32) (result i32)))
  (import "env" "raise" (func $raise (param i32) (result i32)))
  (func (export "signal_and_call") (param i32) (result i32)
    (drop (call $raise (local.get 0))) (call $f (i32.const 5)))
  (func (export "forever") (loop $l (drop (call $f (i32.const 1))) (br $l))))"""


def raise_function():
    function = ctypes.CDLL(None)["raise"]
    function.argtypes = [ctypes.c_int]
    return function


def test_a_keyboard_interrupt_that_waits_for_a_host_function_is_not_lost():
    module = pulley.load(LOOP)
    for _ in range(20):
        instance = pulley.Instance(
            module, {"env": {"f": lambda x: x, "raise": raise_function()}})
        # The handler of Python runs when the guest calls the next function of Python.
        with pytest.raises(KeyboardInterrupt):
            instance.signal_and_call(signal.SIGINT)


def test_an_exception_of_any_signal_handler_is_not_lost():
    class Alarm(Exception):
        pass

    def handler(number, frame):
        raise Alarm(number)

    previous = signal.signal(signal.SIGUSR1, handler)
    try:
        instance = pulley.Instance(
            pulley.load(LOOP), {"env": {"f": lambda x: x, "raise": raise_function()}})
        for _ in range(20):
            with pytest.raises(Alarm) as caught:
                instance.signal_and_call(signal.SIGUSR1)
            assert caught.value.args == (signal.SIGUSR1,)
    finally:
        signal.signal(signal.SIGUSR1, previous)


def test_a_signal_handler_that_returns_lets_the_guest_go_on():
    calls = []
    previous = signal.signal(signal.SIGUSR1, lambda number, frame: calls.append(number))
    try:
        instance = pulley.Instance(
            pulley.load(LOOP), {"env": {"f": lambda x: 2 * x, "raise": raise_function()}})
        assert instance.signal_and_call(signal.SIGUSR1) == 10
        assert calls == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, previous)


def test_ctrl_c_ends_a_guest_that_calls_python_forever():
    instance = pulley.Instance(
        pulley.load(LOOP), {"env": {"f": lambda x: x, "raise": raise_function()}})
    main = threading.main_thread().ident or 0
    timer = threading.Timer(0.1, lambda: signal.pthread_kill(main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        instance.forever()
    timer.join()


def test_a_time_limit_ends_a_guest_that_calls_python_forever():
    instance = pulley.Instance(
        pulley.load(LOOP), {"env": {"f": lambda x: x, "raise": raise_function()}})
    with pytest.raises(pulley.Timeout):
        instance.forever(timeout=0.1)


def test_an_exception_of_a_host_function_called_by_c_comes_out_as_itself():
    # The guest calls qsort, which calls the guest's comparison, which calls Python.
    module = pulley.load("""(module
      (import "env" "qsort" (func $qsort (param i32 i32 i32 i32)))
      (import "env" "compare" (func $compare (param i32 i32) (result i32)))
      (memory (export "memory") 1) (table 2 funcref) (elem (i32.const 1) $c)
      (func $c (param i32 i32) (result i32)
        (call $compare (i32.load (local.get 0)) (i32.load (local.get 1))))
      (func (export "run") (i32.store (i32.const 16) (i32.const 9))
        (i32.store (i32.const 20) (i32.const 3))
        (call $qsort (i32.const 16) (i32.const 2) (i32.const 4) (i32.const 1)))
      (func (export "get") (param i32) (result i32) (i32.load (local.get 0))))""")
    qsort = ctypes.CDLL(None).qsort

    def linked(compare):
        linker = pulley.Linker()
        linker.define(
            "env", "qsort", qsort, signature="void(ptr, size_t, size_t, callback(int(ptr, ptr)))")
        linker["env"]["compare"] = compare
        return linker.instantiate(module)

    good = linked(lambda a, b: a - b)
    good.run()
    assert (good.get(16), good.get(20)) == (3, 9)
    exception = Special("in a comparison")

    def failing(a, b):
        raise exception

    with pytest.raises(Special) as caught:
        linked(failing).run()
    assert caught.value is exception
