"""The kinds of parameters and results that host functions have, and the code that converts them."""

from __future__ import annotations

import ctypes
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from . import guest_data as data
from .callback import GuestCallback
from .._library import quick
from .pointer import Ptr
from .scalars import SCALARS, Scalar, as_integer
from .structures import Structure


class Scope:
    """The names that the code of a wrapper uses, and their values."""

    def __init__(self) -> None:
        self.names: Dict[str, Any] = {}

    def add(self, hint: str, value: Any) -> str:
        """A name for the value."""
        name = hint
        while name in self.names and self.names[name] is not value:
            name = f"{hint}_{len(self.names)}"
        self.names[name] = value
        return name


class Taken(NamedTuple):
    """The code that makes Python's value of an argument."""

    value: str
    """An expression."""
    before: Sequence[str] = ()
    """Statements that precede the call."""
    after: Sequence[str] = ()
    """Statements that follow it in any case."""


class Kind:
    """A kind of parameter or result. The arguments of C, or of the guest, have names; `what`
    describes the parameter or the result in messages."""

    is_direct = True
    """Whether `pulley_register` has a word for it; otherwise only functions of values have it."""
    needs_instance = False
    """Whether its code uses the variable `instance`."""

    is_placed = False
    """Whether the guest passes an address for it, if it is a result."""

    @property
    def words(self) -> Tuple[str, ...]:
        """Its words as parameters of a signature."""
        raise NotImplementedError

    @property
    def natives(self) -> Tuple[Any, ...]:
        """The types of ctypes that correspond to the words."""
        raise NotImplementedError

    @property
    def guest(self) -> Tuple[str, ...]:
        """The types of the guest that correspond to the words. "address" is i32 or i64, as in the
        guest."""
        raise NotImplementedError

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        """Python's value of what C passes."""
        raise NotImplementedError

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        """Python's value of what the guest passes, if the call is one of values."""
        raise NotImplementedError

    def to_callback(self, instance: Any, value: Any, what: str) -> Any:
        """What C passes to a function of the guest for a value."""
        raise NotImplementedError

    def from_callback(self, instance: Any, result: Any, what: str) -> Any:
        """Python's value of what a function of the guest has given to C."""
        return result

    @property
    def result_word(self) -> str:
        return self.words[0]

    @property
    def result_native(self) -> Any:
        return self.natives[0]

    def give(self, scope: Scope, what: str) -> List[str]:
        """Statements that return the result of the variable `value` to C."""
        raise NotImplementedError

    def give_value(self, scope: Scope, name: str, what: str) -> str:
        """An expression for the guest's value of a result. What it gives is checked again as a
        value of the guest's type."""
        raise NotImplementedError


class Number(Kind):
    """An integer, a float or a bool."""

    def __init__(self, scalar: Scalar) -> None:
        self.scalar = scalar

    @property
    def words(self) -> Tuple[str, ...]:
        return (self.scalar.word,)

    @property
    def natives(self) -> Tuple[Any, ...]:
        return (self.scalar.native,)

    @property
    def guest(self) -> Tuple[str, ...]:
        return (self.scalar.guest,)

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        return Taken(names[0])

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        return Taken(self.scalar.from_guest(names[0]))

    def give(self, scope: Scope, what: str) -> List[str]:
        scalar = self.scalar
        check = f"return {scope.add('check', scalar.checker)}(value, {what!r})"
        if scalar.name == "bool":
            return ["if value is True or value is False:", "    return value", check]
        if scalar.is_float:
            return ["if value.__class__ is float:", "    return value", check]
        return [
            f"if value.__class__ is int and {scalar.low} <= value <= {scalar.high}:",
            "    return value", check]

    def give_value(self, scope: Scope, name: str, what: str) -> str:
        return f"{scope.add('check', self.scalar.checker)}({name}, {what!r})"

    def to_callback(self, instance: Any, value: Any, what: str) -> Any:
        return self.scalar.checker(value, what)


class Text(Kind):
    """A string that ends with NUL. As a result, it is put into memory from the guest's
    allocator."""

    def __init__(self, optional: bool, maximum: Optional[int] = None) -> None:
        self.optional = optional
        self.maximum = maximum

    @property
    def words(self) -> Tuple[str, ...]:
        maximum = "" if self.maximum is None else f"({self.maximum})"
        return (f"cstr{maximum}{'?' if self.optional else ''}",)

    @property
    def natives(self) -> Tuple[Any, ...]:
        return (ctypes.c_char_p,)

    guest = ("address",)

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        (name,) = names
        wrong = scope.add("not_utf8", data.not_utf8)
        test = f"None if {name} is None else " if self.optional else ""
        return Taken(f"t{name}", [
            "try:", f"    t{name} = {test}{name}.decode()", "except UnicodeDecodeError as error:",
            f"    raise {wrong}(error, {what!r}) from None"])

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        read = scope.add("read_text", data.read_text)
        name = f"({names[0]} & {_ADDRESS})"
        test = f"None if {name} == 0 else " if self.optional else ""
        return Taken(f"{test}{read}(handle, {name}, {what!r}, {self.maximum})")

    result_word = "size_t"
    result_native = ctypes.c_size_t

    def give(self, scope: Scope, what: str) -> List[str]:
        return [f"return {self.give_value(scope, 'value', what)}"]

    def give_value(self, scope: Scope, name: str, what: str) -> str:
        test = f"0 if {name} is None else " if self.optional else ""
        return f"{test}{scope.add('give_text', data.give_text)}(handle, {name}, {what!r})"

    def to_callback(self, instance: Any, value: Any, what: str) -> Any:
        return None if value is None and self.optional else data.encoded(value, what)

    def from_callback(self, instance: Any, result: Any, what: str) -> Any:
        return None if result is None else data.decoded(result, what)


_ADDRESS = "address_mask"
"""The variable of a wrapper of values that has the bits of an address."""


class Buffer(Kind):
    """An address and a length: a copy of the bytes, or a memoryview for the time of the call."""

    def __init__(self, writable: bool, optional: bool) -> None:
        self.writable = writable
        self.optional = optional

    @property
    def words(self) -> Tuple[str, ...]:
        return ("buf?" if self.optional else "buf", "size_t")

    natives = (ctypes.c_void_p, ctypes.c_size_t)
    guest = ("address", "address")

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        address, length = names
        return self._take(scope, address, address, length)

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        address, length = (f"({name} & {_ADDRESS})" for name in names)
        find = scope.add("buffer_pointer", _buffer_pointer)
        before = f"h{names[0]} = {find}(handle, {address}, {length}, {what!r})"
        if self.optional:
            before += f" if {address} else None"
        taken = self._take(scope, names[0], f"h{names[0]}", length)
        return Taken(taken.value, [before, *taken.before], taken.after)

    def _take(self, scope: Scope, name: str, pointer: str, length: str) -> Taken:
        test = f"None if {pointer} is None else " if self.optional else ""
        if not self.writable:
            return Taken(f"{test}{scope.add('bytes_at', data.bytes_at)}({pointer}, {length})")
        make = scope.add("view_of", data.view_of)
        before = [f"v{name} = {test}{make}(handle, {pointer} or 0, {length})"]
        after = [f"{scope.add('close_view', data.close_view)}(v{name})"]
        if self.optional:
            after = [f"if v{name} is not None:", "    " + after[0]]
        return Taken(f"v{name}", before, after)

    @property
    def result_word(self) -> str:
        raise NotImplementedError


def _buffer_pointer(instance: int, address: int, length: int, what: str) -> int:
    return data.pointer(instance, address, length, what) if length else 0


class Pointer(Kind):
    """An address in the guest's memory."""

    needs_instance = True

    def __init__(self, element: Union[Scalar, Structure, None], optional: bool) -> None:
        self.element = element
        self.optional = optional

    words = ("size_t",)
    natives = (ctypes.c_size_t,)
    guest = ("address",)

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        make = scope.add("make_pointer", Ptr._make)
        element = "None" if self.element is None else scope.add("element", self.element)
        test = f"{names[0]} and " if self.optional else ""
        value = f"{make}(instance, {names[0]}, {element})"
        return Taken(f"({test}{value} or None)" if self.optional else value)

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        return self.take(scope, [f"({names[0]} & {_ADDRESS})"], what)

    def give(self, scope: Scope, what: str) -> List[str]:
        return [f"return {self.give_value(scope, 'value', what)}"]

    def give_value(self, scope: Scope, name: str, what: str) -> str:
        give = scope.add("give_address", _give_address)
        return f"{give}(instance, {name}, {self.optional}, {what!r})"

    def to_callback(self, instance: Any, value: Any, what: str) -> Any:
        return _give_address(instance, value, self.optional, what)

    def from_callback(self, instance: Any, result: Any, what: str) -> Any:
        return None if self.optional and not result else Ptr._make(instance, result, self.element)


def _give_address(instance: Any, value: Any, optional: bool, what: str) -> int:
    if value is None and optional:
        return 0
    if not isinstance(value, Ptr) and not hasattr(type(value), "__index__"):
        raise TypeError(f"{what} must be a pulley.Ptr or an address, not {type(value).__name__}")
    bits = 32
    if value.__index__() > 0xFFFF_FFFF:
        bits = quick.pulley_memory_address_bits(instance.memory._handle)
    return as_integer(value, 0, (1 << bits) - 1, f"an address of {bits} bits", what)


class Record(Kind):
    """A structure by value."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.is_placed = structure.scalar is None

    @property
    def words(self) -> Tuple[str, ...]:
        return (self.structure.word,)

    @property
    def natives(self) -> Tuple[Any, ...]:
        return (self.structure.ctype,)

    @property
    def guest(self) -> Tuple[str, ...]:
        scalar = self.structure.scalar
        return ("address",) if scalar is None else (scalar[0].guest,)

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        return Taken(f"{scope.add('to_python', self.structure.to_python)}({names[0]})")

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        structure = self.structure
        if structure.scalar is not None:
            read = scope.add("of_scalar", _of_scalar)
            own = scope.add("structure", structure)
            return Taken(f"{read}({own}, {structure.scalar[0].from_guest(names[0])})")
        read = scope.add("of_memory", _of_memory)
        own = scope.add("structure", structure)
        return Taken(f"{read}({own}, handle, {names[0]} & {_ADDRESS}, {what!r})")


def _of_scalar(structure: Structure, value: Any) -> Any:
    assert structure.scalar is not None
    content = bytes(structure.scalar[0].native(value))
    return structure.to_python(
        structure.ctype.from_buffer_copy(content.ljust(ctypes.sizeof(structure.ctype), b"\0")))


def _of_memory(structure: Structure, instance: int, address: int, what: str) -> Any:
    content = data.read(instance, address, ctypes.sizeof(structure.ctype), what)
    return structure.to_python(structure.ctype.from_buffer_copy(content))


class Callback(Kind):
    """A function of the guest, which the host function may call until it returns."""

    needs_instance = True

    def __init__(self, parameters: Sequence[Kind], result: Optional[Kind], optional: bool) -> None:
        self.parameters = tuple(parameters)
        self.result = result
        self.optional = optional
        self.converters = [kind.to_callback for kind in self.parameters]
        result_native = None if result is None else result.natives[0]
        self._prototype = ctypes.CFUNCTYPE(
            result_native, *(native for kind in parameters for native in kind.natives))
        self._functions: Dict[int, Any] = {}

    def function(self, address: int) -> Any:
        """The function of ctypes for an address of C. Guests pass few, and often."""
        found = self._functions.get(address)
        if found is None:
            if len(self._functions) >= 256:
                self._functions.clear()
            found = self._functions[address] = self._prototype(address)
        return found

    @property
    def words(self) -> Tuple[str, ...]:
        inner = ", ".join(word for kind in self.parameters for word in kind.words)
        result = "void" if self.result is None else self.result.words[0]
        return (f"callback({result}({inner})){'?' if self.optional else ''}",)

    natives = (ctypes.c_void_p,)
    guest = ("address",)

    def take(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        (name,) = names
        make = scope.add("GuestCallback", GuestCallback)
        kind = scope.add("callback_kind", self)
        what = what.replace("argument", "the function", 1)
        value = f"c{name} = {make}({kind}, {name}, instance, {what!r})"
        if not self.optional:
            return Taken(f"c{name}", [value], [f"c{name}.end()"])
        return Taken(
            f"c{name}", [f"{value} if {name} else None"],
            [f"if c{name} is not None:", f"    c{name}.end()"])


class Value(Kind):
    """A v128, a funcref or an externref: only functions of values have them."""

    is_direct = False

    def __init__(self, type: str) -> None:
        self.type = type

    @property
    def guest(self) -> Tuple[str, ...]:
        return (self.type,)

    @property
    def needs_references(self) -> bool:
        return self.type in ("funcref", "externref")

    def take_value(self, scope: Scope, names: Sequence[str], what: str) -> Taken:
        if self.type == "v128":
            return Taken(names[0])
        turn = "from_function" if self.type == "funcref" else "from_extern"
        return Taken(f"references.{turn}({names[0]})")

    def give_value(self, scope: Scope, name: str, what: str) -> str:
        return name


def kind_of_type(type: str) -> Optional[Kind]:
    """The kind of a parameter that is not annotated, by the type of the guest."""
    if type in ("v128", "funcref", "externref"):
        return Value(type)
    scalar = SCALARS.get(type)
    return None if scalar is None else Number(scalar)


__all__ = [
    "Buffer", "Callback", "Kind", "Number", "Pointer", "Record", "Scope", "Taken", "Text", "Value",
    "kind_of_type",
]
