"""The files that the command reads and writes."""

from __future__ import annotations

import os
import re
from typing import Optional

from . import text
from .text import CommandError
from .._engine import Engine
from .._module import Module

STREAM = "-"
"""The name of standard input or output."""

_LARGEST = 1 << 30
"""The largest file that is read: larger than any module. An endless device must not fill memory."""

_WORD = re.compile(rb"[a-z]*")
_SPACE = re.compile(rb"[\t-\r ]*")
_CLIF_WORDS = (b"function", b"test", b"set", b"target", b"feature")


def read(path: str) -> bytes:
    """The contents of a file."""
    path = "/dev/stdin" if path == STREAM else path
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{text.name(path)}: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise CommandError(f"{text.name(path)}: this is larger than {_LARGEST} bytes")
    return data


def write(data: bytes, path: str) -> None:
    if path == STREAM:
        text.write_bytes(data)
        return
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise CommandError(f"{text.name(path)}: {error.strerror}") from None


def format_of(data: bytes) -> Optional[str]:
    """The format that the content shows: "artifact", "clif", "wat" or "wasm"; None for a text in no
    known format."""
    if data.startswith(b"\x7fELF"):
        return "artifact"
    word = _WORD.match(data, _after_comments(data, b";"))
    if word is not None and word[0] in _CLIF_WORDS:
        return "clif"
    if data.startswith(b"(", _after_comments(data, b";;")):
        return "wat"
    beginning = data[:16]
    if beginning and all(0x20 <= byte < 0x7F or 0x09 <= byte <= 0x0D for byte in beginning):
        return None
    return "wasm"


def _after_comments(data: bytes, mark: bytes) -> int:
    """The position after white space and the comments that begin with `mark`. What is in a block
    comment of WebAssembly's text format does not matter, because it begins like a text, too."""
    position = 0
    while True:
        space = _SPACE.match(data, position)
        position = position if space is None else space.end()
        if not data.startswith(mark, position):
            return position
        end = data.find(b"\n", position)
        position = len(data) if end < 0 else end


class InputFile:
    """An input of the command.

    The content alone determines the format. WebAssembly is accepted under any name. CLIF and
    artifacts have all rights of this process, so the user must ask for them: by the ending of the
    name on the command line, or by an option.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.data = read(path)
        known = format_of(self.data)
        is_clif_by_name = path.endswith(".clif") and self.data[:1] != b"\0"
        self.format = "clif" if is_clif_by_name and known in (None, "wasm") else known or "wasm"

    @property
    def shown(self) -> str:
        return text.name(self.path)

    @property
    def is_powerful(self) -> bool:
        """Whether running the file gives it all rights of this process."""
        return self.format in ("clif", "artifact")

    def require_trust(self, clif: bool, artifacts: bool = False) -> None:
        if self.format == "clif" and not clif and not self.path.endswith(".clif"):
            raise CommandError(
                f"{self.shown}: this is CLIF, which has all rights of this process. It is accepted "
                "from a file whose name ends in .clif, or with --allow-clif")
        if self.format == "artifact" and not artifacts and not self.path.endswith(".pulley"):
            raise CommandError(
                f"{self.shown}: this is an artifact (an ELF file), whose code runs unchecked. It "
                "is accepted from a file whose name ends in .pulley, or with --allow-precompiled")

    def module(self, engine: Engine) -> Module:
        if self.format == "artifact":
            return Module.from_artifact(self.data, engine)
        return Module(self.data, engine)


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True

