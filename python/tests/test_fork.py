"""Processes that fork while they have guests."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from typing import Any, Callable, List

import pytest

import pulley

GUEST = """(module
  (import "env" "call" (func $call (param i32) (result i32)))
  (func (export "host") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "forever") (loop br 0))
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"""

# The library and the package have threads of their own.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def make(call: Callable[[int], int] = lambda x: x) -> Any:
    return pulley.Instance(pulley.load(GUEST), {"env": {"call": call}})


def in_child(function: Callable[[], Any]) -> str:
    """What a function gives in a forked child, or the exception that it raises there. The child must
    end by itself."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reader)
            try:
                text = repr(function())
            except BaseException as raised:
                text = f"{type(raised).__name__}: {raised}"
            os.write(writer, text.encode())
        finally:
            os._exit(0)
    os.close(writer)
    try:
        return read_all(child, reader)
    finally:
        os.close(reader)


def read_all(child: int, reader: int) -> str:
    killer = threading.Timer(60, os.kill, (child, signal.SIGKILL))
    killer.start()
    data = b""
    while True:
        part = os.read(reader, 4096)
        if not part:
            break
        data += part
    _, status = os.waitpid(child, 0)
    killer.cancel()
    killer.join()
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, f"the child ended with {status}"
    return data.decode()


def test_a_child_can_use_the_instances_of_its_parent() -> None:
    guest = make(lambda x: x + 1)
    assert guest.host(1) == 2
    assert in_child(lambda: (guest.add(2, 3), guest.host(4))) == "(5, 5)"
    assert guest.add(2, 3) == 5


def test_a_child_can_load_and_link_modules() -> None:
    make().add(1, 2)
    assert in_child(lambda: make(lambda x: x * 2).host(21)) == "42"
    linker = pulley.Linker()
    linker["env"]["call"] = lambda x: x
    module = pulley.load(GUEST)
    assert in_child(lambda: linker.instantiate(module).host(7)) == "7"


def test_a_process_that_had_no_guest_before_can_use_them_in_a_child(run_python: Any) -> None:
    done = run_python("""
        import os, pulley
        child = os.fork()
        guest = pulley.Instance(pulley.load('(module (func (export "f") (result i32) i32.const 3))'))
        assert guest.f(timeout=10) == 3
        if child:
            print(os.waitpid(child, 0)[1])
        """, "-W", "ignore")
    assert done.stdout == "0\n", done.stderr


def test_a_host_function_can_fork() -> None:
    def call(x: int) -> int:
        results.append(in_child(lambda: (guest.add(x, 1), make().add(x, 2))))
        return x

    results: List[str] = []
    guest = make(call)
    assert guest.host(5) == 5
    assert results == ["(6, 7)"]
    assert guest.add(2, 3) == 5


def test_a_host_function_can_return_to_the_guest_in_the_child() -> None:
    reader, writer = os.pipe()
    children: List[int] = []

    def call(x: int) -> int:
        child = os.fork()
        children.append(child)
        return x if child else -x

    guest = make(call)
    result = guest.host(5)
    if not children[0]:
        os.write(writer, f"{result} {guest.add(2, 3)}".encode())
        os._exit(0)
    os.close(writer)
    assert result == 5
    assert read_all(children[0], reader) == "-5 5"
    os.close(reader)


def test_a_child_refuses_an_instance_that_another_thread_was_using() -> None:
    entered, leave = threading.Event(), threading.Event()

    def call(x: int) -> int:
        entered.set()
        leave.wait(60)
        return x

    guest = make(call)
    add = guest.add
    other = make()
    thread = threading.Thread(target=lambda: guest.host(1))
    thread.start()
    assert entered.wait(60)
    try:
        refused = "BusyError: another thread was using this when the process was forked"
        assert in_child(lambda: add(1, 2)) == refused
        assert in_child(lambda: guest.host(1)) == refused
        assert in_child(lambda: other.add(1, 2)) == "3"

        def close() -> str:
            add.close()
            guest.close()
            return "closed"

        assert in_child(close) == "'closed'"

        def in_new_threads() -> List[str]:
            # A new thread may have the number of the one that the child does not have.
            found: List[str] = []

            def run() -> None:
                try:
                    found.append(str(add(1, 2)))
                except BaseException as raised:
                    found.append(type(raised).__name__)

            threads = [threading.Thread(target=run) for _ in range(4)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            return found

        assert in_child(in_new_threads) == repr(["BusyError"] * 4)
    finally:
        leave.set()
        thread.join()
    assert add(1, 2) == 3


def test_control_c_and_time_limits_end_guests_in_a_child() -> None:
    guest = make()
    guest.add(1, 2)

    def interrupted() -> str:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        guest.forever(timeout=30)
        return "ended"

    def limited() -> str:
        guest.forever(timeout=0.1)
        return "ended"

    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert in_child(interrupted) == "KeyboardInterrupt: "
    assert in_child(limited).startswith("Timeout: the guest has not ended within 0.1 s")
    with pytest.raises(pulley.Timeout):
        guest.forever(timeout=0.1)


def test_a_time_limit_goes_on_in_a_child() -> None:
    reader, writer = os.pipe()
    children: List[int] = []

    def call(x: int) -> int:
        children.append(os.fork())
        if not children[0]:
            guest.forever()
        return x

    guest = make(call)
    try:
        result: Any = guest.host(5, timeout=1)
    except BaseException as raised:
        result = type(raised).__name__
    if not children[0]:
        os.write(writer, str(result).encode())
        os._exit(0)
    os.close(writer)
    assert result == 5
    assert read_all(children[0], reader) == "Timeout"
    os.close(reader)


def test_a_child_ends_like_any_program(run_python: Any) -> None:
    done = run_python("""
        import os, sys, pulley
        guest = pulley.Instance(pulley.load('(module (func (export "f") (result i32) i32.const 3))'))
        guest.f(timeout=10)
        child = os.fork()
        guest.f(timeout=10)
        if child:
            assert os.waitpid(child, 0)[1] == 0
            print("parent")
        """, "-W", "ignore")
    assert (done.returncode, done.stdout) == (0, "parent\n"), done.stderr


def test_children_that_only_exit_are_made_while_other_threads_use_guests() -> None:
    stop = False

    def work() -> None:
        guest = make()
        while not stop:
            guest.add(1, 2, timeout=60)
            make(lambda x: x).host(1)
            try:
                pulley.load("(module (func")
            except pulley.CompileError:
                pass

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        # The library's locks that the other threads hold are locked for ever in the child.
        for _ in range(20):
            assert in_child(lambda: "made") == "'made'"
    finally:
        stop = True
        for thread in threads:
            thread.join()
