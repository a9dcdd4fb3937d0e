"""Linking instances to one another and to definitions."""

from __future__ import annotations

from typing import Any

import pytest

import pulley

HOME = """(module
  (memory (export "m") 1) (table (export "t") 4 funcref)
  (global (export "g") (mut i32) (i32.const 1)) (global (export "c") i32 (i32.const 9))
  (tag (export "e") (param i32))
  (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10)))
  (func (export "load") (result i32) (i32.load (i32.const 4))))"""

GUEST = """(module
  (import "home" "m" (memory 1)) (import "home" "t" (table $t 4 funcref))
  (import "home" "g" (global $g (mut i32))) (import "home" "c" (global $c i32))
  (import "home" "f" (func $f (param i32) (result i32)))
  (import "home" "e" (tag $e (param i32)))
  (elem declare func $own)
  (func $own (export "own") (param i32) (result i32) (call $f (i32.add (local.get 0) (global.get $c))))
  (func (export "bump") (global.set $g (i32.add (global.get $g) (i32.const 1))))
  (func (export "store") (param i32) (i32.store (i32.const 4) (local.get 0)))
  (func (export "put") (table.set $t (i32.const 1) (ref.func $own)))
  (func (export "throw") (param i32) (throw $e (local.get 0)))
  (func (export "catch") (param i32) (result i32)
    (block $b (result i32) (try_table (catch $e $b) (throw $e (local.get 0))) (i32.const -1))))"""


def link() -> Any:
    home: Any = pulley.Instance(pulley.load(HOME))
    linker = pulley.Linker()
    linker["home"] = home
    return home, linker.instantiate(pulley.load(GUEST))


def test_instances_share_what_they_import(no_leaks: None) -> None:
    home, guest = link()
    assert guest.own(1) == 100
    guest.bump()
    assert home["g"].value == 2
    home["g"].value = 10
    guest.bump()
    assert home.g.value == 11
    guest.store(77)
    assert home.load() == 77
    guest.put()
    assert home.t[1](2) == 110
    assert home.t[1] == guest.own
    assert guest["catch"](5) == 5
    with pytest.raises(pulley.Trap) as raised:
        guest.throw(1)
    assert raised.value.frames[0].function == "throw"


def test_each_definition_may_be_given_by_itself(no_leaks: None) -> None:
    home: Any = pulley.Instance(pulley.load(HOME))
    guest: Any = pulley.Instance(pulley.load(GUEST), {"home": home})
    assert guest.own(0) == 90
    guest = pulley.Instance(pulley.load(GUEST), {"home": {
        "m": home.m, "t": home.t, "g": home.g, "c": home.c, "e": home.e, "f": lambda x: x + 1}})
    assert guest.own(0) == 10
    guest = pulley.Instance(pulley.load(GUEST), {"home": dict(home.exports)})
    assert guest.own(0) == 90


def test_objects_that_python_makes_can_be_imported(no_leaks: None) -> None:
    table = pulley.Table("funcref", 4)
    variable = pulley.Global("i32", 5, mutable=True)
    constant = pulley.Global("i32", -1)
    tag = pulley.Tag(["i32"])
    home: Any = pulley.Instance(pulley.load(HOME))
    guest: Any = pulley.Instance(pulley.load(GUEST), {"home": {
        "m": home.m, "t": table, "g": variable, "c": constant, "e": tag, "f": home.f}})
    guest.bump()
    assert variable.value == 6
    guest.put()
    assert table[1](1) == 0
    assert guest["catch"](8) == 8
    assert len(table) == 4 and table[0] is None and list(table)[2:] == [None, None]
    assert table.grow(2, guest.own) == 4
    assert table[-1] == guest.own


def test_what_is_missing_is_listed(no_leaks: None) -> None:
    with pytest.raises(pulley.LinkError) as raised:
        pulley.Instance(pulley.load(GUEST))
    missing = raised.value.missing
    assert [(item.module, item.name) for item in missing] == [
        ("home", name) for name in ("m", "t", "g", "c", "f", "e")]
    assert all("not defined" in item.reason for item in missing)
    assert "home" in str(raised.value) and "m" in str(raised.value)


def test_what_does_not_fit_is_listed(no_leaks: None) -> None:
    home: Any = pulley.Instance(pulley.load(HOME))
    definitions = {**dict(home.exports), "m": home.t, "f": home.load, "g": home.c}
    with pytest.raises(pulley.LinkError) as raised:
        pulley.Instance(pulley.load(GUEST), {"home": definitions})
    assert sorted(item.name for item in raised.value.missing) == ["f", "g", "m"]
    assert all(item.reason for item in raised.value.missing)


def test_a_near_name_is_proposed(no_leaks: None) -> None:
    linker = pulley.Linker()
    linker["env"]["log_message"] = lambda x: None
    with pytest.raises(pulley.LinkError) as raised:
        linker.instantiate(pulley.load('(module (import "env" "log_mesage" (func (param i32))))'))
    assert "log_message" in str(raised.value) or "log_message" in raised.value.details


def test_a_failed_instantiation_leaves_everything_usable(no_leaks: None) -> None:
    home, guest = link()
    linker = pulley.Linker()
    linker["home"] = home
    for _ in range(20):
        with pytest.raises(pulley.LinkError):
            linker.instantiate(pulley.load('(module (import "home" "x" (func)))'))
        with pytest.raises(pulley.Trap):
            linker.instantiate(pulley.load(
                '(module (import "home" "f" (func (param i32) (result i32)))'
                " (func $s unreachable) (start $s))"))
        with pytest.raises(pulley.Trap):
            linker.instantiate(pulley.load(
                '(module (import "home" "m" (memory 1)) (data (i32.const 65536) "x"))'))
        assert guest.own(1) == 100
        assert home.f(1) == 10


def test_a_start_function_runs_before_instantiate_returns(no_leaks: None) -> None:
    seen = []
    module = pulley.load(
        '(module (import "env" "f" (func $f (param i32))) (func $s (call $f (i32.const 5))) (start $s))')
    pulley.Instance(module, {"env": {"f": lambda x: seen.append(x)}})
    assert seen == [5]


def test_a_start_function_may_instantiate_modules_with_the_same_linker(no_leaks: None) -> None:
    starting = pulley.load('(module (import "env" "f" (func $f)) (start $f))')
    linker = pulley.Linker()
    depth = []

    def call() -> None:
        depth.append(1)
        if len(depth) < 5:
            linker.instantiate(starting)

    linker["env"]["f"] = call
    linker.instantiate(starting)
    assert len(depth) == 5


def test_an_exception_of_a_start_function_comes_out(no_leaks: None) -> None:
    def call() -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        pulley.Instance(
            pulley.load('(module (import "env" "f" (func $f)) (start $f))'), {"env": {"f": call}})


def test_functions_passed_as_references_link_their_instances(no_leaks: None) -> None:
    """Afterwards no two threads may be in them: they have one lock."""
    one: Any = pulley.Instance(pulley.load(
        '(module (table (export "t") 2 funcref) (func (export "keep") (param funcref)'
        " (table.set 0 (i32.const 0) (local.get 0))))"))
    others: Any = [pulley.Instance(pulley.load(HOME)) for _ in range(3)]
    assert one.keep._group.root is not others[0].f._group.root
    one.keep(others[0].f)
    one.t[1] = others[1].f
    assert one.t[0](2) == one.t[1](2) == 20
    held = pulley.Global("funcref", others[2].f)
    assert held.value(3) == 30
    roots = {each._group.root for each in (one, others[0], others[1])}
    assert len(roots) == 1
    assert held._group.root is others[2]._group.root


def test_instances_that_share_only_a_shared_memory_are_not_linked(no_leaks: None) -> None:
    home = pulley.Instance(pulley.load('(module (memory (export "m") 1 1 shared))'))
    module = pulley.load('(module (import "a" "m" (memory 1 1 shared)))')
    one = pulley.Instance(module, {"a": {"m": home.m}})
    linker = pulley.Linker()
    linker["a"] = home
    two = linker.instantiate(module)
    assert len({each._group.root for each in (home, one, two)}) == 3


def test_imports_are_mappings_of_names(no_leaks: None) -> None:
    module = pulley.load('(module (import "a" "f" (func)))')
    wrong: Any
    for wrong in (5, [("f", print)], "text", print):
        with pytest.raises(TypeError, match="the definitions of 'a' must be a mapping"):
            pulley.Instance(module, {"a": wrong})
    for wrong in (None, 5, "text", b"", [], object(), home := pulley.Instance(pulley.load(HOME))):
        with pytest.raises(TypeError):
            pulley.Linker().define("a", "f", wrong)
    with pytest.raises(TypeError, match="define an instance as a whole"):
        pulley.Linker()["a"]["f"] = home


@pytest.mark.parametrize("name", [None, 5, b"bytes", ["list"]])
def test_names_of_imports_are_text(name: Any) -> None:
    linker = pulley.Linker()
    with pytest.raises(TypeError, match="a name must be a str"):
        linker.define(name, "f", pulley.Global("i32"))
    with pytest.raises(TypeError, match="a name must be a str"):
        linker.define("a", name, pulley.Global("i32"))
    with pytest.raises(TypeError, match="a name must be a str"):
        linker.define_instance(name, pulley.Instance(pulley.load("(module)")))


def test_names_of_imports_have_no_nul_and_no_lone_surrogates() -> None:
    linker = pulley.Linker()
    with pytest.raises(ValueError, match="NUL"):
        linker["a"]["x\0y"] = pulley.Global("i32")
    with pytest.raises(ValueError):
        linker["a"]["\ud800"] = pulley.Global("i32")
    with pytest.raises(ValueError):
        linker["\udcff"]["x"] = pulley.Global("i32")


def test_only_the_name_of_a_module_has_no_definition_of_its_own() -> None:
    with pytest.raises(TypeError):
        pulley.Linker()["a"] = print  # type: ignore[assignment]
    with pytest.raises(TypeError, match="only host functions have a signature"):
        pulley.Linker().define("a", "g", pulley.Global("i32"), signature="i32()")
