"""How long objects live, and what is left of them."""

from __future__ import annotations

import copy
import gc
import itertools
import pickle
import textwrap
import weakref
from typing import Any, List

import pytest

import pulley

GUEST = """(module $guest
  (import "env" "call" (func $call (param i32) (result i32)))
  (memory (export "memory") 1)
  (table (export "table") 2 funcref)
  (global (export "global") (mut i32) (i32.const 5))
  (tag (export "tag") (param i32))
  (func (export "host") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"""

pytestmark = pytest.mark.usefixtures("no_leaks")


def objects() -> List[Any]:
    engine = pulley.Engine()
    module = pulley.load(GUEST, engine)
    linker = pulley.Linker(engine)
    linker["env"]["call"] = lambda x: x + 1
    guest: Any = linker.instantiate(module)
    return [engine, module, linker, guest, guest.memory, guest.table, guest["global"], guest.tag,
            guest.add]


ORDERS = list(itertools.islice(itertools.permutations(range(9)), 0, None, 36289))


@pytest.mark.parametrize("order", ORDERS, ids=[f"order{number}" for number in range(len(ORDERS))])
def test_objects_are_closed_in_any_order(no_leaks: None, order: Any) -> None:
    found = objects()
    for index in order:
        found[index].close()
        found[index].close()
        assert found[index].closed
        assert "closed" in repr(found[index])


@pytest.mark.parametrize("order", ORDERS[:4], ids=[f"order{number}" for number in range(4)])
def test_objects_are_deleted_in_any_order(no_leaks: None, order: Any) -> None:
    found = objects()
    for index in order:
        found[index] = None
        gc.collect(0)


def test_an_instance_lives_as_long_as_what_was_taken_from_it(no_leaks: None) -> None:
    engine, module, linker, guest, memory, table, variable, tag, add = objects()
    host = guest.host
    for each in (engine, module, linker, guest):
        each.close()
    del engine, module, linker, guest
    gc.collect()
    assert add(2, 3) == 5
    assert host(2) == 3
    assert variable.value == 5
    assert len(table) == 2
    table[0] = add
    assert table[0](1, 2) == 3


def test_with_closes_at_the_end_of_the_block(no_leaks: None) -> None:
    found = objects()
    for each in found:
        with each as same:
            assert same is each and not each.closed
        assert each.closed
        with pytest.raises(pulley.ClosedError):
            with each:
                pass


CLOSED_USES = [
    lambda engine, *_: pulley.load("(module)", engine),
    lambda engine, *_: pulley.Linker(engine),
    lambda engine, *_: engine.usage("memory"),
    lambda _, module, *__: module.imports,
    lambda _, module, *__: module.exports,
    lambda _, module, *__: module.save(),
    lambda _, module, *__: module.name,
    lambda _, module, *__: module.custom_sections(),
    lambda _, module, *__: pulley.Instance(module),
    lambda _1, _2, linker, *_3: linker.define("a", "b", print),
    lambda _1, _2, linker, *_3: linker.instantiate(pulley.load("(module)")),
    lambda _1, _2, linker, *_3: linker.declare("int f(int);"),
    lambda _1, _2, linker, *_3: linker.bind(None),
    lambda _1, _2, _3, guest, *_4: guest.module,
    lambda _1, _2, _3, guest, *_4: guest["add"],
    lambda _1, _2, _3, guest, *_4: guest.memory,
    lambda _1, _2, _3, guest, *_4: guest.call("add", 1, 2),
    lambda _1, _2, _3, guest, *_4: guest.initialize(),
    lambda _1, _2, _3, guest, *_4: guest.allocate(8),
    lambda _1, _2, _3, guest, *_4: guest.release_objects(),
    lambda _1, _2, _3, guest, *_4: guest.interrupt(),
    lambda *found: len(found[5]),
    lambda *found: found[5][0],
    lambda *found: found[5].__setitem__(0, None),
    lambda *found: found[5].grow(1),
    lambda *found: found[5].type,
    lambda *found: found[6].value,
    lambda *found: setattr(found[6], "value", 3),
    lambda *found: found[6].type,
    lambda *found: found[7].type,
    lambda *found: found[8](1, 2),
    lambda *found: found[8](1, 2, timeout=5),
    lambda *found: pulley.Linker().define("a", "b", found[8]),
    lambda *found: pulley.Linker().define("a", "b", found[5]),
]


@pytest.mark.parametrize("use", CLOSED_USES, ids=range(len(CLOSED_USES)))
def test_using_a_closed_object_is_a_closed_error(no_leaks: None, use: Any) -> None:
    found = objects()
    for each in found:
        each.close()
    with pytest.raises(pulley.ClosedError, match="this .* is closed"):
        use(*found)


def test_handles_are_not_copied_and_not_pickled(no_leaks: None) -> None:
    for each in objects():
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot be (copied|pickled)"):
                attempt(each)


def test_an_instance_that_its_host_function_refers_to_is_collected(no_leaks: None) -> None:
    def make() -> Any:
        guest: Any = None

        def call(x: int) -> int:
            result: int = guest.add(x, 1)
            return result

        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": call}})
        assert guest.host(1) == 2
        return weakref.ref(guest), weakref.ref(call)

    alive = make()
    gc.collect()
    assert [each() for each in alive] == [None, None]


def test_an_instance_without_cycles_is_deleted_at_once(no_leaks: None) -> None:
    gc.disable()
    try:
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        guest.add(1, 2), guest.memory, guest.table[0]
        alive = weakref.ref(guest)
        del guest
        assert alive() is None
    finally:
        gc.enable()


def test_instances_that_are_linked_to_one_another_are_collected_together(no_leaks: None) -> None:
    module = pulley.load("""(module (import "a" "f" (func $f (param i32) (result i32)))
        (table (export "t") 1 funcref)
        (func (export "f") (param i32) (result i32) (call $f (local.get 0))))""")
    known: List[Any] = [pulley.Instance(module, {"a": {"f": lambda x: x + len(known)}})]
    for _ in range(30):
        known.append(pulley.Instance(module, {"a": {"f": known[-1].f}}))
        known[0].t[0] = known[-1].f
    assert known[-1].f(1) == 32
    alive = [weakref.ref(each) for each in known]
    del known
    gc.collect()
    assert not any(each() for each in alive)


def test_objects_may_be_closed_in_a_host_function(no_leaks: None) -> None:
    def call(x: int) -> int:
        for each in found:
            each.close()
        return x

    engine = pulley.Engine()
    module = pulley.load(GUEST, engine)
    linker = pulley.Linker(engine)
    linker["env"]["call"] = call
    guest: Any = linker.instantiate(module)
    host = guest.host
    found = [host, guest, guest.memory, guest.table, module, linker, engine]
    assert host(3) == 3
    assert all(each.closed for each in found)
    with pytest.raises(pulley.ClosedError):
        host(3)
    del call
    gc.collect()


def test_objects_may_be_deleted_in_a_host_function(no_leaks: None) -> None:
    holder: List[Any] = []

    def call(x: int) -> int:
        holder.clear()
        gc.collect()
        return x

    guest: Any = pulley.Instance(pulley.load(GUEST), {"env": {"call": call}})
    holder.append(guest.host)
    del guest
    assert holder[0](4) == 4
    assert not holder


def test_an_exception_is_not_hidden_by_the_end_of_its_function(no_leaks: None) -> None:
    def call(x: int) -> int:
        host.close()
        raise LookupError("mine")

    guest: Any = pulley.Instance(pulley.load(GUEST), {"env": {"call": call}})
    host = guest.host
    with pytest.raises(LookupError, match="mine"):
        host(1)
    del call, host
    gc.collect()


def test_a_definition_that_was_replaced_lives_as_long_as_instances_that_have_it(
        no_leaks: None) -> None:
    linker = pulley.Linker()
    module = pulley.load(GUEST)
    guests: List[Any] = []
    for number in range(5):
        linker["env"]["call"] = lambda x, number=number: x + number
        guests.append(linker.instantiate(module))
    linker.close()
    del linker
    gc.collect()
    assert [guest.host(10) for guest in guests] == [10, 11, 12, 13, 14]


def test_many_instances_come_and_go(no_leaks: None) -> None:
    module = pulley.load(GUEST)
    linker = pulley.Linker()
    linker["env"]["call"] = lambda x: x
    for number in range(500):
        guest: Any = linker.instantiate(module)
        assert guest.add(number, 1) == number + 1


def test_the_number_of_groups_does_not_grow(no_leaks: None) -> None:
    from pulley._group import groups

    before = len(groups)
    home: Any = pulley.Instance(pulley.load('(module (table (export "t") 1 funcref))'))
    module = pulley.load('(module (import "a" "t" (table 1 funcref)) (func (export "f")))')
    for _ in range(100):
        pulley.Instance(module, {"a": {"t": home.t}}).f()
    gc.collect()
    assert len(groups) - before < 10


# The end of the interpreter

ENDS = {
    "with objects of all kinds": """
        linker = pulley.Linker()
        linker["env"]["call"] = lambda x: x + 1
        guest = linker.instantiate(pulley.load(GUEST))
        memory, table, variable, add = guest.memory, guest.table, guest["global"], guest.add
        guest.host(1)
        """,
    "in a host function": """
        def call(x):
            raise SystemExit(0)
        pulley.Instance(pulley.load(GUEST), {"env": {"call": call}}).host(1)
        """,
    "at once in a host function": """
        def call(x):
            sys.stdout.write("end")
            sys.stdout.flush()
            os._exit(0)
        pulley.Instance(pulley.load(GUEST), {"env": {"call": call}}).host(1)
        """,
    "with a daemon thread in a guest": """
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        threading.Thread(target=guest.forever, daemon=True).start()
        time.sleep(0.1)
        """,
    "with a daemon thread that calls host functions": """
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        threading.Thread(target=guest.hosts, daemon=True).start()
        time.sleep(0.1)
        """,
    "with a daemon thread in a host function": """
        guest = pulley.Instance(
            pulley.load(GUEST), {"env": {"call": lambda x: time.sleep(0.05) or x}})
        threading.Thread(target=guest.hosts, daemon=True).start()
        time.sleep(0.1)
        """,
    "with daemon threads that call guests": """
        def run():
            guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
            while True:
                guest.add(1, 2)
                guest.host(3, timeout=10)
        for _ in range(3):
            threading.Thread(target=run, daemon=True).start()
        time.sleep(0.1)
        """,
    "with daemon threads that load modules": """
        def run():
            while True:
                pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        for _ in range(2):
            threading.Thread(target=run, daemon=True).start()
        time.sleep(0.1)
        """,
    "with cycles": """
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: guest.add(x, 1)}})
        assert guest.host(1) == 2
        """,
    "with an object in a guest": """
        class Thing:
            def __del__(self):
                print("thing", flush=True)
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        guest.keep(Thing())
        """,
    "with a time limit": """
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        def run():
            guest.forever(timeout=1000)
        threading.Thread(target=run, daemon=True).start()
        time.sleep(0.1)
        """,
    "with a call in a finalizer": """
        class Late:
            def __del__(self):
                try:
                    add(1, 2)
                    guest.forever(timeout=0.01)
                except BaseException:
                    pass
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        add = guest.add
        late = Late()
        late.me = late
        """,
    "with a call at exit": """
        import atexit
        guest = pulley.Instance(pulley.load(GUEST), {"env": {"call": lambda x: x}})
        atexit.register(lambda: guest.add(1, 2))
        atexit.register(lambda: print(guest.host(3)))
        """,
}

ENDING = """(module
  (import "env" "call" (func $call (param i32) (result i32)))
  (memory (export "memory") 1) (table (export "table") 2 funcref)
  (table $objects 1 externref)
  (global (export "global") (mut i32) (i32.const 5))
  (func (export "host") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "hosts") (loop (drop (call $call (i32.const 1))) (br 0)))
  (func (export "forever") (loop br 0))
  (func (export "keep") (param externref) (table.set $objects (i32.const 0) (local.get 0)))
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"""


@pytest.mark.parametrize("end", list(ENDS))
def test_the_interpreter_ends(run_python: Any, end: str) -> None:
    program = (
        "import os, sys, threading, time\nimport pulley\n"
        f"GUEST = '''{ENDING}'''\n" + textwrap.dedent(ENDS[end]))
    for _ in range(3):
        done = run_python(program)
        assert done.returncode == 0, (done.returncode, done.stderr)
        if "daemon" in end:
            # Python takes its modules apart while these threads still run, and shows what they raise.
            assert "Fatal" not in done.stderr
        else:
            assert done.stderr == ""
