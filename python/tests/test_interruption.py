"""Signals, time limits and interruptions of guests."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import time
from typing import Any, Callable, Iterator, List

import pytest

import pulley
from pulley import _signals

GUEST = """(module $looping
  (import "env" "call" (func $call (param i32) (result i32)))
  (func (export "forever") (loop br 0))
  (func (export "spin") (param i32)
    (loop
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if 0 (local.get 0))))
  (func (export "host") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "host_and_loop") (param i32) (drop (call $call (local.get 0))) (loop br 0))
  (func (export "hosts") (loop (drop (call $call (i32.const 1))) (br 0)))
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"""

STARTING = "(module (func $start (loop br 0)) (start $start))"

WAITING = """(module
  (memory 1 1 shared)
  (func (export "wait")
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))"""


def make(call: Callable[[int], int] = lambda x: x) -> Any:
    return pulley.Instance(pulley.load(GUEST), {"env": {"call": call}})


@pytest.fixture
def guest(no_leaks: None) -> Any:
    return make()


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Later:
    """Sends signals to the process after some time, and again until the block has ended, so that a test
    of a call that no signal ends fails and does not hang."""

    def __init__(self, number: int = signal.SIGINT, delay: float = 0.1) -> None:
        self._number = number
        self._delay = delay
        self._ended = threading.Event()
        self.sent = 0
        self._thread = threading.Thread(target=self._send)

    def _send(self) -> None:
        while not self._ended.wait(self._delay if not self.sent else 5):
            if self.sent == 4:
                os.kill(os.getpid(), signal.SIGKILL)
            self.sent += 1
            os.kill(os.getpid(), self._number)

    def __enter__(self) -> "Later":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def interrupted(function: Callable[[], Any]) -> BaseException:
    """The KeyboardInterrupt with which a call ends that would last for ever."""
    with Later() as later:
        try:
            function()
        except KeyboardInterrupt as raised:
            found = raised
        else:
            pytest.fail("the call has ended by itself")
    assert later.sent == 1, "the first signal did not end the call"
    return found


def notes(raised: BaseException) -> str:
    return "\n".join(getattr(raised, "__notes__", []))


def test_control_c_ends_a_loop_and_the_guest_can_be_called_again(guest: Any) -> None:
    for _ in range(3):
        raised = interrupted(guest.forever)
        assert "forever" in notes(raised)
        assert guest.add(2, 3) == 5


def test_control_c_ends_a_call_with_a_time_limit(guest: Any) -> None:
    interrupted(lambda: guest.forever(timeout=1000))
    assert guest.add(2, 3, timeout=1000) == 5


def test_control_c_ends_a_start_function(no_leaks: None) -> None:
    linker = pulley.Linker()
    module = pulley.load(STARTING)
    for _ in range(2):
        interrupted(lambda: linker.instantiate(module))
    assert repr(linker.instantiate(pulley.load("(module)")))


def test_control_c_ends_a_guest_that_waits(no_leaks: None) -> None:
    waiting: Any = pulley.Instance(pulley.load(WAITING))
    for _ in range(2):
        interrupted(waiting.wait)


def test_control_c_in_a_host_function_comes_out_of_the_guest(no_leaks: None) -> None:
    guest = make(lambda x: time.sleep(100) or x)  # type: ignore[func-returns-value]
    raised = interrupted(lambda: guest.host(1))
    assert guest.add(2, 3) == 5
    names = []
    trace = raised.__traceback__
    while trace is not None:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "<lambda>" in names


def test_control_c_ends_a_guest_that_calls_host_functions_all_the_time(no_leaks: None) -> None:
    guest = make()
    for _ in range(5):
        interrupted(guest.hosts)
        assert guest.host(3) == 3


def test_control_c_ends_nested_calls_of_one_guest(no_leaks: None) -> None:
    guest = make(lambda x: guest.host(x - 1) if x else guest.forever())  # type: ignore[attr-defined]
    interrupted(lambda: guest.host(5))
    assert guest.add(2, 3) == 5
    del guest
    gc.collect()


def test_control_c_ends_nested_calls_of_several_guests(no_leaks: None) -> None:
    inner = make()
    outer = make(lambda x: inner.forever() or 0)
    interrupted(lambda: outer.host(5))
    assert outer.add(2, 3) == inner.add(2, 3) == 5


def test_a_host_function_may_catch_the_control_c_of_an_inner_guest(no_leaks: None) -> None:
    inner = make()
    caught = []

    def call(x: int) -> int:
        try:
            inner.forever()
        except KeyboardInterrupt as raised:
            caught.append(raised)
        return x

    outer = make(call)
    try:
        with Later() as later:
            # The outer guest is the main thread's too. Whether it ends depends on the moment.
            assert outer.host(5) == 5
    except KeyboardInterrupt:
        pass
    assert later.sent == 1
    assert len(caught) == 1
    assert outer.add(2, 3) == inner.add(2, 3) == 5


def test_a_guest_that_cleans_up_after_control_c_is_not_interrupted(guest: Any) -> None:
    for delay in (0, 0.001, 0.004, 0.01, 0.02):
        try:
            while True:
                signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            end = time.monotonic() + delay
            while time.monotonic() < end:
                pass
            guest.spin(2_000_000)
            guest.add(1, 2)


def test_a_second_control_c_ends_the_guest_that_cleans_up(guest: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        try:
            interrupted(guest.forever)
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            with Later() as later:
                guest.forever()
    assert later.sent <= 2


def test_control_c_between_calls_ends_no_call(guest: Any) -> None:
    for _ in range(20):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert guest.add(2, 3) == 5


def test_a_handler_that_raises_another_exception_ends_the_guest_with_it(guest: Any) -> None:
    def handler(number: int, frame: Any) -> None:
        raise LookupError("stopped")

    signal.signal(signal.SIGINT, handler)
    with Later(), pytest.raises(LookupError, match="stopped"):
        guest.forever()
    assert guest.add(2, 3) == 5


def test_a_handler_that_raises_nothing_leaves_an_interruption(guest: Any) -> None:
    seen: List[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    with Later(), pytest.raises(pulley.Interrupted) as raised:
        guest.forever()
    assert seen == [signal.SIGINT]
    assert raised.value.code == "interrupted"
    assert not isinstance(raised.value, pulley.Timeout)
    assert guest.add(2, 3) == 5


def test_an_ignored_signal_ends_no_guest(guest: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Later(), pytest.raises(pulley.Timeout):
        guest.forever(timeout=0.5)


def test_other_signals_run_their_handlers_after_the_call(guest: Any) -> None:
    seen: List[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    try:
        with Later(signal.SIGUSR1), pytest.raises(pulley.Timeout):
            guest.forever(timeout=0.5)
        assert seen == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_control_c_does_not_end_the_guests_of_other_threads(guest: Any) -> None:
    other = make()
    ended: List[Any] = []

    def run() -> None:
        try:
            other.forever(timeout=100)
        except BaseException as raised:
            ended.append(raised)

    thread = threading.Thread(target=run)
    thread.start()
    interrupted(guest.forever)
    assert not ended and thread.is_alive()
    other.interrupt()
    thread.join(10)
    assert isinstance(ended.pop(), pulley.Interrupted)


def test_a_descriptor_for_signals_that_the_program_has_set_gets_them(guest: Any) -> None:
    receiver, sender = socket.socketpair()
    with receiver, sender:
        sender.setblocking(False)
        receiver.settimeout(10)
        signal.set_wakeup_fd(sender.fileno())
        try:
            time.sleep(0.3)
            interrupted(guest.forever)
            assert receiver.recv(10) == bytes([signal.SIGINT])
        finally:
            signal.set_wakeup_fd(-1)
    time.sleep(0.3)
    interrupted(guest.forever)


def test_the_descriptor_is_set_again_if_a_call_failed_right_after_it_was_set(guest: Any) -> None:
    # After this time, the next call sets the descriptor.
    time.sleep(0.3)
    with _signals._reading:
        # The thread that reads cannot get its turn before the call has failed.
        with pytest.raises(ZeroDivisionError):
            make(lambda x: x // 0).host(1)
    signal.set_wakeup_fd(-1)
    time.sleep(0.3)
    interrupted(guest.forever)


def test_asyncio_handles_signals_before_and_after_guests_do(guest: Any) -> None:
    async def main() -> List[int]:
        loop = asyncio.get_running_loop()
        seen: List[int] = []
        done = asyncio.Event()

        def handle() -> None:
            seen.append(1)
            done.set()

        loop.add_signal_handler(signal.SIGUSR1, handle)
        guest.add(2, 3)
        loop.call_later(0.05, os.kill, os.getpid(), signal.SIGUSR1)
        await asyncio.wait_for(done.wait(), 20)
        loop.remove_signal_handler(signal.SIGUSR1)
        return seen

    for _ in range(3):
        assert asyncio.run(main()) == [1]
        time.sleep(0.3)
        interrupted(guest.forever)


def test_control_c_ends_a_guest_in_asyncio(guest: Any) -> None:
    async def main() -> None:
        guest.forever()

    with Later() as later, pytest.raises((KeyboardInterrupt, pulley.Interrupted)):
        asyncio.run(main())
    assert later.sent == 1


def test_control_c_works_after_the_program_has_closed_all_descriptors(run_python: Any) -> None:
    done = run_python("""
        import os, signal, threading, time, pulley
        guest = pulley.Instance(pulley.load('(module (func (export "f") (loop br 0)) (func (export "g")))'))
        guest.g()
        os.closerange(3, 100)
        time.sleep(0.3)
        guest.g()
        guest.g()
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            guest.f(timeout=20)
        except KeyboardInterrupt:
            print("interrupted")
        """)
    assert done.stdout == "interrupted\n", done.stderr


# Time limits


@pytest.mark.parametrize("seconds", [0.05, 0.2])
def test_a_time_limit_ends_a_call(guest: Any, seconds: float) -> None:
    start = time.monotonic()
    with pytest.raises(pulley.Timeout) as raised:
        guest.forever(timeout=seconds)
    assert time.monotonic() - start >= seconds
    assert str(raised.value) == f"the guest has not ended within {seconds:g} s"
    assert raised.value.code == "interrupted"
    assert raised.value.frames[0].function == "forever"
    assert isinstance(raised.value, TimeoutError)
    assert guest.add(2, 3) == 5


def test_a_time_limit_ends_a_start_function_and_a_wait(no_leaks: None) -> None:
    linker = pulley.Linker()
    for _ in range(2):
        with pytest.raises(pulley.Timeout):
            linker.instantiate(pulley.load(STARTING), timeout=0.05)
        with pytest.raises(pulley.Timeout):
            pulley.Instance(pulley.load(STARTING), timeout=0.05)
        waiting: Any = pulley.Instance(pulley.load(WAITING))
        with pytest.raises(pulley.Timeout):
            waiting.wait(timeout=0.05)


def test_a_time_limit_does_not_end_calls_that_are_in_time(guest: Any) -> None:
    for _ in range(200):
        assert guest.add(2, 3, timeout=10) == 5
    assert guest.add(2, 3, timeout=float("inf")) == 5
    assert guest.add(2, 3, timeout=10**30) == 5


def test_a_time_limit_that_just_expires_never_ends_the_next_call(guest: Any) -> None:
    late = 0
    for index in range(300):
        try:
            guest.spin(1 + index * 300, timeout=0.001)
        except pulley.Timeout:
            late += 1
        guest.spin(3000)
    assert guest.add(2, 3) == 5
    assert late >= 0


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), -float("inf")])
def test_a_time_limit_must_be_positive(guest: Any, seconds: float) -> None:
    with pytest.raises(ValueError, match="timeout is .*, but must be positive"):
        guest.add(2, 3, timeout=seconds)
    with pytest.raises(ValueError, match="timeout is .*, but must be positive"):
        pulley.Linker().instantiate(pulley.load("(module)"), timeout=seconds)


@pytest.mark.parametrize("seconds", ["1", b"1", [], object()])
def test_a_time_limit_must_be_a_number(guest: Any, seconds: Any) -> None:
    with pytest.raises(TypeError, match="timeout must be a float, not"):
        guest.add(2, 3, timeout=seconds)


def test_the_inner_of_two_limits_ends_the_inner_call_only(no_leaks: None) -> None:
    def call(x: int) -> int:
        with pytest.raises(pulley.Timeout, match="within 0.05 s"):
            guest.forever(timeout=0.05)  # type: ignore[attr-defined]
        return x

    guest = make(call)
    assert guest.host(3, timeout=100) == 3
    del guest, call
    gc.collect()


def test_the_outer_of_two_limits_ends_both_calls(no_leaks: None) -> None:
    seen: List[Any] = []

    def call(x: int) -> int:
        try:
            guest.forever(timeout=100)  # type: ignore[attr-defined]
        except pulley.Timeout as raised:
            seen.append(raised)
        return x

    guest = make(call)
    with pytest.raises(pulley.Timeout, match="within 0.1 s"):
        guest.host_and_loop(3, timeout=0.1)
    assert "within 0.1 s" in str(seen.pop())
    assert guest.add(2, 3) == 5
    del guest, call
    gc.collect()


def test_both_limits_may_expire_in_the_inner_call(no_leaks: None) -> None:
    def call(x: int) -> int:
        try:
            # The host function notices nothing until both limits have expired.
            guest.host_and_loop(2, timeout=inner) if x == 1 else time.sleep(0.4)
        except pulley.Timeout:
            pass
        return x

    guest = make(call)
    for inner, outer in ((0.1, 0.05), (0.05, 0.1), (0.1, 0.1)):
        with pytest.raises(pulley.Timeout):
            guest.host_and_loop(1, timeout=outer)
        assert guest.add(2, 3) == 5
    del guest, call
    gc.collect()


def test_the_outer_limit_ends_every_call_of_a_linked_guest(no_leaks: None) -> None:
    seen: List[str] = []

    def call(x: int) -> int:
        for _ in range(3):
            try:
                linked.forever()
            except pulley.Timeout as raised:
                seen.append(str(raised))
        return x

    guest = make(call)
    linked: Any = pulley.Instance(pulley.load("""(module
        (import "env" "add" (func $add (param i32 i32) (result i32)))
        (func (export "forever") (loop (drop (call $add (i32.const 1) (i32.const 2))) (br 0))))"""),
        {"env": {"add": guest.add}})
    with pytest.raises(pulley.Timeout):
        guest.host_and_loop(1, timeout=0.1)
    assert seen == ["the guest has not ended within 0.1 s"] * 3
    assert guest.add(2, 3) == 5
    del guest, linked, call
    gc.collect()


def test_a_limit_that_expires_before_the_call_ends_it(guest: Any) -> None:
    class Slow:
        def __index__(self) -> int:
            time.sleep(0.1)
            for _ in range(2):
                with pytest.raises(pulley.Timeout):
                    guest.spin(10)
            return 2**32 - 1

    with pytest.raises(pulley.Timeout):
        guest.spin(Slow(), timeout=0.02)
    assert guest.add(2, 3) == 5


def test_a_limit_of_an_outer_guest_does_not_end_an_unlinked_inner_guest(no_leaks: None) -> None:
    inner = make()

    def call(x: int) -> int:
        inner.spin(30_000_000)
        return x

    outer = make(call)
    with pytest.raises(pulley.Timeout):
        outer.host_and_loop(1, timeout=0.01)
    assert inner.add(2, 3) == outer.add(2, 3) == 5


def test_an_exception_of_a_host_function_is_not_hidden_by_a_limit(no_leaks: None) -> None:
    def call(x: int) -> int:
        time.sleep(0.2)
        raise LookupError("mine")

    guest = make(call)
    with pytest.raises(LookupError, match="mine"):
        guest.host(1, timeout=0.05)
    assert guest.add(2, 3) == 5


def test_a_function_of_a_closed_instance_can_be_ended(no_leaks: None) -> None:
    guest = make()
    forever = guest.forever
    guest.close()
    with pytest.raises(pulley.Timeout):
        forever(timeout=0.1)
    interrupted(forever)


def test_an_engine_may_have_a_time_limit(no_leaks: None) -> None:
    engine = pulley.Engine(timeout=0.1)
    guest: Any = pulley.Linker(engine).instantiate(
        pulley.load('(module (func (export "f") (loop br 0)))', engine))
    with pytest.raises(pulley.Interrupted):
        guest.f()


# Interruptions by other threads


def test_another_thread_may_interrupt_a_call(guest: Any) -> None:
    for _ in range(3):
        timer = threading.Timer(0.05, guest.interrupt)
        timer.start()
        with pytest.raises(pulley.Interrupted) as raised:
            guest.forever(timeout=60)
        timer.join()
        assert not isinstance(raised.value, pulley.Timeout)
        assert raised.value.code == "interrupted"


def test_an_interruption_without_a_call_ends_the_next_one_unless_it_is_cleared(guest: Any) -> None:
    guest.interrupt()
    with pytest.raises(pulley.Interrupted):
        guest.spin(10)
    guest.spin(10)
    guest.interrupt()
    guest.clear_interrupt()
    guest.spin(10)
    guest.close()
    with pytest.raises(pulley.ClosedError):
        guest.interrupt()


def test_clearing_an_interruption_does_not_clear_that_of_a_time_limit(no_leaks: None) -> None:
    def call(x: int) -> int:
        time.sleep(0.1)
        instance.clear_interrupt()
        return x

    instance = make(call)
    with pytest.raises(pulley.Timeout):
        instance.host_and_loop(1, timeout=0.02)
    del instance, call
    gc.collect()


@pytest.mark.skipif(
    sys.version_info < (3, 10),
    reason="Python 3.9 runs handlers between any two instructions: no lock is released for certain")
def test_signals_at_any_moment_leave_guests_free(run_python: Any) -> None:
    """Ctrl-C at random moments of calls, of instantiations and of what is in between. Afterwards
    another thread can use all guests, and no handle is left."""
    done = run_python("""
        import gc, os, random, signal, sys, threading, time
        import pulley
        from pulley._library import quick

        TEXT = '''(module (import "env" "f" (func $f (param i32) (result i32)))
            (import "env" "m" (memory 1)) (import "env" "t" (table 4 funcref))
            (func (export "g") (param i32) (result i32) (call $f (local.get 0)))
            (func (export "spin") (param i32) (loop
                (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0))))
            (func (export "trap") unreachable))'''
        HOME = '(module (memory (export "m") 1) (table (export "t") 4 funcref))'
        sys.setswitchinterval(1e-4)
        main = threading.main_thread().ident
        stop = False

        def disturb():
            generator = random.Random(1)
            while not stop:
                time.sleep(generator.random() * 0.004)
                if armed:
                    signal.pthread_kill(main, signal.SIGINT)

        def work():
            home = pulley.Instance(pulley.load(HOME))
            linker = pulley.Linker()
            linker["env"] = home
            linker["env"]["f"] = lambda x: x + 1
            guest = linker.instantiate(pulley.load(TEXT))
            known.append(home)
            known.append(guest)
            for n in range(20):
                assert guest.g(n) == n + 1
                guest.spin(500)
                home.t[n % 4] = guest.g
                assert home.t[n % 4](3) == 4
                guest.spin(2000, timeout=100)
                try:
                    guest.trap()
                except pulley.Trap:
                    pass

        known = []
        armed = False
        work()
        known.clear()
        gc.collect()
        before = quick.pulley_handle_count()
        thread = threading.Thread(target=disturb)
        thread.start()
        interrupted = finished = 0
        end = time.monotonic() + float(sys.argv[1]) if len(sys.argv) > 1 else time.monotonic() + 6
        # On a busy machine it takes longer until so many calls are interrupted.
        while time.monotonic() < end or interrupted <= 20 and time.monotonic() < end + 60:
            try:
                try:
                    armed = True
                    work()
                    finished += 1
                finally:
                    armed = False
            except KeyboardInterrupt:
                interrupted += 1
        stop = True
        thread.join()
        time.sleep(0.05)
        problems = []

        def use():
            for each in known[-200:]:
                try:
                    each.exports
                    if "spin" in each:
                        each.spin(5)
                    else:
                        each.t[0]
                except BaseException as raised:
                    problems.append(repr(raised))

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        known.clear()
        gc.collect()
        left = quick.pulley_handle_count() - before
        print(interrupted > 20, finished >= 0, problems[:5], left if left > interrupted // 10 else 0)
        """, timeout=240)
    assert done.stdout == "True True [] 0\n", done.stderr[-3000:]
