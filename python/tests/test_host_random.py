"""Host functions of random types, which do random things: all that may happen is an exception."""
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import ctypes
import dataclasses
import random
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import pulley
import pytest

from host_guests import ALLOCATOR, guest


@dataclasses.dataclass
class Pair:
    a: pulley.u8
    b: float


@dataclasses.dataclass
class Single:
    a: pulley.i64


class Numbers(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int16), ("y", ctypes.c_float * 3)]


PARAMETERS: List[Tuple[Any, str]] = [
    (int, "i32"), (pulley.u8, "i32"), (pulley.i64, "i64"), (pulley.u64, "i64"), (float, "f64"),
    (pulley.f32, "f32"), (bool, "i32"), (str, "i32"), (Optional[str], "i32"), (bytes, "i32 i32"),
    (memoryview, "i32 i32"), (Optional[memoryview], "i32 i32"), (pulley.Ptr, "i32"),
    (Optional[pulley.Ptr], "i32"), (pulley.Ptr[pulley.i16], "i32"), (pulley.Ptr[Pair], "i32"),
    (Pair, "i32"), (Single, "i64"), (Numbers, "i32"), (Callable[[int], int], "i32"),
    (Optional[Callable[[int, str], float]], "i32"), (pulley.Function, "funcref"),
    (object, "externref"), (pulley.v128, "v128"), (Any, "i32"), (Any, "f64"), (Any, "externref")]

RESULTS: List[Tuple[Any, str, Any]] = [
    (int, "i32", 5), (pulley.u8, "i32", 200), (pulley.i64, "i64", -5), (float, "f64", 1.5),
    (pulley.f32, "f32", 2.5), (bool, "i32", True), (str, "i32", "text"),
    (Optional[str], "i32", None),
    (pulley.Ptr, "i32", 16), (Single, "i64", Single(3)), (pulley.Function, "funcref", None),
    (object, "externref", "object"), (pulley.v128, "v128", bytes(16)), (Any, "i64", 1)]

WILD: List[Any] = [
    0, 1, -1, 16, 65535, 65536, 2**31, 2**32, 2**63, 2**64, -2**63, 10**50, 0.5, 1e300,
    float("nan"), None, "", "text", "\ud800", "a\0b", b"", bytes(16), bytearray(16), [], (), (1, 2),
    {}, object(), Pair(1, 2.0), Pair(999, 2.0), Single(5), Single(2**70), Numbers(1), len, True]

ARGUMENTS: Dict[str, List[Any]] = {
    "i32": [0, 1, 2, 3, 16, 100, 4096, 65530, 65536, -1, 2**31 - 1],
    "i64": [0, -1, 2**63 - 1], "f32": [0.0, 1e300, float("inf")], "f64": [0.0, -1.5, float("nan")],
    "v128": [bytes(16)], "funcref": [None], "externref": WILD}

EXTRA = ALLOCATOR + """(data (i32.const 16) "hello") (table 4 funcref)
  (elem (i32.const 1) $divide $half $stop)
  (func $divide (param i32) (result i32) (i32.div_s (i32.const 7) (local.get 0)))
  (func $half (param i32 i32) (result f64) (f64.const 0.5))
  (func $stop (param i32) (result i32) unreachable)"""

EXPECTED = (
    TypeError, ValueError, OverflowError, IndexError, KeyError, RecursionError, MemoryError,
    KeyboardInterrupt, SystemExit, pulley.Error)


class World:
    """Makes random choices. `kept` has what host functions keep after their calls."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kept: List[Any] = []

    def use(self, value):
        choose, wild = self.random.choice, self.random.choice(WILD)
        if isinstance(value, pulley.Ptr):
            actions: List[Callable[[], Any]] = [
                lambda: value.read(choose([0, 1, 8, 10**6])), lambda: value.write(b"12345"),
                value.cstr, lambda: value[choose([0, 1, -1, 10**9, 2**62])],
                lambda: value.__setitem__(choose([0, 5, 10**9]), wild), lambda: value + wild,
                lambda: value.cast(Pair).value, lambda: value[0:choose([1, 100, 10**6])]]
            choose(actions)()
        elif isinstance(value, memoryview):
            value[:1] = b"x"[:len(value)]
            self.kept.append(choose([value, value[1:]]))
        elif isinstance(value, pulley.Instance):
            choose([value.close, lambda: value.malloc(5), lambda: value.run, lambda: None])()
        elif callable(value) and not isinstance(value, type):
            self.kept.append(value)
            value(*[choose(WILD) for _ in range(choose([0, 1, 1, 2]))])

    def function(self, results, given):
        def function(*arguments):
            for argument in arguments:
                if self.random.random() < 0.05:
                    raise self.random.choice(EXPECTED[:-1])("on purpose")
                try:
                    self.use(argument)
                except (TypeError, ValueError, IndexError, OverflowError, pulley.Error):
                    pass
            values = tuple(
                value if self.random.random() < 0.8 else self.random.choice(WILD)
                for _, _, value in results)
            return values[0] if len(values) == 1 else values or None

        names = [f"p{index}" for index in range(len(given))]
        annotations = dict(zip(names, given))
        if self.random.random() < 0.3:
            names.insert(0, "instance")
            annotations["instance"] = pulley.Instance
        scope: Dict[str, Any] = {"function": function}
        exec(f"def f({', '.join(names)}): return function({', '.join(names)})", scope)
        made = scope["f"]
        types = tuple(type for type, _, _ in results)
        if Any not in types and self.random.random() < 0.8:
            annotations["return"] = Tuple[types] if len(types) > 1 else types[0] if types else None
        made.__annotations__ = annotations
        return made

    def call(self):
        """Calls a guest that calls a host function. Returns what comes out."""
        choose = self.random.choice
        parameters = [choose(PARAMETERS) for _ in range(choose(range(5)))]
        results = [choose(RESULTS) for _ in range(choose([0, 1, 1, 1, 2, 3]))]
        if len(results) > 1:
            results = [result for result in results if result[0] is not Single]
        words = " ".join(words for _, words in parameters).split()
        function = self.function(results, [type for type, _ in parameters])
        module = guest(" ".join(words), " ".join(word for _, word, _ in results), EXTRA)
        outcomes: Set[Any] = set()
        try:
            instance = pulley.Instance(module, {"env": {"f": function}})
            run = instance.run
            for _ in range(5):
                arguments = [choose(ARGUMENTS[word]) for word in words]
                try:
                    run(*arguments)
                    outcomes.add(None)
                except EXPECTED as error:
                    outcomes.add(type(error))
        except pulley.LinkError as error:
            outcomes.add(type(error))
        for value in self.kept:
            try:
                bytes(value) if isinstance(value, memoryview) else value(1)
            except (TypeError, ValueError, pulley.Error, ZeroDivisionError):
                pass
        self.kept.clear()
        return outcomes


@pytest.mark.parametrize("seed", range(4))
def test_random_host_functions_give_results_or_exceptions(seed):
    world = World(seed)
    outcomes: Set[Any] = set().union(*(world.call() for _ in range(100)))
    assert {None, TypeError, OverflowError, pulley.Trap, KeyboardInterrupt} <= outcomes
