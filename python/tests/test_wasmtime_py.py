"""The examples of wasmtime-py's README and of its folder `examples`, written for this package.

Each test does what the example of that name does, so that a program for wasmtime-py can be moved.
"""
import pathlib
import sys
import threading
from typing import List

import pytest

import pulley
import pulley.wasi

HELLO = """
(module
  (func $hello (import "" "hello"))
  (func (export "run") (call $hello)))
"""


def test_the_readme_example_calls_a_python_function() -> None:
    # wasmtime-py: Store, Module, FuncType, Func, Instance, exports(store)["run"](store)
    said: List[str] = []
    instance = pulley.Instance(
        pulley.load(HELLO), {"": {"hello": lambda: said.append("Hello from Python!")}})
    instance.run()
    assert said == ["Hello from Python!"]


def test_the_example_hello_loads_a_module_from_a_file(
        tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hello.wat"
    path.write_text(HELLO)

    def say_hello() -> None:
        print("Hello from Python!")

    pulley.Instance(pulley.load(path), {"": {"hello": say_hello}}).run()
    assert capsys.readouterr().out == "Hello from Python!\n"


def test_the_example_gcd_calls_an_export() -> None:
    instance = pulley.Instance(pulley.load("""
        (module
          (func (export "gcd") (param $a i32) (param $b i32) (result i32)
            (local $rest i32)
            (block $done
              (loop $next
                (br_if $done (i32.eqz (local.get $b)))
                (local.set $rest (i32.rem_u (local.get $a) (local.get $b)))
                (local.set $a (local.get $b))
                (local.set $b (local.get $rest))
                (br $next)))
            (local.get $a)))"""))
    assert instance.gcd(6, 27) == 3


def test_the_example_multi_has_several_results() -> None:
    module = pulley.load("""
        (module
          (func $f (import "" "f") (param i32 i64) (result i64 i32))
          (func (export "g") (param i32 i64) (result i64 i32)
            (call $f (local.get 0) (local.get 1)))
          (func (export "round_trip_many")
            (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
            (result i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
            local.get 0 local.get 1 local.get 2 local.get 3 local.get 4
            local.get 5 local.get 6 local.get 7 local.get 8 local.get 9))""")
    instance = pulley.Instance(module, {"": {"f": lambda a, b: (b + 1, a + 1)}})
    assert instance.g(1, 3) == (4, 2)
    assert instance.round_trip_many(*range(10)) == tuple(range(10))


MEMORY = """
(module
  (memory (export "memory") 2 3)
  (func (export "size") (result i32) (memory.size))
  (func (export "load") (param i32) (result i32) (i32.load8_s (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (data (i32.const 0x1000) "\\01\\02\\03\\04"))
"""


def test_the_example_memory_reads_and_writes_memory() -> None:
    instance = pulley.Instance(pulley.load(MEMORY))
    memory = instance.memory
    assert memory.pages == 2
    assert len(memory) == 0x20000
    # memory.data_ptr(store)[0x1003] has no check; this has.
    assert memory[0] == 0
    assert memory[0x1000] == 1
    assert memory[0x1003] == 4
    assert instance.size() == 2
    assert [instance.load(address) for address in (0, 0x1000, 0x1003, 0x1FFFF)] == [0, 1, 4, 0]
    with pytest.raises(pulley.Trap):
        instance.load(0x20000)

    memory[0x1003] = 5
    instance.store(0x1002, 6)
    with pytest.raises(pulley.Trap):
        instance.store(0x20000, 0)
    assert memory[0x1002:0x1004] == bytes([6, 5])
    assert [instance.load(0x1002), instance.load(0x1003)] == [6, 5]


def test_the_example_memory_grows_memory() -> None:
    instance = pulley.Instance(pulley.load(MEMORY))
    memory = instance.memory
    assert memory.grow(1) == 2
    assert (memory.pages, len(memory)) == (3, 0x30000)
    instance.store(0x20000, 0)
    with pytest.raises(pulley.Trap):
        instance.load(0x30000)
    with pytest.raises(pulley.Trap):
        instance.store(0x30000, 0)
    with pytest.raises(pulley.LimitError):
        memory.grow(1)
    assert memory.grow(0) == 3


def test_the_example_memory_makes_a_memory_of_its_own() -> None:
    memory = pulley.Memory(5, 5)
    assert memory.pages == 5
    with pytest.raises(pulley.LimitError):
        memory.grow(1)
    assert memory.grow(0) == 5


def test_the_example_linking_links_two_modules() -> None:
    # linking2 has the memory and a function; linking1 writes to it and calls it.
    written: List[bytes] = []
    linker = pulley.Linker()
    linker["host"]["write"] = lambda address, length: written.append(
        bytes(linking2.memory[address:address + length]))
    linking2: pulley.Instance = linker.instantiate(pulley.load("""
        (module
          (import "host" "write" (func $write (param i32 i32)))
          (memory (export "memory") 2)
          (global (export "memory_offset") i32 (i32.const 65536))
          (func (export "double") (param i32) (result i32)
            (i32.mul (local.get 0) (i32.const 2)))
          (func (export "log") (param i32 i32)
            (call $write (local.get 0) (local.get 1))))"""))
    linker["linking2"] = linking2
    linking1 = linker.instantiate(pulley.load("""
        (module
          (import "linking2" "double" (func $double (param i32) (result i32)))
          (import "linking2" "log" (func $log (param i32 i32)))
          (import "linking2" "memory" (memory 1))
          (import "linking2" "memory_offset" (global $offset i32))
          (data (global.get $offset) "Hello, world!")
          (func (export "run") (result i32)
            (call $log (global.get $offset) (i32.const 13))
            (call $double (i32.const 21))))"""))
    assert linking1.run() == 42
    assert written == [b"Hello, world!"]


def test_the_example_linking_uses_wasi(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    # linker.define_wasi() and WasiConfig().inherit_stdout()
    program = pulley.load("""
        (module
          (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 8) "\\10\\00\\00\\00\\0e\\00\\00\\00Hello, world!\\n")
          (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))))""")
    done = pulley.wasi.run(program, stdout=sys.__stdout__)
    assert done.returncode == 0
    assert capfdbinary.readouterr().out == b"Hello, world!\n"


ENDLESS = '(module (func (export "run") (loop $next (br $next))))'


def test_the_example_interrupt_ends_an_endless_loop() -> None:
    # config.epoch_interruption, store.set_epoch_deadline, and a thread with engine.increment_epoch
    instance = pulley.Instance(pulley.load(ENDLESS))
    with pytest.raises(pulley.Timeout):
        instance.run(timeout=0.05)


def test_the_example_interrupt_ends_a_loop_from_another_thread() -> None:
    instance = pulley.Instance(pulley.load(ENDLESS))
    ended = threading.Event()

    def interrupt() -> None:
        # The loop may not have begun yet, so this repeats.
        while not ended.wait(0.02):
            instance.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(pulley.Interrupted):
            instance.run()
    finally:
        ended.set()
        thread.join()


def test_the_example_externref_passes_objects() -> None:
    instance = pulley.Instance(pulley.load("""
        (module
          (table $table (export "table") 10 externref)
          (global $global (export "global") (mut externref) (ref.null extern))
          (func (export "func") (param externref) (result externref) (local.get 0)))"""))
    thing = object()
    instance.table[3] = thing
    assert instance.table[3] is thing
    instance["global"].value = thing
    assert instance["global"].value is thing
    assert instance.func(thing) is thing
    assert instance.func("hello") == "hello"
    assert instance.func(None) is None


def test_the_example_loader_imports_a_module(
        tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # import wasmtime.loader
    import pulley.importer  # noqa: F401

    (tmp_path / "a_module_to_import.wat").write_text(
        '(module (func (export "add") (param i32 i32) (result i32)'
        " (i32.add (local.get 0) (local.get 1))))")
    monkeypatch.syspath_prepend(str(tmp_path))
    import a_module_to_import  # type: ignore[import-not-found]

    assert a_module_to_import.add(2, 3) == 5


def test_globals_and_tables_are_made_without_a_store() -> None:
    # Global(store, GlobalType(ValType.i32(), True), Val.i32(7)), Table(store, TableType(…), None)
    counter = pulley.Global("i32", 7, mutable=True)
    table = pulley.Table("funcref", 2)
    instance = pulley.Instance(
        pulley.load("""
            (module
              (import "" "counter" (global $counter (mut i32)))
              (import "" "table" (table 2 funcref))
              (elem (i32.const 1) $next)
              (func $next (export "next") (result i32)
                (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
                (global.get $counter)))"""),
        {"": {"counter": counter, "table": table}})
    assert instance.next() == 8
    counter.value = 20
    assert table[1]() == 21
    assert table[0] is None


def test_a_module_is_serialized_and_deserialized() -> None:
    # Module.serialize and Module.deserialize
    saved = pulley.load(HELLO).save()
    instance = pulley.Instance(pulley.Module.from_artifact(saved), {"": {"hello": lambda: None}})
    assert instance.run() is None


def test_a_trap_tells_its_code_and_frames() -> None:
    # Trap.trap_code and Trap.frames
    instance = pulley.Instance(pulley.load(
        '(module $demo (func $inner unreachable) (func (export "outer") (call $inner)))'))
    with pytest.raises(pulley.Trap) as caught:
        instance.outer()
    assert caught.value.code == "unreachable"
    assert [frame.function for frame in caught.value.frames] == ["inner", "outer"]


def test_a_program_that_exits_tells_its_code() -> None:
    # ExitTrap.code
    done = pulley.wasi.run(pulley.load("""
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call $exit (i32.const 3))))"""))
    assert done.returncode == 3


def test_a_memory_limit_holds_for_each_instance() -> None:
    # store.set_limits(memory_size=…)
    engine = pulley.Engine(memory_limit=2 * 65536)
    instance = pulley.Instance(pulley.load("""
        (module
          (memory 1)
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))""", engine))
    assert instance.grow(1) == 1
    assert instance.grow(1) == -1


def test_a_failing_import_names_what_is_missing() -> None:
    # WasmtimeError with a text; here the list is data.
    with pytest.raises(pulley.LinkError) as caught:
        pulley.Instance(pulley.load(HELLO))
    assert [(item.module, item.name) for item in caught.value.missing] == [("", "hello")]
