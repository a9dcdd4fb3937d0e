"""Shared memories, which guests on several threads use at once."""

import threading

import pytest

import pulley

ATOMIC = """
(module (import "env" "m" (memory 1 4 shared))
  (func (export "wait") (result i32)
    (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))
  (func (export "until") (param i32)
    (loop (br_if 0 (i32.eqz (i32.atomic.load (local.get 0)))))))
"""


def shared_guest(memory, function, *arguments):
    """Runs a function of a new instance with the shared memory on another thread."""
    results = []

    def run():
        try:
            instance = pulley.Instance(pulley.load(ATOMIC), imports={"env": {"m": memory}})
            results.append(instance.call(function, *arguments, timeout=60))
        except BaseException as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, results


def test_guests_on_several_threads_use_a_shared_memory_at_once():
    memory = pulley.Memory(1, 4, shared=True)
    threads = [shared_guest(memory, "until", 4 * number) for number in range(3)]
    # They run at once: none ends before the main thread tells it, in the opposite order.
    for number in (2, 1, 0):
        assert memory.grow(1 if number else 0) == 3 - number
        memory.i32[4 * number] = 1
        thread, results = threads[number]
        thread.join(60)
        assert results == [None]


def test_a_waiting_guest_is_notified():
    memory = pulley.Memory(1, 4, shared=True)
    thread, results = shared_guest(memory, "wait")
    while not memory.notify(64) and thread.is_alive():
        pass
    thread.join(60)
    assert results == [0]
    assert memory.notify(64) == 0
    with pytest.raises(ValueError, match="multiple of 4"):
        memory.notify(66)
    with pytest.raises(IndexError):
        memory.notify(65536)
    with pytest.raises(ValueError):
        memory.notify(64, -1)


def test_a_shared_memory_of_an_instance_is_imported_on_other_threads():
    owner = pulley.Instance(pulley.load("""
      (module (memory (export "m") 1 4 shared)
        (func (export "until") (loop (br_if 0 (i32.eqz (i32.atomic.load (i32.const 0)))))))"""))
    memory = owner["m"]
    assert memory.shared and memory.type.shared
    first = threading.Thread(target=owner.until, daemon=True)
    first.start()
    thread, results = shared_guest(memory, "until", 4)
    memory.i32[4] = 1
    thread.join(60)
    assert results == [None] and first.is_alive()
    assert memory.grow(1) == 1
    memory.i32[0] = 1
    first.join(60)
    assert not first.is_alive()
