"""Random use of the whole interface: for the state machine test and for `hammer.py`."""

from __future__ import annotations

import copy
import ctypes
import gc
import pickle
import random
import threading
import weakref
from typing import Any, Callable, Dict, List, Optional

import pulley
from pulley._library import quick

TEXTS = [
    """(module $types
      (func (export "i32") (param i32) (result i32) local.get 0)
      (func (export "i64") (param i64) (result i64) local.get 0)
      (func (export "f32") (param f32) (result f32) local.get 0)
      (func (export "f64") (param f64) (result f64) local.get 0)
      (func (export "v128") (param v128) (result v128) local.get 0)
      (func (export "funcref") (param funcref) (result funcref) local.get 0)
      (func (export "externref") (param externref) (result externref) local.get 0)
      (func (export "many") (param i32 f64 externref) (result externref f64 i32)
        local.get 2 local.get 1 local.get 0))""",
    """(module $caller
      (import "env" "f" (func $f (param i32) (result i32)))
      (memory (export "m") 1 4)
      (table (export "t") 3 8 funcref) (elem (i32.const 0) $f $g)
      (global (export "g") (mut i32) (i32.const 7))
      (func $g (export "call") (param i32) (result i32) (call $f (local.get 0)))
      (func (export "twice") (param i32) (result i32)
        (i32.add (call $f (local.get 0)) (call $f (local.get 0))))
      (func (export "indirect") (param i32 i32) (result i32)
        (call_indirect (param i32) (result i32) (local.get 1) (local.get 0)))
      (func (export "trap") unreachable)
      (func (export "forever") (loop br 0))
      (func $deep (export "recurse") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (call $f (i32.const 1)))
          (else (call $deep (i32.sub (local.get 0) (i32.const 1)))))))""",
    """(module $linked
      (import "env" "f" (func $f (param i32) (result i32)))
      (import "env" "t" (table $t 1 funcref))
      (import "env" "g" (global $g (mut i32)))
      (import "env" "m" (memory 1))
      (func $own (export "f") (param i32) (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1)))
        (i32.store (i32.const 8) (local.get 0))
        (call $f (i32.load (i32.const 8))))
      (export "t" (table $t)) (export "g" (global $g)) (export "m" (memory 0))
      (elem declare func $own)
      (func (export "put") (table.set $t (i32.const 0) (ref.func $own)))
      (func (export "grow") (result i32) (memory.grow (i32.const 1))))""",
    """(module $objects
      (import "env" "object" (func $object (param externref) (result externref)))
      (table $t (export "t") 4 16 externref)
      (global $g (export "g") (mut externref) (ref.null extern))
      (func (export "put") (param i32 externref) (table.set $t (local.get 0) (local.get 1)))
      (func (export "get") (param i32) (result externref) (table.get $t (local.get 0)))
      (func (export "pass") (param externref) (result externref) (call $object (local.get 0)))
      (func (export "keep") (param externref) (global.set $g (local.get 0))))""",
    """(module $starting
      (import "env" "f" (func $f (param i32) (result i32)))
      (func $start (drop (call $f (i32.const 3)))) (start $start)
      (func (export "f") (param i32) (result i32) (call $f (local.get 0))))""",
    '(module $shared (memory (export "m") 1 2 shared) (func (export "f") (param i32) (result i32) '
    "(i32.atomic.rmw.add (i32.const 0) (local.get 0))))",
    "(module)",
]

NAMES = ["f", "g", "m", "t", "call", "object", "none", "two words", "é", "", "__class__", "close",
         "x\0y", "\ud800"]


class Own(Exception):
    """What host functions raise."""


EXPECTED = (pulley.Error, Own, TypeError, ValueError, OverflowError, IndexError, AttributeError,
            RecursionError, MemoryError, OSError, KeyError)
"""What a mistake may raise. An InternalError is a defect."""


class World:
    """Objects of the package, and operations on them that are chosen at random."""

    def __init__(self, seed: int = 0, size: int = 10) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.pools: Dict[str, List[Any]] = {
            name: [] for name in ("module", "linker", "instance", "item", "view", "other")}
        self.depth = 0
        self.calls = 0
        self.raised: Dict[str, int] = {}
        self.problems: List[BaseException] = []
        self.modules = [pulley.load(text) for text in TEXTS]

    def clear(self) -> None:
        for pool in self.pools.values():
            pool.clear()
        self.modules.clear()
        self.problems.clear()

    # Choices

    def pick(self, pool: str) -> Any:
        found = self.pools[pool]
        if not found:
            return None
        try:
            return found[self.random.randrange(len(found))]
        except IndexError:
            # Another thread has taken it.
            return None

    def add(self, pool: str, value: Any) -> Any:
        found = self.pools[pool]
        if len(found) >= self.size:
            try:
                found[self.random.randrange(len(found))] = value
                return value
            except (IndexError, ValueError):
                pass
        found.append(value)
        return value

    def name(self) -> str:
        return self.random.choice(NAMES)

    def integer(self) -> int:
        choose = self.random.random()
        if choose < 0.6:
            return self.random.randrange(-3, 12)
        if choose < 0.9:
            return self.random.choice([-1, 1]) * (1 << self.random.randrange(130)) \
                - self.random.randrange(2)
        return self.random.choice([1 << 5000, -(1 << 5000), True, False])

    def value(self) -> Any:
        """Anything that a program might pass by mistake, or on purpose."""
        choose = self.random.randrange(20)
        if choose < 6:
            return self.integer()
        if choose < 8:
            return self.random.choice([0.0, -0.0, 1.5, 1e300, float("inf"), float("nan")])
        if choose == 8:
            return self.random.choice(["", "text", "\0", "\ud800", b"", bytes(16), bytearray(16)])
        if choose == 9:
            return self.random.choice([None, None, [], {}, (), object(), 1j, ..., type, len, Own()])
        if choose == 10:
            return Evil(self)
        if choose < 15:
            return self.pick("item")
        return self.pick(self.random.choice(list(self.pools)))

    def host(self) -> Callable[..., Any]:
        """A host function that does anything."""
        seed = self.random.randrange(1 << 30)
        mode = self.random.randrange(6)

        def function(*arguments: Any) -> Any:
            generator = random.Random(seed + len(arguments))
            if mode == 0:
                return arguments[0] if arguments else None
            if mode == 1:
                raise Own("from a host function")
            if mode == 2:
                return self.value()
            self.step()
            if mode == 3 and generator.random() < 0.5:
                gc.collect(0)
            return 1 if mode != 4 else arguments[0] if arguments else None

        def one(x: int) -> int:
            result: int = function(x)
            return result

        return function if self.random.random() < 0.7 else one

    # Operations

    def op_load(self) -> None:
        if self.random.random() < 0.5:
            self.add("module", self.random.choice(self.modules))
            return
        text = self.random.choice(TEXTS)
        self.add("module", pulley.load(text))

    def op_load_what_is_damaged(self) -> None:
        text = list(self.random.choice(TEXTS))
        for _ in range(self.random.randrange(1, 4)):
            text[self.random.randrange(len(text))] = self.random.choice("()0a\0 \"$")
        source: Any = "".join(text)
        if self.random.random() < 0.3:
            source = self.value()
        if isinstance(source, str) and "(" not in source:
            return
        self.add("module", pulley.load(source))

    def op_inspect_a_module(self) -> None:
        module = self.pick("module")
        if module is None:
            return
        choose = self.random.randrange(8)
        if choose == 0:
            repr(module.imports), repr(module.exports), repr(module), module._repr_html_()
        elif choose == 1:
            module.exports[self.random.choice([self.name(), self.integer()])]
        elif choose == 2:
            module.custom_sections(), module.name, module.format
        elif choose == 3:
            self.add("module", pulley.Module.from_artifact(module.save()))
        elif choose == 4:
            pulley.Module.validate(self.value())
        else:
            [str(item) for item in module.imports], len(module.exports)

    def op_make_a_linker(self) -> None:
        self.add("linker", pulley.Linker())

    def op_define(self) -> None:
        linker = self.pick("linker")
        if linker is None:
            return
        choose = self.random.randrange(10)
        name = self.random.choice(["f", "g", "m", "t", "object", self.name()])
        if choose < 3:
            linker["env"][name] = self.host()
        elif choose == 3:
            linker["env"] = self.pick("instance")
        elif choose == 4:
            linker.define("env", "f", ctypes.CDLL(None).abs)
        elif choose == 5:
            linker[self.name()][self.name()] = self.value()
        elif choose == 6:
            linker.define("env", name, self.host(), signature=self.random.choice(
                ["i32(i32)", "void()", "i32(", "f64(f64)", self.value()]))
        else:
            linker["env"][name] = self.pick("item")

    def op_make_an_object(self) -> None:
        choose = self.random.randrange(6)
        type = self.random.choice(["i32", "i64", "f32", "f64", "v128", "funcref", "externref"])
        if choose < 2:
            self.add("item", pulley.Global(
                type, self.value() if self.random.random() < 0.7 else None,
                mutable=self.random.random() < 0.7))
        elif choose < 4:
            self.add("item", pulley.Table(
                self.random.choice(["funcref", "externref", type]), self.random.randrange(6),
                self.random.choice([None, 8, 3, self.integer()])))
        else:
            self.add("item", pulley.Tag([type] * self.random.randrange(3)))

    def op_instantiate(self) -> None:
        module = self.pick("module") or self.random.choice(self.modules)
        choose = self.random.randrange(6)
        timeout = self.random.choice([None, None, 20, self.value()])
        if choose < 2:
            linker = self.pick("linker")
            if linker is not None:
                self.add("instance", linker.instantiate(module, timeout=timeout))
            return
        names = ["f", "object"]
        imports: Dict[str, Any] = {name: self.host() for name in names}
        for name in ("t", "g", "m"):
            source = self.pick("instance")
            if source is not None:
                try:
                    imports[name] = source[name]
                except pulley.Error:
                    pass
        if self.random.random() < 0.3:
            imports["f"] = self.pick("item") or self.host()
        self.add("instance", pulley.Instance(module, {"env": imports}, timeout=timeout))

    def op_look_up(self) -> None:
        instance = self.pick("instance")
        if instance is None:
            return
        choose = self.random.randrange(8)
        if choose < 5 and not instance.closed and len(instance.exports):
            name = self.random.choice(list(instance.exports))
            self.add("item", instance[name])
        elif choose == 5:
            self.add("item", getattr(instance, self.name()))
        elif choose == 6:
            self.add("item", instance[self.value()])
        else:
            self.add("item", instance.memory)

    def op_call(self) -> None:
        item = self.pick("item")
        if isinstance(item, pulley.Function):
            count = len(item.type.parameters)
            if self.random.random() < 0.1:
                count = max(count + self.random.choice([-1, 1]), 0)
            arguments = [self.value() for _ in range(count)]
            if not count and not item.type.results:
                # It may be `forever`. A function that a table gave cannot be ended when its instance
                # is closed, because no handle of the instance is left.
                if item.name:
                    item(timeout=0.001)
            elif self.random.random() < 0.1:
                self.add("item", item(*arguments, timeout=self.random.choice([20, self.value()])))
            else:
                result = item(*arguments)
                if result is not None:
                    self.add("item", result)

    def op_call_correctly(self) -> None:
        item = self.pick("item")
        if isinstance(item, pulley.Function) and (item.type.parameters or item.type.results):
            arguments: List[Any] = []
            for type in item.type.parameters:
                if type in ("i32", "i64"):
                    arguments.append(self.random.randrange(4))
                elif type in ("f32", "f64"):
                    arguments.append(self.random.random())
                elif type == "v128":
                    arguments.append(bytes(16))
                elif type == "funcref":
                    other = self.pick("item")
                    arguments.append(other if isinstance(other, pulley.Function) else None)
                else:
                    arguments.append(self.value())
            result = item(*arguments)
            if self.random.random() < 0.2:
                self.add("item", result)

    def op_call_by_name(self) -> None:
        instance = self.pick("instance")
        if instance is not None:
            name = self.name()
            if self.random.random() < 0.5 and not instance.closed and len(instance.exports):
                name = self.random.choice(list(instance.exports))
            if name not in ("forever", "trap", "put"):
                instance.call(name, *[self.value() for _ in range(self.random.randrange(3))])

    def op_use_a_table(self) -> None:
        item = self.pick("item")
        if not isinstance(item, pulley.Table):
            return
        choose = self.random.randrange(7)
        if choose == 0:
            self.add("item", item[self.integer()])
        elif choose == 1:
            item[self.random.randrange(-3, 4)] = self.value()
        elif choose == 2:
            item.grow(self.random.choice([0, 1, 2, self.value()]), self.value())
        elif choose == 3:
            list(item)
        elif choose == 4:
            len(item), item.type
        elif choose == 5:
            item[self.random.randrange(4)] = self.pick("item")
        else:
            item[self.value()] = self.value()

    def op_use_a_global(self) -> None:
        item = self.pick("item")
        if isinstance(item, pulley.Global):
            if self.random.random() < 0.5:
                item.value = self.value()
            self.add("item", item.value)
            str(item.type)

    def op_use_a_memory(self) -> None:
        item = self.pick("item")
        if isinstance(item, pulley.Memory) and hasattr(item, "read"):
            choose = self.random.randrange(7)
            if choose == 0:
                item.read(self.integer(), self.random.choice([0, 8, 1 << 15, self.value()]))
            elif choose == 1:
                item.write(self.integer(), self.value())
            elif choose == 2:
                item.grow(self.random.choice([0, 1, self.value()]))
            elif choose == 3:
                self.add("view", memoryview(item))
            elif choose == 4:
                item.read_cstr(self.integer())
            else:
                len(item), item.type, item[self.integer()]

    def op_use_a_view(self) -> None:
        view = self.pick("view")
        if isinstance(view, memoryview):
            if self.random.random() < 0.1:
                view.release()
                return
            if len(view):
                view[self.random.randrange(len(view))] = self.random.randrange(256)
                view[-1]

    def op_use_an_instance(self) -> None:
        instance = self.pick("instance")
        if instance is None:
            return
        choose = self.random.randrange(8)
        if choose == 0:
            instance.release_objects()
        elif choose == 1:
            instance.initialize()
        elif choose == 2:
            instance.free(instance.allocate(self.integer()))
        elif choose == 3:
            instance.interrupt()
            instance.clear_interrupt()
        elif choose == 4:
            instance.usage(self.random.choice(["memory", "tables", self.name()]))
        elif choose == 5:
            setattr(instance, self.name(), self.value())
        elif choose == 6:
            self.add("module", instance.module)
        else:
            repr(instance), dir(instance), repr(instance.exports), self.name() in instance

    def op_close(self) -> None:
        found = self.pick(self.random.choice(["module", "linker", "instance", "item", "item"]))
        if hasattr(found, "close") and not any(found is module for module in self.modules):
            if self.random.random() < 0.3:
                with found:
                    pass
            found.close()
            found.closed

    def op_forget(self) -> None:
        pool = self.pools[self.random.choice(list(self.pools))]
        if pool:
            try:
                pool.pop(self.random.randrange(len(pool)))
            except IndexError:
                pass

    def op_collect_garbage(self) -> None:
        gc.collect(self.random.choice([0, 0, 0, 1, 1, 2]) if self.random.random() < 0.2 else 0)

    def op_show_and_compare(self) -> None:
        one, two = self.value(), self.value()
        repr(one), repr(two)
        one == two
        one != two
        try:
            hash(one)
        except TypeError:
            pass

    def op_copy(self) -> None:
        found = self.pick("item")
        copies: List[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, pickle.dumps]
        self.random.choice(copies)(found)

    def op_make_a_cycle(self) -> None:
        holder: List[Any] = [self.pick("item"), self.pick("instance"), self.pick("linker")]
        holder.append(holder)
        self.add("other", weakref.ref(self.host()))
        instance = self.pick("instance")
        linker = self.pick("linker")
        if linker is not None:
            linker["env"]["f"] = lambda x: x + len(holder) - (instance is None)

    def op_use_a_thread(self) -> None:
        """Another thread, for which this one waits."""
        if self.depth <= 2:
            thread = threading.Thread(target=self.step)
            thread.start()
            thread.join()

    def op_use_threads(self) -> None:
        """Two threads at once, besides this one."""
        if self.depth <= 1:
            threads = [threading.Thread(target=self.steps, args=(6,)) for _ in range(2)]
            for thread in threads:
                thread.start()
            self.steps(3)
            for thread in threads:
                thread.join()

    # Steps

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.step()

    def step(self, operation: Optional[str] = None) -> None:
        """Performs an operation. It may fail with the exceptions that are documented."""
        if self.depth > 6:
            return
        self.depth += 1
        self.calls += 1
        try:
            if operation is None:
                operation = self.random.choices(OPERATIONS, WEIGHTS)[0]
            try:
                getattr(self, operation)()
            except EXPECTED as raised:
                if isinstance(raised, pulley.InternalError):
                    self.problems.append(raised)
                name = type(raised).__name__
                self.raised[name] = self.raised.get(name, 0) + 1
                raised.__traceback__ = None
            except BaseException as raised:
                self.problems.append(raised)
        finally:
            self.depth -= 1


class Evil:
    """An object that does something else when it is asked for its value."""

    def __init__(self, world: World) -> None:
        self._world = weakref.ref(world)

    def _act(self) -> None:
        world = self._world()
        if world is not None:
            world.step()

    def __index__(self) -> int:
        self._act()
        return 1

    def __float__(self) -> float:
        self._act()
        return 1.5

    def __eq__(self, other: object) -> bool:
        self._act()
        return False

    __hash__ = object.__hash__

    def __del__(self) -> None:
        self._act()


OPERATIONS = [name for name in dir(World) if name.startswith("op_")]
_RARE = {"op_load": 3, "op_load_what_is_damaged": 2, "op_inspect_a_module": 3, "op_use_a_thread": 1,
         "op_use_threads": 1, "op_instantiate": 6, "op_close": 3, "op_forget": 4,
         "op_call": 30, "op_call_correctly": 40, "op_look_up": 15, "op_use_a_table": 15,
         "op_use_a_global": 10, "op_make_a_cycle": 1, "op_collect_garbage": 2}
WEIGHTS = [_RARE.get(name, 5) for name in OPERATIONS]


def handle_count() -> int:
    gc.collect()
    gc.collect()
    return int(quick.pulley_handle_count())
