"""The functions that C calls for Python's: each is compiled for its types."""

from __future__ import annotations

import ctypes
import struct
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

from .. import _api as api
from .._failures import trap
from .._guard import guarded
from .kinds import Kind, Number, Record, Scope, Taken, Value
from .._references import GroupReferences
from .._types import NUMBERS, FunctionType
from .._values import CODECS, SIZE, pack


class Wrapper(NamedTuple):
    """What the library gets for a Python function."""

    signature: Optional[str]
    """In the words of `pulley_register`; None for a function of values."""
    callback: Any
    """The function of ctypes. It must live as long as the library may call it."""


class Call(NamedTuple):
    """A Python function, and what it takes and gives."""

    where: str
    """The module and the name that guests import."""
    function: Callable[..., Any]
    parameters: Sequence[Tuple[str, Kind]]
    """The names, for messages, and the kinds."""
    takes_instance: bool
    results: Sequence[Kind]

    @property
    def is_direct(self) -> bool:
        """Whether C can pass its arguments and its result."""
        return len(self.results) <= 1 and all(
            kind.is_direct for kind in [*(kind for _, kind in self.parameters), *self.results])

    def what(self, index: int) -> str:
        return f"argument {self.parameters[index][0]!r} of {self.where}"

    def result_what(self, index: int) -> str:
        if len(self.results) == 1:
            return f"the result of {self.where}"
        return f"result {index + 1} of {self.where}"

    @property
    def needs_instance(self) -> bool:
        kinds = [*(kind for _, kind in self.parameters), *self.results]
        return self.takes_instance or any(kind.needs_instance for kind in kinds)


def _compiled(call: Call, head: str, taken: Sequence[Taken], finish: Sequence[str], zero: str,
              start: Sequence[str], scope: Scope) -> Callable[..., Any]:
    """The function that C calls, from the code of its parts."""
    arguments = [item.value for item in taken]
    lines = list(start)
    if call.needs_instance:
        from .._instance import borrowed

        lines.append(f"instance = {scope.add('borrowed', borrowed)}(handle)")
    if call.takes_instance:
        arguments.insert(0, "instance")
    call_line = f"value = {scope.add('function', call.function)}({', '.join(arguments)})"
    # Each view that an argument has made is closed, also if the next argument cannot be made.
    indent = ""
    ends: List[Tuple[str, Sequence[str]]] = []
    for item in taken:
        lines += [indent + line for line in item.before]
        if item.after:
            lines.append(indent + "try:")
            ends.append((indent, item.after))
            indent += "    "
    lines.append(indent + call_line)
    for indent, after in reversed(ends):
        lines.append(indent + "finally:")
        lines += [f"{indent}    {line}" for line in after]
    lines += finish
    text = "\n".join([
        head, "    try:", *(f"        {line}" for line in lines),
        "    except BaseException as raised:",
        f"        {scope.add('trap', trap)}(handle, raised)", f"        return {zero}"])
    exec(compile(text, f"<host function {call.where}>", "exec"), scope.names)
    return guarded(scope.names["call"])


# Functions that C calls by their signature


def direct(call: Call) -> Wrapper:
    """A function for `pulley_register`."""
    scope = Scope()
    words: List[str] = ["instance"]
    natives: List[Any] = [ctypes.c_void_p]
    names = ["handle"]
    result = call.results[0] if call.results else None
    start: List[str] = []
    finish: List[str] = []
    result_word, result_native, zero = "void", None, "None"
    if isinstance(result, Record):
        scalar = result.structure.scalar
        convert = scope.add("from_python", result.structure.from_python)
        made = f"made = {convert}(value, {call.result_what(0)!r})"
        if scalar is not None:
            result_word, result_native, zero = scalar[0].word, scalar[0].native, "0"
            finish = [made, f"return {scope.add('scalar', scalar[1])}(made)"]
        else:
            # The guest's address for the result comes first.
            words.append(f"out {result.structure.word}")
            natives.append(ctypes.c_void_p)
            names.append("place")
            size = ctypes.sizeof(result.structure.ctype)
            move = scope.add("memmove", ctypes.memmove)
            address = scope.add("addressof", ctypes.addressof)
            finish = [made, f"{move}(place, {address}(made), {size})"]
    elif result is not None:
        result_word, result_native, zero = result.result_word, result.result_native, "0"
        finish = result.give(scope, call.result_what(0))
    taken = []
    for index, (_, kind) in enumerate(call.parameters):
        own = [f"a{index}_{part}" if part else f"a{index}" for part in range(len(kind.words))]
        words += kind.words
        natives += kind.natives
        names += own
        taken.append(kind.take(scope, own, call.what(index)))
    head = f"def call({', '.join(names)}):"
    function = _compiled(call, head, taken, finish, zero, start, scope)
    callback = ctypes.CFUNCTYPE(result_native, *natives)(function)
    return Wrapper(f"{result_word}({', '.join(words)})", callback)


# Functions of values


def of_values(call: Call, type: FunctionType) -> Wrapper:
    """A function for `pulley_register_values` with the type of an import, which `fits`."""
    scope = Scope()
    formats = []
    taken = []
    names = []
    finish: List[str] = []
    position = 0
    parameters = list(type.parameters)
    is_placed = any(kind.is_placed for kind in call.results)
    if is_placed:
        names.append("place")
        position = 1
    for index, (_, kind) in enumerate(call.parameters):
        count = len(kind.guest)
        own = [f"a{position + part}" for part in range(count)]
        names += own
        position += count
        taken.append(kind.take_value(scope, own, call.what(index)))
    for name in parameters:
        codec = CODECS.get(NUMBERS[name])
        formats.append("8x" + (codec.format if codec else "16s" if name == "v128" else "P8x"))
    start = []
    if names:
        size = max(SIZE * len(parameters), 1)
        unpack = scope.add("unpack", struct.Struct("".join(formats)).unpack)
        content = scope.add("content", ctypes.c_char * size)
        start.append(f"{', '.join(names)}, = {unpack}({content}.from_address(arguments))")
    kinds = [*(kind for _, kind in call.parameters), *call.results]
    scope.names["address_mask"] = 0xFFFF_FFFF
    if "i64" in parameters and (is_placed or any("address" in kind.guest for kind in kinds)):
        start.append(f"address_mask = {scope.add('mask_of', _mask_of)}(handle)")
    if any(isinstance(kind, Value) and kind.needs_references for kind in kinds):
        start.append(f"references = {scope.add('references_of', _references_of)}(handle)")
        references = "references"
    else:
        references = "None"
    finish = _given_values(call, type, scope, references, is_placed)
    head = "def call(userdata, handle, arguments, count, results, result_count, error):"
    function = _compiled(call, head, taken, [*finish, "return 0"], "0", start, scope)
    return Wrapper(None, api.pulley_values_callback_t(function))


def _given_values(call: Call, type: FunctionType, scope: Scope, references: str,
                  is_placed: bool) -> List[str]:
    """Statements that store the results of the variable `value`."""
    results = call.results
    if not results:
        return []
    if isinstance(results[0], Record):
        structure = results[0].structure
        convert = scope.add("from_python", structure.from_python)
        made = f"made = {convert}(value, {call.result_what(0)!r})"
        if is_placed:
            write = scope.add("write", _write)
            return [made, f"{write}(handle, place & address_mask, made, {call.result_what(0)!r})"]
        assert structure.scalar is not None
        values = [f"{scope.add('scalar', structure.scalar[1])}(made)"]
        lines = [made]
    else:
        names = ["value"]
        lines = []
        if len(results) > 1:
            names = [f"r{index}" for index in range(len(results))]
            several = scope.add("several", _several)
            lines = [f"{', '.join(names)}, = {several}(value, {len(names)}, {call.where!r})"]
        values = [
            kind.give_value(scope, name, call.result_what(index))
            for index, (kind, name) in enumerate(zip(results, names))]
    move = scope.add("memmove", ctypes.memmove)
    give = scope.add("pack", pack)
    packed = " + ".join(
        f"{give}({NUMBERS[name]}, {value}, {call.result_what(index)!r}, {references})"
        for index, (name, value) in enumerate(zip(type.results, values)))
    general = f"{move}(results, {packed}, {SIZE * len(values)})"
    if not all(isinstance(kind, Number) and kind.scalar.name in _PLAIN for kind in results):
        return [*lines, general]
    # Most results need no conversion, and are packed at once.
    quick = struct.Struct("".join("i4x" + CODECS[NUMBERS[name]].format for name in type.results))
    content = scope.add("results_content", ctypes.c_char * quick.size)
    pairs = ", ".join(
        f"{NUMBERS[name]}, {own}" for name, own in zip(type.results, names))
    errors = scope.add("unpacked", (struct.error, TypeError, OverflowError))
    pack_into = scope.add("pack_into", quick.pack_into)
    return [
        *lines, "try:", f"    {pack_into}({content}.from_address(results), 0, {pairs})",
        f"except {errors}:", f"    {general}"]


_PLAIN = frozenset(("i32", "i64", "f32", "f64"))
"""The kinds of results that are exactly values of the guest."""


def _several(value: Any, count: int, where: str) -> Tuple[Any, ...]:
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{where} must give {count} results, not {type(value).__name__}")
    try:
        values = tuple(value)
    except TypeError:
        raise TypeError(
            f"{where} must give {count} results, not {type(value).__name__}") from None
    if len(values) != count:
        raise TypeError(f"{where} must give {count} results, not {len(values)}")
    return values


def _write(instance: int, address: int, made: Any, what: str) -> None:
    from .guest_data import write

    write(instance, address, bytes(made), what)


def _mask_of(handle: int) -> int:
    from .._instance import borrowed
    from .._library import quick

    bits: int = quick.pulley_memory_address_bits(borrowed(handle).memory._handle)
    return (1 << bits) - 1


def _references_of(handle: int) -> GroupReferences:
    from .._instance import borrowed

    return GroupReferences(borrowed(handle)._group.root)


def mismatch(call: Call, type: FunctionType) -> Optional[str]:
    """Why a function of values does not fit the type of an import; None if it fits."""
    parameters: List[Tuple[str, str]] = []
    results: List[Tuple[str, str]] = []
    for index, kind in enumerate(call.results):
        if kind.is_placed:
            parameters.insert(0, ("address", "the address for the result"))
        else:
            results.append((kind.guest[0], call.result_what(index)))
    for index, (_, kind) in enumerate(call.parameters):
        if not _can_take_values(kind):
            return f"{call.what(index)} cannot be combined with several results or references"
        parameters += [(guest, call.what(index)) for guest in kind.guest]
    for wanted, given, name in (
            (parameters, type.parameters, "parameters"), (results, type.results, "results")):
        if len(wanted) != len(given):
            return f"it has {len(wanted)} {name} for the guest, not {len(given)}"
        for (expected, what), actual in zip(wanted, given):
            if expected != actual and not (expected == "address" and actual in ("i32", "i64")):
                return f"{what} is {_article(expected)}, not {actual}"
    return None


def _article(type: str) -> str:
    return "an address" if type == "address" else type


def _can_take_values(kind: Kind) -> bool:
    if isinstance(kind, Record):
        return kind.structure.same_layout
    return type(kind).take_value is not Kind.take_value
