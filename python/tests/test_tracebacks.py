"""What a traceback shows of an error of the library."""
import sys
import traceback

import pytest

import pulley


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(type(error), error))


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", []))


def test_a_compile_error_says_where_in_its_message() -> None:
    with pytest.raises(pulley.CompileError) as caught:
        pulley.load("(module\n (func (result i32) (i64.const 1)))")
    assert str(caught.value) == (
        "type mismatch: expected i32, found i64 in function 0 (line 2, column 34)")
    assert (caught.value.line, caught.value.column) == (2, 34)


def test_a_compile_error_of_a_binary_says_at_which_byte() -> None:
    with pytest.raises(pulley.CompileError) as caught:
        pulley.load(b"\0asm\1\0\0\0\1")
    assert str(caught.value) == "unexpected end (byte 9)"
    assert caught.value.offset == 9


def test_a_compile_error_shows_the_line_and_points_at_the_column() -> None:
    with pytest.raises(pulley.CompileError) as caught:
        pulley.load("(module\n (func (resul i32)))")
    assert notes(caught.value) == " (func (resul i32)))\n        ^"


def test_an_error_in_a_declaration_shows_the_line() -> None:
    with pytest.raises(pulley.SignatureError) as caught:
        pulley.Linker().declare("double cos(double);\nint f(foo);")
    assert str(caught.value) == "unknown type 'foo' (line 2, column 7)"
    assert notes(caught.value) == "int f(foo);\n      ^"


def test_a_trap_has_the_frames_of_the_guest_as_a_note() -> None:
    guest = pulley.Instance(pulley.load(
        '(module $demo (func $inner unreachable) (func (export "outer") (call $inner)))'))
    with pytest.raises(pulley.Trap) as caught:
        guest.outer()
    assert str(caught.value) == "unreachable"
    assert [line.split(" at ")[0].strip() for line in notes(caught.value).splitlines()] == [
        "0: demo!inner", "1: demo!outer"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python shows notes from 3.11 on")
def test_a_traceback_shows_the_notes() -> None:
    with pytest.raises(pulley.CompileError) as caught:
        pulley.load("(module\n (func (resul i32)))")
    assert shown(caught.value).splitlines()[1:] == [" (func (resul i32)))", "        ^"]


def test_a_traceback_shows_the_public_name_of_an_exception() -> None:
    with pytest.raises(pulley.Error) as caught:
        pulley.load("(modul)")
    assert shown(caught.value).startswith("pulley.CompileError: ")


def test_the_imports_of_a_module_are_shown_with_their_types() -> None:
    module = pulley.load('(module (import "env" "log" (func (param i32 f64))))')
    assert repr(module.imports) == "[env.log: (i32, f64) -> ()]"
