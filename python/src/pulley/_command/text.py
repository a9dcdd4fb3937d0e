"""What the command prints: messages, listings and errors.

Names come from modules. A terminal obeys control characters in them, and other characters hide or
reorder the text around them. So an invisible character becomes its number, `\\u{1b}`, and a byte
that is not UTF-8 becomes `\\xff`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import stat
import sys
from typing import List, Optional, Tuple
import unicodedata

from .._errors import Error, InternalError, LinkError, Trap


class CommandError(Exception):
    """An error of the command, as a message for its user."""


# Text

_HIDDEN_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Cn", "Co", "Cs"}

# The property Default_Ignorable_Code_Point, as far as it is not one of these categories.
_IGNORABLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810),
              *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


def is_visible(character: str) -> bool:
    """Whether a character is shown unchanged: it does not affect the text around it."""
    code = ord(character)
    if code < 0x7F:
        return code >= 0x20
    return code not in _IGNORABLE and unicodedata.category(character) not in _HIDDEN_CATEGORIES


def _shown(text: str, marked: str, kept: str = "") -> str:
    if text.isascii() and text.isprintable() and not any(mark in text for mark in marked):
        return text
    parts = []
    for character in text:
        code = ord(character)
        if character in marked:
            parts.append("\\" + character)
        elif character in kept or is_visible(character):
            parts.append(character)
        elif 0xDC80 <= code <= 0xDCFF:
            parts.append(f"\\x{code - 0xDC00:02x}")
        else:
            parts.append(f"\\u{{{code:x}}}")
    return "".join(parts)


def name(text: str) -> str:
    """A name or a path for a message."""
    return _shown(text, "\\")


def quoted(text: str) -> str:
    """The same between quotes."""
    return f'"{_shown(text, chr(92) + chr(34))}"'


def lines(text: str) -> str:
    """A message of several lines that may contain names. Backslashes stay, because the functions
    above may have added them."""
    return _shown(text, "", "\n\t")


# Output


def write(text: str) -> None:
    """Writes to standard output, after what C functions have left in the C library's buffer."""
    write_bytes(text.encode("utf-8", "surrogateescape"))


def write_bytes(data: bytes) -> None:
    flush_c()
    if sys.stdout is None:
        raise CommandError("standard output: it is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise CommandError(f"standard output: {error.strerror}") from None


def flush_c() -> None:
    ctypes.CDLL(None).fflush(None)


def print_line(text: str = "") -> None:
    write(lines(text) + "\n")


def print_error(message: str) -> None:
    """Writes a line to standard error. On a terminal, the command's name before it is red, or cyan
    for a hint."""
    colour = "36" if message.startswith("hint: ") else "31"
    prefix = f"\x1b[1;{colour}mpulley:\x1b[0m" if _is_coloured() else "pulley:"
    write_error(f"{prefix} {lines(message)}\n")


def write_error(text: str) -> None:
    """Ignores failures, which cannot be reported."""
    flush_c()
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.buffer.write(text.encode("utf-8", "surrogateescape"))
            sys.stderr.buffer.flush()


def _is_coloured() -> bool:
    terminal = os.environ.get("TERM")
    return (sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("NO_COLOR")
            and terminal is not None and terminal != "dumb")


# Errors of the library


def _errors_of(error: Exception) -> List[Tuple[str, Optional[str], str]]:
    """The message, the position in a text, and the further lines of each error that an exception
    stands for."""
    rest = (getattr(error, "details", "") or str(error)).split("\n")
    if isinstance(error, LinkError):
        return [(_in_hexadecimal(line), None, "") for line in rest]
    found: List[Tuple[str, Optional[str], List[str]]] = []
    while rest:
        line = rest.pop(0)
        place = re.fullmatch(r"(.*) \(line (\d+), column (\d+)\)", line)
        if place is not None or not found:
            more = []
            if place is not None and len(rest) > 1 and re.fullmatch(r"\s*\^", rest[1]):
                more = [rest.pop(0), rest.pop(0)]
            position = None if place is None else f"{place[2]}:{place[3]}"
            found.append((line if place is None else place[1], position, more))
        else:
            found[-1][2].append(line)
    return [
        (_in_hexadecimal(message), position, "".join("\n" + line for line in more))
        for message, position, more in found]


def _in_hexadecimal(message: str) -> str:
    return re.sub(
        r" \((?:byte|character) (\d+)\)\Z", lambda found: f" (at byte {int(found[1]):#x})", message)


def report(error: Exception, path: str) -> int:
    """Prints an error of the library and returns the command's exit code."""
    # Code that the library cannot run is not the guest's fault.
    trapped = isinstance(error, Trap) and error.code != "unsupported"
    word = "trap: " if trapped else ""
    for message, position, more in _errors_of(error):
        place = path if position is None else f"{path}:{position}"
        print_error(f"{place}: {word}{message}{more}")
    if isinstance(error, InternalError):
        return 70
    return 134 if trapped else 1


EXPECTED = (Error, ValueError, OSError)
"""What functions of the package raise for their input."""


def is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False
