"""Threads and guests."""

from __future__ import annotations

import gc
import queue
import sys
import threading
import time
from typing import Any, Callable, List

import pytest

import pulley

GUEST = """(module
  (import "env" "call" (func $call (param i32) (result i32)))
  (memory (export "memory") 1)
  (table (export "table") 4 funcref)
  (global (export "global") (mut i32) (i32.const 0))
  (func (export "host") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "forever") (loop br 0))
  (func (export "count") (loop
    (global.set 0 (i32.add (global.get 0) (i32.const 1)))
    (br_if 0 (i32.lt_u (global.get 0) (i32.const 1000)))))
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"""

WAITING = """(module
  (import "env" "memory" (memory 1 1 shared))
  (func (export "wait") (result i32)
    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
  (func (export "notify") (result i32)
    (memory.atomic.notify (i32.const 0) (i32.const 1)))
  (func (export "load") (result i32) (i32.atomic.load (i32.const 8)))
  (func (export "bump") (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1))))
  (func (export "until") (param i32)
    (loop (br_if 0 (i32.lt_u (i32.atomic.load (i32.const 8)) (local.get 0))))))"""

SHARED = '(module (memory (export "memory") 1 1 shared))'


def make(call: Callable[[int], int] = lambda x: x) -> Any:
    return pulley.Instance(pulley.load(GUEST), {"env": {"call": call}})


def in_thread(function: Callable[[], Any]) -> Any:
    """The result of a function on another thread, or the exception that it raised."""
    found: List[Any] = []

    def run() -> None:
        try:
            found.append(function())
        except BaseException as raised:
            raised.__traceback__ = None
            found.append(raised)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    return found.pop()


class Busy:
    """A guest that another thread is in while the block runs: in a host function."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.leave = threading.Event()
        self.results: List[Any] = []

        def call(x: int) -> int:
            self.entered.set()
            assert self.leave.wait(60)
            return x

        self.guest = make(call)
        self.table, self.variable = self.guest.table, self.guest["global"]
        self.add = self.guest.add

    def __enter__(self) -> "Busy":
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.entered.wait(60)
        return self

    def _run(self) -> None:
        self.results.append(self.guest.host(7))

    def __exit__(self, *_: object) -> None:
        self.leave.set()
        self.thread.join(60)
        assert self.results == [7]


USES = {
    "a call": lambda busy: busy.add(1, 2),
    "a call with a limit": lambda busy: busy.add(1, 2, timeout=5),
    "a call of another export": lambda busy: busy.guest.forever(timeout=5),
    "a call by name": lambda busy: busy.guest.call("add", 1, 2),
    "reading a global": lambda busy: busy.variable.value,
    "writing a global": lambda busy: setattr(busy.variable, "value", 3),
    "reading a table": lambda busy: busy.table[0],
    "writing a table": lambda busy: busy.table.__setitem__(0, None),
    "growing a table": lambda busy: busy.table.grow(1),
    "the size of a table": lambda busy: len(busy.table),
    "looking at its memory": lambda busy: busy.guest.memory,
    "releasing objects": lambda busy: busy.guest.release_objects(),
    "initializing": lambda busy: busy.guest.initialize(),
    "allocating": lambda busy: busy.guest.allocate(8),
    "linking": lambda busy: pulley.Instance(
        pulley.load('(module (import "a" "add" (func (param i32 i32) (result i32))))'),
        {"a": {"add": busy.add}}),
}


@pytest.mark.parametrize("use", USES)
def test_an_instance_that_another_thread_uses_is_busy(no_leaks: None, use: str) -> None:
    with Busy() as busy:
        with pytest.raises(pulley.BusyError, match="another thread is using this instance"):
            USES[use](busy)
        assert busy.guest.module.exports
        assert "add" in repr(busy.guest)
    assert busy.add(1, 2) == 3
    assert busy.guest.host(3) == 3
    del busy
    gc.collect()


def test_instances_that_are_linked_to_a_busy_one_are_busy(no_leaks: None) -> None:
    busy = Busy()
    other: Any = pulley.Instance(
        pulley.load('''(module (import "a" "add" (func $add (param i32 i32) (result i32)))
            (func (export "f") (result i32) (call $add (i32.const 1) (i32.const 2))))'''),
        {"a": {"add": busy.add}})
    function = other.f
    with busy:
        with pytest.raises(pulley.BusyError):
            function()
    assert function() == 3
    del busy
    gc.collect()


def test_closing_what_another_thread_uses_waits_until_it_has_finished(no_leaks: None) -> None:
    with Busy() as busy:
        busy.add.close()
        busy.table.close()
        busy.guest.close()
        assert busy.guest.closed and busy.add.closed
        with pytest.raises((pulley.ClosedError, pulley.BusyError)):
            busy.add(1, 2)
    with pytest.raises(pulley.ClosedError):
        busy.add(1, 2)
    del busy
    gc.collect()


def test_objects_of_a_busy_instance_can_be_collected_by_any_thread(no_leaks: None) -> None:
    with Busy() as busy:
        for _ in range(100):
            busy.guest.__dict__["_found"].clear()
            busy.table = busy.variable = busy.add = None
            gc.collect(0)
    del busy
    gc.collect()


def test_an_instance_is_handed_from_thread_to_thread(no_leaks: None) -> None:
    guest = make()
    work: "queue.Queue[Any]" = queue.Queue()
    answers: "queue.Queue[Any]" = queue.Queue()

    def run() -> None:
        while True:
            instance = work.get()
            if instance is None:
                return
            try:
                answers.put(instance.add(1, 2) + instance.host(3))
            except BaseException as raised:
                answers.put(raised)
            del instance

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(500):
        work.put(guest)
        assert answers.get() == 6
        assert guest.host(2) == 2
    for _ in threads:
        work.put(None)
    for thread in threads:
        thread.join()


def test_threads_that_compete_for_an_instance_either_use_it_or_get_busy_errors(
        no_leaks: None) -> None:
    guest = make(lambda x: x + 1)
    wrong: List[Any] = []
    done = [0] * 6

    def run(index: int) -> None:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            try:
                value = guest.host(index)
                if value != index + 1:
                    wrong.append(value)
                guest.table[0] = guest.add
                guest.add(1, 2, timeout=30)
                done[index] += 1
            except pulley.BusyError:
                pass
            except BaseException as raised:
                wrong.append(raised)

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=run, args=(index,)) for index in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert not wrong
    assert sum(done) > 10
    assert guest.host(1) == 2


def test_a_thread_that_finds_no_frame_although_there_was_one_makes_its_own(
        monkeypatch: pytest.MonkeyPatch) -> None:
    class Raced(List[Any]):
        """As if another thread took each frame just before it is popped."""

        def __len__(self) -> int:
            return 1

    guest = make(lambda x: x + 1)
    assert guest.add(1, 2) == 3
    monkeypatch.setitem(type(guest.add).__call__.__globals__, "frames", Raced())
    assert guest.add(1, 2) == 3


def test_threads_may_link_instances_to_one_another_while_others_use_them(no_leaks: None) -> None:
    """Groups merge all the time, while other threads try to enter them."""
    module = pulley.load("""(module
        (import "a" "f" (func $f (param i32) (result i32)))
        (func (export "f") (param i32) (result i32)
            (call $f (i32.add (local.get 0) (i32.const 1)))))""")
    inside = threading.Lock()
    wrong: List[Any] = []
    linked = [0]

    def base(x: int) -> int:
        # All instances are linked to one, so that no two threads may be here at once.
        if not inside.acquire(False):
            wrong.append("two threads are in linked instances")
            return x
        try:
            for _ in range(30):
                pass
            return x
        finally:
            inside.release()

    for _ in range(12):
        root = pulley.Instance(module, {"a": {"f": base}})
        known: List[Any] = [root]
        end = time.monotonic() + 0.2

        def run(seed: int) -> None:
            number = seed
            while time.monotonic() < end:
                number += 1
                try:
                    chosen = known[number % len(known)]
                    if number % 3 == 0:
                        known.append(pulley.Instance(module, {"a": {"f": chosen.f}}))
                        linked[0] += 1
                    else:
                        chosen.f(number)
                except pulley.BusyError:
                    pass
                except BaseException as raised:
                    wrong.append(raised)

        switching = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(switching)
        assert not wrong
        assert root.f(1) == 2
        del root, known, run
    assert linked[0] > 20
    gc.collect()


def test_many_threads_use_instances_of_their_own(no_leaks: None) -> None:
    module = pulley.load(GUEST)

    def work() -> int:
        total = 0
        for index in range(20):
            guest: Any = pulley.Instance(module, {"env": {"call": lambda x: x * 2}})
            total += guest.host(index)
            guest.count()
            total += guest["global"].value
        return total

    results: List[Any] = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [380 + 20000] * 8


def test_python_runs_while_a_guest_runs(no_leaks: None) -> None:
    guest = make()
    thread = threading.Thread(target=lambda: in_thread_quietly(guest.forever))
    thread.start()
    for _ in range(3):
        time.sleep(0.01)
        assert sum(range(10000)) == 49995000
    assert thread.is_alive()
    while thread.is_alive():
        guest.interrupt()
        thread.join(0.05)
    guest.clear_interrupt()


def in_thread_quietly(function: Callable[[], Any]) -> None:
    try:
        function()
    except pulley.Interrupted:
        pass


def test_two_guests_run_at_the_same_time(no_leaks: None) -> None:
    """Each waits for a number that the other must write while it waits."""
    linker = pulley.Linker()
    linker["env"] = pulley.Instance(pulley.load(SHARED))
    module = pulley.load(WAITING)
    one: Any = linker.instantiate(module)
    two: Any = linker.instantiate(module)
    results: List[Any] = []

    def run() -> None:
        one.until(1)
        one.bump()
        results.append(one.load())

    thread = threading.Thread(target=run)
    thread.start()
    two.bump()
    two.until(2)
    thread.join(60)
    assert results == [2]


def test_a_guest_waits_for_another_on_a_shared_memory(no_leaks: None) -> None:
    linker = pulley.Linker()
    linker["env"] = pulley.Instance(pulley.load(SHARED))
    module = pulley.load(WAITING)
    waiting: Any = linker.instantiate(module)
    other: Any = linker.instantiate(module)
    results: List[Any] = []
    thread = threading.Thread(target=lambda: results.append(waiting.wait()))
    thread.start()
    end = time.monotonic() + 60
    while not other.notify() and time.monotonic() < end:
        time.sleep(0.001)
    thread.join(60)
    assert results == [0]


def test_a_linker_that_another_thread_uses_is_busy(no_leaks: None) -> None:
    linker = pulley.Linker()
    seen: List[Any] = []

    def call() -> None:
        seen.append(in_thread(lambda: linker.define("a", "b", pulley.Global("i32"))))
        seen.append(in_thread(lambda: linker.instantiate(pulley.load("(module)"))))
        seen.append(in_thread(lambda: linker.declare("int f(int);")))
        # The thread that uses it may define names, and any thread may close it.
        linker["a"]["c"] = pulley.Global("i32")
        seen.append(in_thread(linker.close))

    linker["env"]["call"] = call
    linker.instantiate(pulley.load(
        '(module (import "env" "call" (func $f)) (func $start (call $f)) (start $start))'))
    assert [str(each) for each in seen[:3]] == ["another thread is using this linker"] * 3
    assert all(isinstance(each, pulley.BusyError) for each in seen[:3])
    assert seen[3] is None and linker.closed
    del linker, call
    gc.collect()


def test_exceptions_of_several_threads_are_not_mixed_up(no_leaks: None) -> None:
    wrong: List[Any] = []

    def run(index: int) -> None:
        def call(x: int) -> int:
            raise KeyError(index, x)

        guest = make(call)
        for number in range(200):
            try:
                guest.host(number)
                wrong.append("no exception")
            except KeyError as raised:
                if raised.args != (index, number):
                    wrong.append(raised.args)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    gc.collect()


def test_a_module_and_an_engine_may_be_used_by_all_threads(no_leaks: None) -> None:
    engine = pulley.Engine()

    def work() -> List[str]:
        module = pulley.load(GUEST, engine)
        engine.usage("memory")
        return [item.name for item in module.exports]

    results: List[Any] = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6 and all(each == results[0] for each in results)
