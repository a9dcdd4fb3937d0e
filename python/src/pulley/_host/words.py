"""The types of Python functions from signatures in the words of `pulley_register`."""

from __future__ import annotations

import ctypes
import re
from typing import Any, Dict, List, NoReturn, Optional, Tuple, Union

from .annotations import Interface, Parameter
from .._errors import SignatureError, attempt
from .kinds import Buffer, Callback, Kind, Number, Pointer, Record, Text
from .._library import lib
from .scalars import SCALARS, Scalar
from .structures import Structure, structure

_TOKEN = re.compile(r"\s*(\.\.\.|\w+|.)")

_C_NAMES: Dict[str, str] = {
    "_Bool": "bool", "char": "i8", "signed char": "i8", "unsigned char": "u8", "short": "i16",
    "unsigned short": "u16", "int": "i32", "unsigned": "u32", "unsigned int": "u32",
    "long long": "i64", "unsigned long long": "u64", "float": "f32", "double": "f64",
    **{f"int{bits}_t": f"i{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": f"u{bits}" for bits in (8, 16, 32, 64)},
}

_WIDTH = 8 * ctypes.sizeof(ctypes.c_void_p)


def _of_width(word: str, signed: bool) -> Scalar:
    low, high = (-(1 << _WIDTH - 1), (1 << _WIDTH) - 1) if signed else (0, (1 << _WIDTH) - 1)
    native = ctypes.c_ssize_t if signed else ctypes.c_size_t
    return Scalar(word, word, native, "address", low, high, "q" if signed else "Q")


WIDTH_SCALARS: Dict[str, Scalar] = {
    word: _of_width(word, signed) for word, signed in [
        ("size_t", False), ("ssize_t", True), ("long", True), ("unsigned long", False),
        ("intptr_t", True), ("uintptr_t", False), ("ptrdiff_t", True)]
}
"""The integers that have the host's width in C, and an address's in the guest."""

_PLAIN = {**SCALARS, **{word: SCALARS[name] for word, name in _C_NAMES.items()}, **WIDTH_SCALARS}
_BEGINNINGS = {word.split()[0] for word in _PLAIN}
_DUMMY = ctypes.CFUNCTYPE(None)(lambda: None)


def interface_of_words(text: str, where: str) -> Interface:
    """The interface that a signature describes.

    SignatureError if it is malformed, with the position, or if it has a word that Python functions
    have nothing for.
    """
    if not isinstance(text, str):
        raise TypeError(f"the signature of {where} must be a str, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"the signature of {where} has a NUL")
    _validate(text, where)
    return _Parser(text, where).interface()


def _validate(text: str, where: str) -> None:
    """The library parses the signature first, so that the parser here meets correct ones only."""
    linker = lib.pulley_linker_new(None)
    try:
        module, _, name = where.partition(".")
        attempt(
            lib.pulley_register, linker, module.encode("utf-8", "replace"),
            name.encode("utf-8", "replace"), text.encode("utf-8", "replace"),
            ctypes.cast(_DUMMY, ctypes.c_void_p), None, None)
    finally:
        lib.pulley_linker_delete(linker)


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self._text = text
        self._where = where
        self._tokens = [
            (match.group(1), match.start(1)) for match in _TOKEN.finditer(text.rstrip())]
        self._next = 0

    @property
    def _token(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._token
        self._next += 1
        return token

    def _accept(self, token: str) -> bool:
        if self._token != token:
            return False
        self._next += 1
        return True

    def _refuse(self, word: str, reason: str) -> NoReturn:
        error = SignatureError(
            f"the signature of {self._where}, \"{self._text}\": a Python function cannot have "
            f"'{word}': {reason}")
        if self._next < len(self._tokens):
            error.offset = self._tokens[self._next][1]
        raise error

    def interface(self) -> Interface:
        results: List[Kind] = []
        if self._accept("("):
            while not self._accept(")"):
                results.append(self._number("a result among several must be a number"))
                self._accept(",")
        elif not self._accept("void"):
            results.append(self._result())
        self._accept("(")
        parameters: List[Parameter] = []
        takes_instance = False
        while not self._accept(")"):
            if self._accept("instance"):
                takes_instance = True
            elif not self._accept("void"):
                kind = self._parameter()
                name = ""
                if re.match(r"\w", self._token):
                    name = self._take()
                parameters.append(Parameter(name or str(len(parameters) + 1), kind, True, False))
            self._accept(",")
        return Interface(parameters, takes_instance, results)

    def _result(self) -> Kind:
        kind = self._parameter()
        if isinstance(kind, (Number, Pointer, Record)):
            return kind
        if isinstance(kind, Text):
            # A string of Python is always outside of the guest's memory. None is NULL.
            return Text(True)
        self._refuse("this result", "it has no length for the guest")

    def _parameter(self) -> Kind:
        token = self._token
        if token in ("kept", "released", "handle", "userdata", "hostptr", "...", "v128", "i128",
                     "__int128"):
            self._refuse(token, "use the annotations of the function, or a function of C")
        if token in ("in", "out", "inout"):
            self._take()
            return self._pointed()
        if token == "cstr":
            self._take()
            maximum = None
            # As a result, its parenthesis begins the parameters.
            if self._token == "(" and self._tokens[self._next + 1][0].isdigit():
                self._take()
                maximum = int(self._take())
                self._accept(")")
            return Text(self._accept("?"), maximum)
        if token == "ptr":
            self._take()
            return Pointer(None, self._accept("?"))
        if token == "buf":
            return self._buffer()
        if token == "array":
            return self._pointed()
        if token == "callback":
            return self._callback()
        if token == "struct":
            return Record(self._structure())
        return self._number(f"{token} is not known")

    def _number(self, reason: str) -> Number:
        if self._token not in _BEGINNINGS:
            self._refuse(self._token, reason)
        return Number(self._scalar())

    def _scalar(self) -> Scalar:
        words = [self._take()]
        # C's names have several words, such as `unsigned long long`.
        while " ".join([*words, self._token]) in _PLAIN:
            words.append(self._take())
        return _PLAIN[" ".join(words)]

    def _buffer(self) -> Kind:
        self._take()
        if self._token == "(":
            self._refuse(
                "buf(n)", "it takes a buffer whose length is the next parameter: 'buf, size_t'")
        optional = self._accept("?")
        if self._token not in (",", ")"):
            self._take()
        if not self._accept(",") or self._token not in _BEGINNINGS:
            self._refuse("buf", "its length must be the next parameter, as in 'buf, size_t'")
        self._scalar()
        return Buffer(True, optional)

    def _pointed(self) -> Pointer:
        """A pointer to data, after `in`, `out` or `inout`, or an array."""
        if self._token == "buf":
            return Pointer(None, self._skip_count())
        if self._accept("array"):
            self._accept("(")
            element = self._element()
            while not self._accept(")"):
                self._take()
            return Pointer(element, self._accept("?"))
        element = self._element()
        if self._accept("["):
            self._take()
            self._accept("]")
        return Pointer(element, self._accept("?"))

    def _skip_count(self) -> bool:
        self._take()
        if self._accept("("):
            while not self._accept(")"):
                self._take()
        return self._accept("?")

    def _element(self) -> Union[Scalar, Structure, None]:
        if self._token == "struct":
            found = self._structure()
            if not found.same_layout:
                self._refuse("a pointer to this structure", "it has another layout in guests")
            return found
        if self._token in _BEGINNINGS:
            scalar = self._scalar()
            if scalar.guest != "address":
                return scalar
            self._refuse(f"a pointer to {scalar.word}", "it has another width in guests")
        self._refuse(f"a pointer to {self._token}", "take 'ptr' and read what it leads to")

    def _callback(self) -> Kind:
        self._take()
        self._accept("(")
        result: Optional[Kind] = None
        if not self._accept("void"):
            result = self._callback_kind()
        self._accept("(")
        parameters: List[Kind] = []
        while not self._accept(")"):
            if not self._accept("void"):
                parameters.append(self._callback_kind())
                if re.match(r"\w", self._token):
                    self._take()
            self._accept(",")
        self._accept(")")
        return Callback(parameters, result, self._accept("?"))

    def _callback_kind(self) -> Kind:
        kind = self._parameter()
        if isinstance(kind, (Number, Text, Pointer)):
            return kind
        self._refuse("this callback", "it takes and gives numbers, strings and pointers only")

    def _structure(self) -> Structure:
        """A structure, whose value in Python is one of ctypes with the members' names, or `f0`,
        `f1` and so on."""
        self._take()
        self._accept("{")
        fields: List[Tuple[str, Any]] = []
        while not self._accept("}"):
            type = self._member()
            name = f"f{len(fields)}"
            if re.match(r"\w", self._token):
                name = self._take()
            while self._accept("["):
                type = type * int(self._take())
                self._accept("]")
            fields.append((name, type))
            self._accept(",")
        made = _metaclass("struct", (ctypes.Structure,), {"_fields_": fields})
        found = structure(made)

        def from_python(value: Any, what: str) -> Any:
            if isinstance(value, made):
                return value
            if isinstance(value, tuple):
                return made(*value)
            raise TypeError(f"{what} must be a tuple of its members, not {_type(value).__name__}")

        return Structure(
            made, made, found.word, found.same_layout, found.scalar, found.to_python, from_python)

    def _member(self) -> Any:
        if self._token == "struct":
            type = self._structure().ctype
        elif self._token in _BEGINNINGS:
            scalar = self._scalar()
            if scalar.guest == "address":
                self._refuse(f"a member of type {scalar.word}", "it has another width in guests")
            type = scalar.native
        else:
            self._refuse(f"a member of type {self._token}", "a pointer has another width in guests")
        while self._accept("["):
            type = type * int(self._take())
            self._accept("]")
        return type


_metaclass: Any = type(ctypes.Structure)
_type = type


__all__ = ["WIDTH_SCALARS", "interface_of_words"]
