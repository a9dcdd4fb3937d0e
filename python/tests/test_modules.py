"""Modules: loading, inspecting, saving."""

from __future__ import annotations

import html.parser
import pathlib
from typing import Any

import pytest

import pulley

TEXT = """(module $name
  (import "env" "f" (func (param i32 f64) (result i64)))
  (import "env" "t" (table 1 8 funcref))
  (import "env" "m" (memory 1 2 shared))
  (import "env" "g" (global (mut f32)))
  (import "env" "e" (tag (param i32)))
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "with spaces") (result i32 f64) i32.const 1 f64.const 2)
  (table (export "t") 2 externref)
  (memory (export "m") 1)
  (global (export "g") i64 (i64.const 5))
  (tag (export "e") (param i64 f64)))"""

SIMPLE = '(module (func (export "f") (result i32) i32.const 42))'


def test_imports_and_exports_have_names_kinds_and_types() -> None:
    module = pulley.load(TEXT)
    assert [(item.module, item.name, item.kind) for item in module.imports] == [
        ("env", "f", "function"), ("env", "t", "table"), ("env", "m", "memory"),
        ("env", "g", "global"), ("env", "e", "tag")]
    assert [item.type for item in module.imports] == [
        pulley.FunctionType(("i32", "f64"), ("i64",)),
        pulley.TableType("funcref", pulley.Limits(1, 8)),
        pulley.MemoryType(pulley.Limits(1, 2), shared=True),
        pulley.GlobalType("f32", True),
        pulley.TagType(("i32",))]
    assert [(item.name, item.kind) for item in module.exports] == [
        ("add", "function"), ("with spaces", "function"), ("t", "table"), ("m", "memory"),
        ("g", "global"), ("e", "tag")]
    assert module.exports["with spaces"].type == pulley.FunctionType((), ("i32", "f64"))
    assert module.exports[0].name == "add"
    assert len(module.exports) == 6 and "add" in module.exports and "sub" not in module.exports
    assert module.name == "name"
    assert module.format == "wat"


def test_imports_and_exports_print_well() -> None:
    module = pulley.load(TEXT)
    shown = [str(item) for item in [*module.imports, *module.exports]]
    assert "env.f: (i32, f64) -> i64" in shown[0]
    assert "(i32, i32) -> i32" in shown[5] and "add" in shown[5]
    assert "(i32, f64)" in shown[6]
    assert "name" in repr(module)


def test_notebooks_show_modules_as_tables_without_markup_of_the_names() -> None:
    module = pulley.load('(module (func (export "<script>&")))')
    text = module._repr_html_()
    assert "<script>" not in text and "&lt;script&gt;&amp;" in text
    html.parser.HTMLParser().feed(text)


def test_an_export_that_is_not_there_is_an_error_with_the_nearest() -> None:
    module = pulley.load(TEXT)
    with pytest.raises(pulley.NotFoundError, match="did you mean 'add'"):
        module.exports["ad"]
    with pytest.raises(LookupError):
        module.exports["nothing like it"]
    with pytest.raises(IndexError):
        module.exports[6]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, str])
def test_a_module_is_loaded_from_text_and_bytes(kind: Any) -> None:
    source: Any = SIMPLE if kind is str else kind(SIMPLE.encode())
    assert pulley.Instance(pulley.load(source)).f() == 42
    assert pulley.Instance(pulley.Module(source)).f() == 42


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_a_module_is_loaded_from_a_file(kind: Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a module é.wat"
    path.write_text(SIMPLE)
    assert pulley.Instance(pulley.load(kind(path))).f() == 42


def test_a_file_whose_name_is_not_utf_8_is_loaded(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "\udcff.wat"
    path.write_text(SIMPLE)
    assert pulley.Instance(pulley.load(path)).f() == 42
    assert pulley.Instance(pulley.load(str(path))).f() == 42


def test_files_that_cannot_be_read_are_the_errors_of_python(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing.wasm"):
        pulley.load(tmp_path / "missing.wasm")
    with pytest.raises(FileNotFoundError):
        pulley.load("missing.wasm")
    with pytest.raises(IsADirectoryError):
        pulley.load(tmp_path)
    with pytest.raises(ValueError, match="NUL"):
        pulley.load("a\0b.wasm")


@pytest.mark.parametrize("source", [None, 1, 1.5, [], {}, object(), print])
def test_other_objects_are_not_modules(source: Any) -> None:
    with pytest.raises(TypeError, match="a module is bytes or a str, not"):
        pulley.load(source)
    with pytest.raises(TypeError):
        pulley.Module.validate(source)
    with pytest.raises(TypeError, match="module must be a pulley.Module"):
        pulley.Instance(source)
    with pytest.raises(TypeError, match="module must be a pulley.Module"):
        pulley.Linker().instantiate(source)


def test_a_text_with_an_error_has_a_position() -> None:
    with pytest.raises(pulley.CompileError) as raised:
        pulley.load('(module\n  (func (export "f") (result i32)\n    i32.cnst 1))')
    assert (raised.value.line, raised.value.column) == (3, 5)
    assert raised.value.offset is not None
    assert "i32.cnst" in raised.value.details
    assert isinstance(raised.value, ValueError)
    with pytest.raises(pulley.CompileError) as raised:
        pulley.load("(module\n  (func (result i32)))")
    assert raised.value.line == 2


def test_a_damaged_binary_has_a_position() -> None:
    with pytest.raises(pulley.CompileError) as raised:
        pulley.load(b"\0asm\1\0\0\0\xff")
    assert raised.value.offset == 9
    assert raised.value.line is None


@pytest.mark.parametrize("data", [b"", b"\0", b"\0asm", b"\0asm\2\0\0\0", bytes(100), b"\xff" * 50])
def test_what_is_no_module_is_a_compile_error(data: bytes) -> None:
    for load in (pulley.load, pulley.Module, pulley.Module.validate, pulley.Module.from_artifact):
        with pytest.raises(pulley.CompileError):
            load(data)


def test_a_text_with_surrogates_is_a_value_error() -> None:
    with pytest.raises(ValueError):
        pulley.load('(module (func (export "\ud800")))')


def test_validate_finds_the_errors_of_load() -> None:
    pulley.Module.validate(SIMPLE)
    with pytest.raises(pulley.CompileError):
        pulley.Module.validate("(module (func (result i32)))")


def test_clif_needs_an_engine_that_accepts_it() -> None:
    text = "function %f(i32) -> i32 {\nblock0(v0: i32):\n    return v0\n}\n"
    with pytest.raises(pulley.UnsupportedError):
        pulley.load(text)
    engine = pulley.Engine(clif=True)
    module = pulley.load(text, engine)
    assert module.format == "clif"
    guest: Any = pulley.Linker(engine).instantiate(module)
    assert guest.f(3) == 3


def test_a_saved_module_is_loaded_without_compiling(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "artifact"
    data = pulley.load(SIMPLE).save(path)
    assert path.read_bytes() == data
    module = pulley.Module.from_artifact(data)
    assert module.format == "artifact"
    assert pulley.Instance(module).f() == 42
    damaged = bytearray(data)
    # The code follows the header of the ELF file, which has 64 bytes.
    damaged[64] ^= 1
    with pytest.raises(pulley.ArtifactError):
        pulley.Module.from_artifact(damaged)


def test_custom_sections_are_given_by_name() -> None:
    section = b"\0" + bytes([7]) + b"\3abc" + b"xyz"
    module = pulley.load(b"\0asm\1\0\0\0" + section + b"\0\4\3abc" + b"\0\2\1d")
    assert module.custom_sections() == [("abc", b"xyz"), ("abc", b""), ("d", b"")]
    assert module.custom_sections("abc") == [("abc", b"xyz"), ("abc", b"")]
    assert module.custom_sections("e") == []


def test_names_of_exports_may_be_anything() -> None:
    def section(number: int, content: bytes) -> bytes:
        return bytes([number, len(content)]) + content

    names = [b"", b"two words", "é\u202e".encode(), b"nul\0nul", b"__class__", b"close", b"module"]
    exports = b"".join(bytes([len(name)]) + name + b"\0\0" for name in names)
    binary = (b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\1\x7f") + section(3, b"\1\0")
              + section(7, bytes([len(names)]) + exports) + section(10, b"\1\4\0\x41\x2a\x0b"))
    module = pulley.load(binary)
    assert [item.name for item in module.exports] == [name.decode() for name in names]
    guest: Any = pulley.Instance(module)
    for name in names:
        if b"\0" in name:
            with pytest.raises(ValueError, match="NUL"):
                guest[name.decode()]
        else:
            assert guest[name.decode()]() == 42
    assert isinstance(guest, pulley.Instance) and not guest.closed
    assert "two words" in guest.exports
    repr(module), repr(guest), dir(guest)


def test_engines_have_options() -> None:
    engine = pulley.Engine(
        interruptible=False, timeout=5, stack_size=1 << 16, eager=True, threads=1,
        memory_limit=1 << 20, limits={"tables": 1 << 16, "instances": (1 << 20, None)})
    guest: Any = pulley.Linker(engine).instantiate(pulley.load(SIMPLE, engine))
    assert guest.f() == 42
    with pytest.raises(pulley.LimitError):
        pulley.Linker(engine).instantiate(pulley.load("(module (memory 17))", engine))
    assert engine.usage("memory") >= 0 and engine.peak("stacks") >= 0


@pytest.mark.parametrize("options, expected", [
    ({"stack_size": -1}, ValueError), ({"stack_size": 1}, ValueError),
    ({"stack_size": 1 << 80}, ValueError), ({"stack_size": "1"}, TypeError),
    ({"threads": 1 << 40}, ValueError), ({"threads": 1.5}, TypeError),
    ({"memory_limit": -5}, ValueError), ({"timeout": 0}, ValueError),
    ({"timeout": "x"}, TypeError), ({"timeout": float("nan")}, ValueError),
    ({"limits": {"nonsense": 5}}, ValueError), ({"limits": {"memory": "x"}}, TypeError),
    ({"limits": {"memory": -1}}, ValueError), ({"nonsense": 5}, TypeError)])
def test_wrong_options_are_refused(options: Any, expected: Any) -> None:
    with pytest.raises(expected):
        pulley.Engine(**options)
    with pytest.raises(ValueError, match="'nonsense' is not a resource"):
        pulley.Engine().usage("nonsense")


def test_an_endless_time_limit_of_an_engine_is_none() -> None:
    engine = pulley.Engine(timeout=float("inf"))
    guest: Any = pulley.Linker(engine).instantiate(pulley.load(SIMPLE, engine))
    assert guest.f() == 42


def test_objects_of_two_engines_are_not_combined() -> None:
    with pytest.raises(ValueError):
        pulley.Linker(pulley.Engine()).instantiate(pulley.load(SIMPLE))
