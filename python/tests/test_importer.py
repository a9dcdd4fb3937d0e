"""Importing WebAssembly modules: `pulley.importer`."""

import importlib
import importlib.util
import inspect
import subprocess
import sys

import pytest

import pulley
from pulley import importer, wasi

ADD = """(module $adder
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (global (export "answer") i32 (i32.const 42))
  (memory (export "memory") 1)
  (func (export "_hidden"))
  (func (export "name with spaces") (result i64) (i64.const 7)))"""

# A binary module that exports f, which returns 5.
BINARY = bytes.fromhex("0061736d010000000105016000017f030201000705010166" "00000a0601040041050b")

HELLO = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "hello\\n")
  (func (export "hello")
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.const 6))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "variables") (result i32)
    (drop (call $sizes (i32.const 16) (i32.const 20))) (i32.load (i32.const 16)))
  (func (export "directory") (result i32) (call $prestat (i32.const 3) (i32.const 16)))
  (func (export "input") (result i32)
    (i32.store (i32.const 0) (i32.const 128))
    (i32.store (i32.const 4) (i32.const 100))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.load (i32.const 8)))
  (func (export "leave") (call $exit (i32.const 3))))"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder on sys.path. What a test imports from it is forgotten at the end."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    importlib.invalidate_caches()
    yield tmp_path
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules[name], "__file__", None) or ""
        if origin.startswith(str(tmp_path)) or origin == "":
            del sys.modules[name]


def write(folder, **files):
    for name, content in files.items():
        stem, _, ending = name.rpartition("_")
        path = folder.joinpath(*stem.split("__")).with_suffix("." + ending)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    importlib.invalidate_caches()


def test_an_import_finds_a_text_on_the_path(folder):
    write(folder, adder_wat=ADD)
    import adder

    assert adder.add(2, 3) == 5
    assert adder.answer.value == 42
    assert isinstance(adder.memory, pulley.Memory)
    assert adder.__instance__["name with spaces"]() == 7
    assert getattr(adder, "name with spaces") is adder.__instance__["name with spaces"]


def test_an_import_finds_a_binary_before_a_text(folder):
    write(folder, both_wasm=BINARY, both_wat=ADD)
    import both

    assert both.f() == 5
    assert both.__file__ == str(folder / "both.wasm")


def test_a_module_of_python_comes_first(folder):
    write(folder, twin_py="kind = 'python'", twin_wat=ADD)
    import twin

    assert twin.kind == "python"


def test_the_module_describes_itself(folder):
    write(folder, adder_wat=ADD)
    import adder

    assert adder.__name__ == "adder"
    assert adder.__file__ == str(folder / "adder.wat")
    assert adder.__package__ == ""
    spec = adder.__spec__
    assert (spec.name, spec.origin, spec.has_location) == ("adder", adder.__file__, True)
    assert spec.loader is adder.__loader__
    assert not hasattr(adder, "__path__")
    assert "module adder." in adder.__doc__
    assert "    add(i32, i32) -> i32\n" in adder.__doc__
    assert "    answer: global i32\n" in adder.__doc__
    assert inspect.getsource(adder).rstrip() == ADD
    assert repr(adder) == f"<module 'adder' from '{adder.__file__}'>"


def test_public_exports_are_what_an_import_of_all_names_takes(folder):
    write(folder, adder_wat=ADD)
    names = {}
    exec("from adder import *", names)
    assert {"add", "answer", "memory"} <= set(names)
    assert "_hidden" not in names
    exec("from adder import _hidden", names)
    assert names["_hidden"]() is None


def test_an_import_works_in_packages(folder):
    write(folder, pack____init___py="", pack__deep____init___py="from . import adder",
          pack__deep__adder_wat=ADD)
    import pack.deep.adder

    assert pack.deep.adder.add(1, 2) == 3
    assert pack.deep.adder.__package__ == "pack.deep"
    assert pack.deep.adder.__name__ == "pack.deep.adder"


def test_an_import_works_in_namespace_packages(folder):
    write(folder, space__adder_wat=ADD)
    from space import adder

    assert adder.add(1, 2) == 3


def test_a_module_imports_functions_of_python_modules(folder):
    write(folder, helper_py="def twice(x):\n    return 2 * x\nlimit = 10\n", user_wat="""(module
      (import "helper" "twice" (func $twice (param i32) (result i32)))
      (import "helper" "limit" (global $limit i32))
      (func (export "f") (result i32) (call $twice (global.get $limit))))""")
    import user

    assert user.f() == 20


def test_a_module_imports_exports_of_another_one(folder):
    write(folder, counter_wat="""(module
      (memory (export "memory") 1)
      (global (export "g") (mut i32) (i32.const 5))
      (table (export "t") 3 funcref)
      (func (export "__file__") (result i32) (i32.const 9))
      (func (export "get") (result i32) (i32.load (i32.const 0))))""", user_wat="""(module
      (import "counter" "memory" (memory 1))
      (import "counter" "g" (global $g (mut i32)))
      (import "counter" "t" (table 3 funcref))
      (import "counter" "__file__" (func $nine (result i32)))
      (import "counter" "get" (func $get (result i32)))
      (func (export "f") (result i32)
        (i32.store (i32.const 0) (i32.add (global.get $g) (call $nine)))
        (global.set $g (i32.const 6))
        (call $get)))""")
    import counter
    import user

    assert user.f() == 14
    assert counter.g.value == 6
    assert counter.__file__.endswith("counter.wat")


def test_a_name_with_a_dot_is_relative_to_the_package(folder):
    write(folder, pack____init___py="", pack__helper_py="def f():\n    return 8\n",
          pack__user_wat="""(module
            (import ".helper" "f" (func $f (result i32)))
            (func (export "g") (result i32) (call $f)))""")
    from pack import user

    assert user.g() == 8


def test_a_library_is_initialized_and_a_program_is_not_run(folder):
    write(folder, library_wat="""(module
      (global $ready (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $ready (i32.const 1)))
      (func (export "ready") (result i32) (global.get $ready)))""",
          program_wat='(module (func (export "_start") unreachable))')
    import library
    import program

    assert library.ready() == 1
    with pytest.raises(pulley.Trap):
        program._start()


def test_a_module_for_wasi_writes_and_has_nothing_else(folder, capsys):
    write(folder, greeter_wat=HELLO)
    import greeter

    greeter.hello()
    assert capsys.readouterr() == ("hello\n", "hello\n")
    assert greeter.variables() == 0
    assert greeter.directory() == 8  # a descriptor that is not there
    assert greeter.input() == 0
    with pytest.raises(pulley.Exit):
        greeter.leave()


def test_programs_choose_what_modules_for_wasi_get(folder, monkeypatch):
    write(folder, greeter_wat=HELLO)
    given = []

    def system(name):
        given.append(wasi.Wasi([name], env={"A": "1"}, stdout=wasi.PIPE))
        return given[0]

    monkeypatch.setattr(importer, "system", system)
    import greeter

    greeter.hello()
    assert greeter.variables() == 1
    assert given[0].stdout == b"hello\n"


def test_a_module_can_be_loaded_again(folder):
    write(folder, changing_wat='(module (func (export "f") (result i32) (i32.const 1)) '
          '(func (export "_old")))')
    import changing

    first = changing.f
    changing.own = 5
    write(folder, changing_wat='(module (func (export "f") (result i32) (i32.const 2)))')
    assert importlib.reload(changing) is changing
    assert (changing.f(), first(), changing.own) == (2, 1, 5)
    assert not hasattr(changing, "_old")
    write(folder, changing_wat="(module (func $broken)")
    with pytest.raises(ImportError):
        importlib.reload(changing)
    assert changing.f() == 2


def test_what_is_no_module_is_an_import_error(folder):
    write(folder, broken_wat='(module\n  (func (export "f") (result i32)))',
          text_wasm=b"hello")
    with pytest.raises(ImportError, match="broken.wat") as caught:
        import broken  # noqa: F401
    assert isinstance(caught.value.__cause__, pulley.CompileError)
    assert caught.value.__cause__.line == 2
    assert caught.value.name == "broken"
    assert caught.value.path == str(folder / "broken.wat")
    with pytest.raises(ImportError) as caught:
        import text  # noqa: F401
    assert "broken" not in sys.modules and "text" not in sys.modules


def test_clif_is_not_imported(folder):
    write(folder, trusted_wasm="function %f() {\nblock0:\n  return\n}\n")
    with pytest.raises(ImportError) as caught:
        import trusted  # noqa: F401
    assert isinstance(caught.value.__cause__, pulley.UnsupportedError)


@pytest.mark.parametrize("what, words", [
    ('(import "not_there" "f" (func))', "'not_there', which cannot be imported"),
    ('(import "" "f" (func))', "which cannot be imported"),
    ('(import "./x" "f" (func))', "which cannot be imported"),
    ('(import ".x" "f" (func))', "which cannot be imported"),
    ('(import "helper" "absent" (func))', "'absent' from 'helper', which has no such attribute"),
    ('(import "helper" "text" (func))', "str"),
    ('(import "helper" "text" (global i32))', "must be an int"),
    ('(import "helper" "large" (global i32))', "does not fit 32 bits"),
])
def test_an_import_that_python_does_not_have_is_an_import_error(folder, what, words):
    write(folder, helper_py="text = 'x'\nlarge = 1 << 40\n", user_wat=f"(module {what})")
    with pytest.raises(ImportError, match=words) as caught:
        import user  # noqa: F401
    assert caught.value.__cause__ is not None


def test_an_import_of_another_type_is_an_import_error(folder):
    write(folder, adder_wat=ADD, user_wat='(module (import "adder" "add" (func)))')
    with pytest.raises(ImportError, match="adder") as caught:
        import user  # noqa: F401
    assert isinstance(caught.value.__cause__, pulley.LinkError)


def test_a_trap_in_a_start_function_is_an_import_error(folder):
    write(folder, failing_wat="(module (func $s unreachable) (start $s))")
    with pytest.raises(ImportError, match="unreachable") as caught:
        import failing  # noqa: F401
    assert isinstance(caught.value.__cause__, pulley.Trap)


def test_an_exception_of_a_function_in_a_start_function_comes_out(folder):
    write(folder, helper_py="def f():\n    raise KeyError(5)\n", user_wat="""(module
      (import "helper" "f" (func $f)) (func $s (call $f)) (start $s))""")
    with pytest.raises(KeyError):
        import user  # noqa: F401


def test_the_names_of_imports_do_not_reach_other_folders(folder):
    write(folder, inner__secret_wat=ADD,
          user_wat='(module (import "inner/secret" "add" (func (param i32 i32) (result i32))))')
    with pytest.raises(ImportError, match="cannot be imported"):
        import user  # noqa: F401


def test_modules_that_import_one_another_are_an_import_error(folder):
    write(folder, one_wat='(module (import "two" "f" (func)) (func (export "g")))',
          two_wat='(module (import "one" "g" (func)) (func (export "f")))')
    with pytest.raises(ImportError):
        import one  # noqa: F401


def test_modules_that_are_not_there_are_not_found(folder):
    with pytest.raises(ModuleNotFoundError):
        import not_there_either  # noqa: F401
    assert importlib.util.find_spec("not_there_either") is None


def test_the_importer_can_be_removed(folder):
    write(folder, adder_wat=ADD)
    importer.install()
    assert sum(type(finder).__module__ == "pulley.importer" for finder in sys.meta_path) == 1
    importer.uninstall()
    try:
        with pytest.raises(ModuleNotFoundError):
            import adder  # noqa: F401
    finally:
        importer.install()


def test_the_current_folder_is_searched(folder):
    write(folder, adder_wat=ADD)
    code = "import pulley.importer, adder; print(adder.add(2, 3), adder.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"5 {folder / 'adder.wat'}\n", "")
