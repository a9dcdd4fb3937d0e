"""The standard streams of WASI programs: descriptors, bytes, and Python's objects."""

from __future__ import annotations

import codecs
import io
import os
import socket
import sys
import threading
import time
from typing import Any, Callable, NamedTuple, Optional, Union

PIPE = -1
STDOUT = -2
DEVNULL = -3
"""The three have the values of the `subprocess` module, so that its constants can be used, too."""

Data = Union[bytes, str, None]

_WRAPPERS = (
    (io.TextIOWrapper, "buffer"), (io.BufferedReader, "raw"), (io.BufferedWriter, "raw"),
    (io.BufferedRandom, "raw"))


def descriptor(stream: Any) -> Optional[int]:
    """The descriptor of an object that only reads and writes it; None for other objects.

    Not every object with a descriptor is such a one: that of a GzipFile is the compressed file's.
    And a subclass may do more with what passes through its methods.
    """
    if isinstance(stream, io.FileIO):
        return stream.fileno()
    for kind, inner in _WRAPPERS:
        if isinstance(stream, kind):
            methods = ("read", "readline", "write")
            same = all(
                getattr(type(stream), name, None) is getattr(kind, name, None) for name in methods)
            return descriptor(getattr(stream, inner)) if same else None
    if isinstance(stream, socket.socket):
        return stream.fileno()
    if hasattr(stream, "read") or hasattr(stream, "write"):
        # A temporary file of Python has the real one in it.
        inner_file = getattr(stream, "file", None)
        if type(stream).__module__ == "tempfile" and isinstance(inner_file, io.IOBase):
            return descriptor(inner_file)
        return None
    fileno = getattr(stream, "fileno", None)
    return int(fileno()) if callable(fileno) else None


def is_descriptor(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def opened(number: int, what: str) -> int:
    """A descriptor that is open. OSError for another one."""
    try:
        os.fstat(number)
    except OSError as error:
        raise OSError(error.errno, f"{what}: descriptor {number} is not open") from None
    return number


# Output


class Output(NamedTuple):
    """Where the output of a program goes: to a descriptor, or to a Python function."""

    descriptor: Optional[int] = None
    write: Optional[Callable[[bytes], Any]] = None
    finish: Optional[Callable[[], Any]] = None
    """To be called at the end: an incomplete character may have to be written."""
    captured: Optional[bytearray] = None


def output(target: Any, name: str, encoding: Optional[str], errors: Optional[str]) -> Output:
    """The destination that an argument `stdout` or `stderr` means.

    A function gets text if there is an encoding, otherwise bytes.
    """
    if target is None:
        target = getattr(sys, name, None)
        if target is None:
            return Output()
    if isinstance(target, int) and target == PIPE:
        captured = bytearray()
        return Output(write=captured.extend, captured=captured)
    if isinstance(target, int) and target == DEVNULL:
        return Output()
    if is_descriptor(target):
        return Output(opened(target, name))
    found = descriptor(target)
    if found is not None:
        if getattr(target, "closed", False):
            raise ValueError(f"{name} is a closed file")
        writable = getattr(target, "writable", None)
        if writable is not None and not writable():
            raise ValueError(f"{name} is a file that is open for reading only")
        if hasattr(target, "flush"):
            target.flush()
        return Output(opened(found, name))
    write = getattr(target, "write", None)
    if callable(write):
        if isinstance(target, io.TextIOBase) or hasattr(target, "encoding"):
            return _decoded(write, "utf-8", "replace", getattr(target, "flush", None))
        return Output(write=lambda data: _write_all(write, data),
                      finish=getattr(target, "flush", None))
    if callable(target):
        if encoding is not None:
            return _decoded(target, encoding, errors or "strict", None)
        return Output(write=target)
    raise TypeError(
        f"{name} must be a file, a descriptor, a function, PIPE, DEVNULL or None, "
        f"not {_kind(target)}")


def _kind(value: Any) -> str:
    return repr(value) if isinstance(value, int) else type(value).__name__


def _decoded(write: Callable[[str], Any], encoding: str, errors: str,
             flush: Optional[Callable[[], Any]]) -> Output:
    decoder = codecs.getincrementaldecoder(encoding)(errors)

    def decode(data: bytes) -> None:
        text = decoder.decode(data)
        if text:
            write(text)

    def finish() -> None:
        text = decoder.decode(b"", True)
        if text:
            write(text)
        if flush is not None:
            flush()

    return Output(write=decode, finish=finish)


def _write_all(write: Callable[[Any], Any], data: bytes) -> None:
    """Writes everything, also to a raw stream, which may take a part at a time."""
    count = write(data)
    if not isinstance(count, int) or count >= len(data):
        return
    rest = memoryview(data)[count:]
    while rest:
        count = write(rest)
        if not isinstance(count, int) or count <= 0:
            raise BlockingIOError("the stream for the program's output takes no more data")
        rest = rest[count:]


def to_standard(name: str) -> Callable[[bytes], None]:
    """A function that writes to `sys.stdout` or `sys.stderr` as it is at that time."""

    def write(data: bytes) -> None:
        stream = getattr(sys, name, None)
        if stream is None:
            return
        binary = getattr(stream, "buffer", None)
        if binary is None:
            stream.write(data.decode("utf-8", "replace"))
            return
        stream.flush()
        _write_all(binary.write, data)
        binary.flush()

    return write


# Input


class Input(NamedTuple):
    """Where the input of a program comes from: a descriptor, bytes, or a Python function that
    returns them, or text, and something empty at the end."""

    descriptor: Optional[int] = None
    data: bytes = b""
    read: Optional[Callable[[], Data]] = None


def input_from(source: Any) -> Input:
    """The origin that an argument `stdin` means."""
    if source is None:
        # An object that replaces sys.stdin would be read before the program asks for anything.
        if sys.stdin is None or getattr(sys.stdin, "closed", False):
            return Input()
        return Input(descriptor(sys.stdin))
    if isinstance(source, str):
        return Input(data=source.encode("utf-8", "surrogateescape"))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Input(data=bytes(source))
    if isinstance(source, int) and source == DEVNULL:
        return Input()
    if isinstance(source, int) and source == PIPE:
        raise ValueError(
            "stdin cannot be PIPE, because nobody writes to it during the call; give the data")
    if is_descriptor(source):
        return Input(opened(source, "stdin"))
    if type(source) is io.BytesIO:
        return Input(data=source.read())
    if type(source) is io.StringIO:
        return Input(data=source.read().encode("utf-8", "surrogateescape"))
    found = descriptor(source)
    if found is not None:
        readable = getattr(source, "readable", None)
        if readable is not None and not readable():
            raise ValueError("stdin is a file that is open for writing only")
        return Input(opened(found, "stdin"))
    for method in ("read1", "read"):
        read = getattr(source, method, None)
        if callable(read):
            return Input(read=lambda: read(65536))
    if callable(source):
        return Input(read=source)
    if hasattr(source, "__next__"):
        return Input(read=lambda: _next(source))
    raise TypeError(
        "stdin must be bytes, a str, a file, a descriptor, a function, an iterator, DEVNULL or "
        f"None, not {_kind(source)}")


def _next(source: Any) -> Data:
    for data in source:
        if data:
            return data  # type: ignore[no-any-return]
    return None


class Feeder:
    """Reads from a Python function on a thread, and gives a program what it reads, through a pipe.

    The thread reads ahead, as much as a pipe holds. It ends when the input does, or when it has
    read something and the program has ended.
    """

    def __init__(self, read: Callable[[], Data],
                 failed: Callable[[BaseException, bool], bool]) -> None:
        self._read = read
        self._failed = failed
        self.descriptor, self._writer = os.pipe()
        self._is_reading = True
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="pulley stdin", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            os.close(self._writer)
            self.close()
            raise

    def _run(self) -> None:
        try:
            while True:
                data = self._next()
                self._is_reading = False
                rest = memoryview(data)
                while rest:
                    try:
                        rest = rest[os.write(self._writer, rest):]
                    except BrokenPipeError:
                        return
                if not data:
                    return
                self._is_reading = True
        except BaseException as raised:
            self._is_reading = False
            # The program may not have started yet, and cannot be ended then.
            is_again = False
            while self._failed(raised, is_again) and not self._is_stopped:
                time.sleep(0.01)
                is_again = True
        finally:
            self._is_reading = False
            os.close(self._writer)

    def _next(self) -> bytes:
        data = self._read()
        if data is None:
            return b""
        if isinstance(data, str):
            return data.encode("utf-8", "surrogateescape")
        try:
            return bytes(memoryview(data))
        except TypeError:
            raise TypeError(
                f"stdin gave {type(data).__name__}, but must give bytes or a str") from None

    def stop(self) -> None:
        """Ends the thread, unless it is reading: then it ends when it has read something."""
        if self._is_stopped:
            return
        self._is_stopped = True
        # The number must stay in use: a guest that is called later must not read another file.
        nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        os.dup2(nothing, self.descriptor, inheritable=False)
        os.close(nothing)
        while self._thread.is_alive() and not self._is_reading:
            self._thread.join(0.01)

    def close(self) -> None:
        """Closes the program's end of the pipe, which nothing uses any more."""
        self._is_stopped = True
        number, self.descriptor = self.descriptor, -1
        if number >= 0:
            os.close(number)
