"""Functions of Python with callbacks and with signatures, and how long they live."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import gc
import subprocess
import sys
import textwrap
import threading
import weakref
from typing import Any, Callable, Dict, List, Optional

import pulley
import pytest

from host_guests import ALLOCATOR, TEXT, define, guest, linked


# Callbacks


CALLBACKS = TEXT + ALLOCATOR + """(table 5 funcref) (elem (i32.const 1) $scale $length $stop $wide)
  (func $scale (param i32 f64) (result i32)
    (i32.trunc_f64_s (f64.mul (f64.convert_i32_s (local.get 0)) (local.get 1))))
  (func $length (param i32) (result i32) (local i32)
    (loop $l (if (i32.load8_u (i32.add (local.get 0) (local.get 1)))
      (then (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br $l)))) (local.get 1))
  (func $stop (param i32) (result i32) unreachable)
  (func $wide (param i32 i64) (result i32) (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))"""


def test_a_callable_calls_the_guest():
    def function(scale: Callable[[int, float], int]) -> int:
        return scale(10, 2.5) + scale(1, 1)

    assert linked("i32", "i32", function, extra=CALLBACKS).run(1) == 26


def test_a_callable_takes_strings_and_pointers():
    def text(length: Callable[[str], int]) -> int:
        return length("four") + 100 * length("")

    def pointer(length: Callable[[pulley.Ptr], pulley.Ptr]) -> int:
        first, second = pulley.Ptr(instance, 16), pulley.Ptr(instance, 17)
        return length(first).address + 100 * length(second).address

    instance = linked("i32", "i32", text, extra=CALLBACKS)
    assert instance.run(2) == 4
    instance = linked("i32", "i32", pointer, extra=CALLBACKS)
    assert instance.run(2) == 405


def test_wrong_strings_for_a_callable_are_exceptions():
    def function(length: Callable[[str], int]) -> int:
        return length(values.pop())

    instance = linked("i32", "i32", function, extra=CALLBACKS)
    for value, error in [
            ("\ud800", UnicodeEncodeError), ("a\0b", ValueError), (None, TypeError),
            (b"", TypeError)]:
        values: List[Any] = [value]
        with pytest.raises(error, match="argument 1 of the function 'length' of env.f"):
            instance.run(2)


def test_an_optional_callable_is_none_at_index_0():
    def function(scale: Optional[Callable[[int, float], int]]) -> int:
        return -1 if scale is None else scale(4, 2)

    instance = linked("i32", "i32", function, extra=CALLBACKS)
    assert (instance.run(0), instance.run(1)) == (-1, 8)


@pytest.mark.parametrize("index", [0, 5, 77, -1, 2])
def test_an_index_that_is_not_a_function_of_the_type_is_a_trap(index):
    def function(scale: Callable[[int, float], int]) -> int:
        scale(1, 1)
        raise AssertionError("not reached") if index != 2 else RuntimeError

    with pytest.raises(pulley.Trap):
        linked("i32", "i32", function, extra=CALLBACKS).run(index)


@pytest.mark.parametrize("arguments, error", [
    ((1,), TypeError), ((1, 2, 3), TypeError), (("1", 2), TypeError), ((1, "2"), TypeError),
    ((2**32, 1), OverflowError), ((None, None), TypeError)])
def test_wrong_arguments_of_a_callable_are_exceptions(arguments, error):
    def function(scale: Callable[[int, float], int]) -> int:
        return scale(*arguments)

    with pytest.raises(error, match="the function 'scale' of env.f"):
        linked("i32", "i32", function, extra=CALLBACKS).run(1)


def test_a_trap_in_a_callable_ends_the_call_of_the_guest():
    results: List[Any] = []

    def function(stop: Callable[[int], int]) -> int:
        results.append(stop(1))
        results.append(stop(1))
        return 5

    instance = linked("i32", "i32", function, extra=CALLBACKS)
    with pytest.raises(pulley.Trap) as caught:
        instance.run(3)
    assert caught.value.code == "unreachable" and results == [0, 0]
    assert linked("i32", "i32", lambda x: x).run(1) == 1


def test_a_callable_is_over_when_the_host_function_has_returned():
    kept = []

    def function(scale: Callable[[int, float], int]) -> int:
        kept.append(scale)
        return 1

    instance = linked("i32", "i32", function, extra=CALLBACKS)
    instance.run(1)
    with pytest.raises(pulley.ClosedError, match="the function 'scale' of env.f"):
        kept[0](1, 1)
    instance.run(1)
    with pytest.raises(pulley.ClosedError):
        kept[0](1, 1)


def test_a_callable_belongs_to_the_thread_of_the_guest():
    found = []

    def function(scale: Callable[[int, float], int]) -> int:
        def work():
            try:
                scale(1, 1)
            except pulley.BusyError as error:
                found.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return scale(3, 1)

    assert linked("i32", "i32", function, extra=CALLBACKS).run(1) == 3
    assert len(found) == 1


# Signatures


@pytest.mark.parametrize("signature, parameters, results, arguments, expected", [
    ("i32(i32, i32)", "i32 i32", "i32", (5, -3), 2),
    ("long long(long long, u8)", "i64 i32", "i64", (5, -3), 258),
    ("double(float, double)", "f32 f64", "f64", (0.5, 1), 1.5),
    ("unsigned char(unsigned int, unsigned short)", "i32 i32", "i32", (5, 6), 11),
    ("size_t(size_t, ptrdiff_t)", "i32 i32", "i32", (7, -3), 4),
    ("size_t(size_t, ptrdiff_t)", "i64 i64", "i64", (7, -3), 4),
    ("(i32, f64)(i32 first, f64 second)", "i32 f64", "i32 f64", (1, 2), None)])
def test_a_signature_gives_the_types(signature, parameters, results, arguments, expected):
    function = (lambda a, b: a + b) if expected is not None else (lambda a, b: (a, b))
    found = linked(parameters, results, function, signature).run(*arguments)
    assert found == (expected if expected is not None else arguments)


def test_a_signature_has_pointers_strings_and_buffers():
    def function(instance, text, none, view, pointer, values):
        assert isinstance(instance, pulley.Instance)
        assert (text, none, bytes(view), pointer.cstr()) == ("hello", None, b"el", "lo")
        values[0:2] = [5, 6]
        return text.upper()

    signature = "cstr(instance, cstr text, cstr?, buf, size_t n, ptr, out array(i16, 2))"
    instance = linked("i32 i32 i32 i32 i32 i32", "i32", function, signature)
    address = instance.run(16, 0, 17, 2, 19, 512)
    assert pulley.Ptr(instance, address).cstr() == "HELLO"
    assert pulley.Ptr(instance, 512, pulley.i16)[0:2] == [5, 6]


def test_a_signature_has_structures_and_callbacks():
    def structures(value):
        return (value.x + 1, value.y * 2)

    def callbacks(scale):
        return scale(4, 2.5)

    instance = linked(
        "i32 i32", "", structures, "struct{i32, f64}(struct{i32 x, f64 y})")
    pulley.Ptr(instance, 256, pulley.i32)[0] = 6
    pulley.Ptr(instance, 264, float)[0] = 1.25
    instance.run(512, 256)
    assert pulley.Ptr(instance, 512, int).value == 7
    assert pulley.Ptr(instance, 520, float).value == 2.5
    instance = linked("i32", "i32", callbacks, "i32(callback(i32(i32, f64)) f)", extra=CALLBACKS)
    assert instance.run(1) == 10


@pytest.mark.parametrize("signature", [
    "", "i32", "i32(", "i32(foo)", "i32(i32", "i32(i32))", "foo(i32)", "i32(i32,)", "i32(;)",
    "i32(\u00e9)", "void(hostptr)", "void(userdata)", "i32(i32, ..., i32)", "void(handle(x))",
    "v128(v128)", "void(buf(4))", "buf(4)(i32)", "void(in ptr)", "void(in size_t)",
    "void(struct{ptr p, i32 n})", "void(kept callback(void()))", "((i32))()"])
def test_a_wrong_signature_is_a_signature_error(signature):
    with pytest.raises(pulley.SignatureError):
        define(lambda *arguments: 0, signature)


@pytest.mark.parametrize("signature, error", [
    (7, TypeError), (b"i32()", TypeError), ("i32()\0", ValueError)])
def test_a_signature_that_is_not_text_is_refused(signature, error):
    with pytest.raises(error):
        define(lambda: 0, signature)


def test_a_signature_with_more_parameters_than_the_function_is_a_type_error():
    with pytest.raises(TypeError, match="env.f: the signature has 2 parameters"):
        define(lambda x: x, "i32(i32, i32)")


# Lifetimes


def test_a_host_function_lives_as_long_as_an_instance_needs_it():
    instance = linked("i32", "i32", (lambda y: lambda x: x + y)(5))
    gc.collect()
    run = instance.run
    del instance
    gc.collect()
    assert run(1) == 6


def test_existing_instances_keep_a_definition_that_is_replaced():
    linker = pulley.Linker()
    module = guest("i32", "i32")
    linker["env"]["f"] = lambda x: x + 1
    first = linker.instantiate(module)
    linker["env"]["f"] = lambda x: x + 2
    second = linker.instantiate(module)
    gc.collect()
    assert (first.run(0), second.run(0)) == (1, 2)
    linker.close()
    assert (first.run(0), second.run(0)) == (1, 2)


@pytest.mark.parametrize("annotated", [False, True])
def test_a_host_function_that_closes_over_its_instance_is_collected_with_it(annotated):
    class Marker:
        pass

    def make():
        marker = Marker()

        def function(x):
            assert marker
            return instance.byte(x)

        if annotated:
            function.__annotations__.update({"x": int, "return": int})
        instance = linked("i32", "i32", function)
        assert instance.run(16) == ord("h")
        return weakref.ref(instance), weakref.ref(marker)

    references = make()
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_an_instance_closed_in_its_own_host_function_ends_after_the_call():
    def function(x):
        instance.close()
        linker.close()
        gc.collect()
        return x + 1

    linker = pulley.Linker()
    linker["env"]["f"] = function
    instance = linker.instantiate(guest("i32", "i32"))
    assert instance.run(1) == 2
    assert instance.closed
    with pytest.raises(pulley.ClosedError):
        instance.run


def test_objects_deleted_in_a_host_function_end_after_the_call():
    holder: Dict[str, Any] = {}

    def function(x):
        holder.clear()
        gc.collect()
        return x + 1

    linker = pulley.Linker()
    linker["env"]["f"] = function
    holder["instance"] = linker.instantiate(guest("i32", "i32"))
    del linker
    assert holder["instance"].run(1) == 2
    assert holder == {}


def test_a_host_function_may_define_itself_again():
    def function(x):
        linker["env"]["f"] = lambda y: y + 100
        gc.collect()
        return x + 1

    linker = pulley.Linker()
    linker["env"]["f"] = function
    module = guest("i32", "i32")
    instance = linker.instantiate(module)
    assert (instance.run(1), instance.run(1)) == (2, 2)
    assert linker.instantiate(module).run(1) == 101


def test_a_host_function_may_make_instances_of_its_own_module():
    def function(x):
        return x if x == 0 else 1 + linker.instantiate(module).run(x - 1)

    linker = pulley.Linker()
    linker["env"]["f"] = function
    module = guest("i32", "i32")
    assert linker.instantiate(module).run(10) == 10


@pytest.mark.parametrize("end", ["", "raise SystemExit(0)", "instance.run(1)"])
def test_the_interpreter_exits_while_instances_live(end):
    program = textwrap.dedent("""
        import pulley
        module = pulley.load('''(module (import "env" "f" (func $f (param i32) (result i32)))
          (memory 1) (func (export "run") (param i32) (result i32) (call $f (local.get 0))))''')
        def function(x: int) -> int:
            return instance is not None
        instance = pulley.Instance(module, {"env": {"f": function}})
        others = [pulley.Instance(module, {"env": {"f": lambda x: others}}) for _ in range(5)]
        run = instance.run
        class Late:
            def __del__(self):
                try:
                    run(1)
                except BaseException:
                    pass
        late = Late()
        late.itself = late
        assert run(1) == 1
        """) + end
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_threads_call_their_own_instances_of_one_host_function():
    module = guest("i32", "i32")
    linkers = []

    def function(x: int) -> int:
        return x + threading.get_ident() % 1000

    def work(results):
        linker = pulley.Linker()
        linker["env"]["f"] = function
        linkers.append(linker)
        instance = linker.instantiate(module)
        expected = threading.get_ident() % 1000
        results.append(all(instance.run(count) == count + expected for count in range(2000)))

    results: List[Any] = []
    threads = [threading.Thread(target=work, args=(results,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


def test_any_is_what_the_importing_module_has():
    def function(x: Any) -> Any:
        return x

    assert linked("f32", "f32", function).run(0.5) == 0.5
    assert linked("externref", "externref", function).run("x") == "x"
