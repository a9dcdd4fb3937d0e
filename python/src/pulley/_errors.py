"""The exceptions of the package, and how an error of the library becomes one."""

from __future__ import annotations

import ctypes
import dataclasses
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type, Union

from . import _api as api
from ._library import quick


@dataclasses.dataclass(frozen=True)
class Frame:
    """A function of the guest that was active when it trapped."""

    function: str
    """The function's name, or `function[INDEX]`."""
    module: str
    """The module's name; empty if it has none."""
    index: int
    """The index of the function in its module."""
    offset: Optional[int]
    """The position of the instruction in bytes of the WebAssembly binary or the CLIF text."""

    def __str__(self) -> str:
        module = f"{self.module}!" if self.module else ""
        position = "" if self.offset is None else f" (byte {self.offset})"
        return f"at {module}{self.function}{position}"


@dataclasses.dataclass(frozen=True)
class MissingImport:
    """An import for which an instantiation found no fitting definition."""

    module: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}: {self.reason}"


class Error(Exception):
    """The base of all exceptions of this package."""

    details: str = ""
    """The library's complete description, in several lines; empty if there is none."""

    def _repr_html_(self) -> str:
        import html

        text = html.escape(self.details or str(self))
        return f"<strong>{type(self).__name__}</strong><pre>{text}</pre>"


class CompileError(Error, ValueError):
    """The input is not a valid module.

    >>> import pulley
    >>> try:
    ...     pulley.load("(module (func (result i32) (i64.const 1)))")
    ... except pulley.CompileError as error:
    ...     print(error)
    ...     print(error.line, error.column, error.offset)
    type mismatch: expected i32, found i64 in function 0 (line 1, column 41)
    1 41 40
    """

    offset: Optional[int] = None
    """The position in bytes from the beginning of the input."""
    line: Optional[int] = None
    """The line in a text, counted from 1."""
    column: Optional[int] = None
    """The column in a text, counted from 1."""


class UnsupportedError(CompileError):
    """The input uses a feature that the library lacks or that the engine does not accept."""


class ArtifactError(CompileError):
    """A saved module is damaged, or another version or other options produced it."""


class SignatureError(Error, ValueError):
    """The signature of a host function, or a declaration in C, has an error.

    >>> import pulley
    >>> try:
    ...     pulley.Linker().declare("int puts(const char *);\\nint f(foo);")
    ... except pulley.SignatureError as error:
    ...     print(error)
    unknown type 'foo' (line 2, column 7)
    """

    offset: Optional[int] = None
    line: Optional[int] = None
    column: Optional[int] = None


class LinkError(Error):
    """A module cannot be instantiated because imports have no fitting definitions.

    >>> import pulley
    >>> try:
    ...     pulley.Instance(pulley.load('(module (import "env" "log" (func (param i32))))'))
    ... except pulley.LinkError as error:
    ...     print(error.missing[0].module, error.missing[0].name)
    env log
    """

    missing: List[MissingImport]

    def __init__(self, message: str, missing: Sequence[MissingImport] = ()) -> None:
        super().__init__(message)
        self.missing = list(missing)


class LimitError(Error, MemoryError):
    """Memory or another resource is exhausted, or a limit of the engine is reached."""


class NotFoundError(Error, LookupError):
    """There is no such export, or it is of another kind.

    >>> import pulley
    >>> guest = pulley.Instance(pulley.load('(module (func (export "increment")))'))
    >>> try:
    ...     guest["incremnt"]
    ... except pulley.NotFoundError as error:
    ...     print(error)
    there is no export 'incremnt'; did you mean 'increment'?
    """


class ClosedError(Error, ValueError):
    """The object has been closed."""


class BusyError(Error, RuntimeError):
    """Another thread is using the instance, or one that is linked to it."""


class InternalError(Error, RuntimeError):
    """A defect of the library."""


class Trap(Error, RuntimeError):
    """The guest trapped.

    `code` is one of the `PULLEY_TRAP_` constants' names in lower case, such as `"unreachable"`, `number` the
    number of a CLIF trap `userN`, `frames` the guest's active functions, innermost first.

    >>> import pulley
    >>> guest = pulley.Instance(pulley.load('''(module $demo
    ...   (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    ...   (func (export "outer") (param i32) (result i32) (call $inner (local.get 0))))'''))
    >>> try:
    ...     guest.outer(0)
    ... except pulley.Trap as trap:
    ...     print(trap.code, [frame.function for frame in trap.frames])
    integer_divide_by_zero ['inner', 'outer']
    """

    code: str = "host"
    number: int = 0
    frames: Tuple[Frame, ...] = ()
    stdout: Any = None
    """What a program of `wasi.run` had written, if it was captured."""
    stderr: Any = None


class Interrupted(Trap):
    """The host interrupted the guest."""


class Timeout(Interrupted, TimeoutError):
    """The guest has used up its time.

    >>> import pulley
    >>> guest = pulley.Instance(pulley.load('(module (func (export "run") (loop (br 0))))'))
    >>> try:
    ...     guest.run(timeout=0.05)
    ... except pulley.Timeout as error:
    ...     print(error)
    the guest has not ended within 0.05 s
    """


class Exit(Error):
    """The guest has ended its program with an exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the program exited with code {code}")
        self.code = code


_CODES: Dict[int, str] = {
    value: name[len("PULLEY_TRAP_"):].lower()
    for name, value in vars(api).items()
    if name.startswith("PULLEY_TRAP_") and isinstance(value, int)
}

_CLASSES: Dict[int, Type[Error]] = {
    api.PULLEY_ERROR_MALFORMED: CompileError,
    api.PULLEY_ERROR_INVALID: CompileError,
    api.PULLEY_ERROR_UNSUPPORTED: UnsupportedError,
    api.PULLEY_ERROR_LINK: LinkError,
    api.PULLEY_ERROR_SIGNATURE: SignatureError,
    api.PULLEY_ERROR_TRAP: Trap,
    api.PULLEY_ERROR_NOT_FOUND: NotFoundError,
    api.PULLEY_ERROR_LIMIT: LimitError,
    api.PULLEY_ERROR_ARTIFACT: ArtifactError,
    api.PULLEY_ERROR_INTERNAL: InternalError,
}


def text(value: Any) -> str:
    """A string of the library. Names of modules need not be valid for Python: bytes that are not
    UTF-8 become surrogates."""
    return value.decode("utf-8", "surrogateescape") if value else ""


def frames_of(error: int) -> Tuple[Frame, ...]:
    found = []
    for index in range(quick.pulley_error_frame_count(error)):
        offset = quick.pulley_error_frame_offset(error, index)
        found.append(
            Frame(
                text(quick.pulley_error_frame_name(error, index)),
                text(quick.pulley_error_frame_module(error, index)),
                quick.pulley_error_frame_index(error, index),
                None if offset == api.PULLEY_NO_OFFSET else offset,
            )
        )
    return tuple(found)


class ErrorCell(ctypes.c_void_p):
    """Where the library stores an error, which this owns."""

    def __del__(self) -> None:
        if self.value:
            quick.pulley_error_delete(self.value)
            self.value = None


def exception(error: Union[int, ctypes.c_void_p]) -> Exception:
    """The exception for an error of the library, which this deletes."""
    number = error if isinstance(error, int) else error.value or 0
    if not number:
        return InternalError("the thread's stack has no room for an error")
    try:
        return _exception(number)
    finally:
        quick.pulley_error_delete(number)
        if not isinstance(error, int):
            error.value = None


def _exception(error: int) -> Exception:
    status = quick.pulley_error_status(error)
    message = text(quick.pulley_error_message(error))
    details = text(quick.pulley_error_description(error))
    code = quick.pulley_error_trap_code(error)
    if status == api.PULLEY_ERROR_ARGUMENT:
        return ValueError(message)
    if status == api.PULLEY_ERROR_FILE:
        return OSError(message)
    kind = _CLASSES.get(status, InternalError)
    if code != api.PULLEY_TRAP_NONE or status == api.PULLEY_ERROR_TRAP:
        kind = Interrupted if code == api.PULLEY_TRAP_INTERRUPTED else Trap
    first, _, rest = details.partition("\n")
    if issubclass(kind, (CompileError, SignatureError)) and first:
        # The message with the position.
        message = first
    result = kind(message)
    result.details = details
    if rest:
        # Tracebacks show it from Python 3.11 on: the line with the error, the guest's frames, or the
        # other missing imports.
        result.__notes__ = [rest]  # type: ignore[attr-defined,unused-ignore]
    offset = quick.pulley_error_offset(error)
    if isinstance(result, (CompileError, SignatureError)):
        result.offset = None if offset == api.PULLEY_NO_OFFSET else offset
        result.line = quick.pulley_error_line(error) or None
        result.column = quick.pulley_error_column(error) or None
    elif isinstance(result, Trap):
        result.code = _CODES.get(code, "host")
        result.number = quick.pulley_error_trap_number(error)
        result.frames = frames_of(error)
    return result


def check(status: int, error: ctypes.c_void_p) -> None:
    """Raises the exception of a failed call of the library."""
    if status:
        raise exception(error)


def attempt(function: Any, *arguments: Any) -> None:
    """Calls a function of the library whose last argument is the error."""
    error = ErrorCell()
    if function(*arguments, ctypes.byref(error)):
        raise exception(error)


for _class in list(vars().values()):
    # Tracebacks show the name under which programs catch the exception.
    if isinstance(_class, type) and issubclass(_class, Error):
        _class.__module__ = "pulley"

__all__ = [
    "ArtifactError",
    "BusyError",
    "ClosedError",
    "CompileError",
    "Error",
    "Exit",
    "Frame",
    "InternalError",
    "Interrupted",
    "LimitError",
    "LinkError",
    "MissingImport",
    "NotFoundError",
    "SignatureError",
    "Timeout",
    "Trap",
    "UnsupportedError",
]
