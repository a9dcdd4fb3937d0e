"""Programs for WASI preview 1 (wasm32-wasi), which get only what they are given.

    from pulley import wasi

    done = wasi.run("words.wasm", ["poem.txt"], dirs={"/": "data"}, capture_output=True, text=True)
    print(done.returncode, done.stdout)

`run` is for programs, which have a `_start`. For libraries (reactors), define a `Wasi` in a linker:

>>> import pulley
>>> from pulley import wasi
>>> module = pulley.load('''(module
...   (import "wasi_snapshot_preview1" "fd_write"
...     (func $write (param i32 i32 i32 i32) (result i32)))
...   (memory (export "memory") 1)
...   (data (i32.const 16) "hello")
...   (func (export "greet")
...     (i64.store (i32.const 0) (i64.const 0x5_00000010)) ;; five bytes from 16
...     (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))''')
>>> linker = pulley.Linker()
>>> system = wasi.Wasi(stdout=wasi.PIPE)
>>> system.define(linker)
>>> library = linker.instantiate(module)
>>> library.initialize()
>>> library.greet()
>>> system.stdout
b'hello'
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
import time
from typing import (
    Any, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union)
import weakref

from . import _api as api
from ._engine import Engine
from ._errors import Exit, Timeout, Trap, attempt, text as text_of
from ._failures import add_notes, fail, limited
from ._group import OTHER, Group, Using
from ._guard import guarded
from ._instance import Instance
from ._library import lib, quick
from ._linker import Linker
from ._module import Module, Source, is_text, load
from ._streams import (
    DEVNULL, PIPE, STDOUT, Feeder, Input, Output, input_from, output)

__all__ = ["CalledProcessError", "CompletedProcess", "DEVNULL", "PIPE", "STDOUT", "Wasi", "run"]

_MODULE = "wasi_snapshot_preview1"

Word = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Directories = Union[Mapping[Any, Any], Sequence[Any]]


class CompletedProcess(subprocess.CompletedProcess[Any]):
    """A program that has ended by itself.

    `args` has its arguments, with its name first, `returncode` its exit code (of 32 bits), and
    `stdout` and `stderr` what was captured, otherwise None.
    """

    denied: str = ""
    """Describes the first access that the program was denied; empty if there was none."""

    def check_returncode(self) -> None:
        """Raises CalledProcessError if the exit code is not 0."""
        if self.returncode:
            raise CalledProcessError(
                self.returncode, self.args, self.stdout, self.stderr, self.denied)


class CalledProcessError(Exit, subprocess.CalledProcessError):
    """A program has ended with an exit code other than 0."""

    def __init__(self, returncode: int, cmd: Any, output: Any = None, stderr: Any = None,
                 denied: str = "") -> None:
        subprocess.CalledProcessError.__init__(self, returncode, cmd, output, stderr)
        self.code = returncode
        self.denied = denied

    def __str__(self) -> str:
        message = f"the program {self.cmd[0]!r} exited with code {self.returncode}"
        # Most programs look for directories when they start, even if they use none.
        if not self.denied or self.denied.endswith("was given no directory"):
            return message
        return f"{message}; {self.denied}"


class _Calls:
    """The calls of a program, which its streams may have to end. It is apart from the Wasi object,
    so that nothing that the object owns refers to the object."""

    def __init__(self) -> None:
        self.raised: Optional[BaseException] = None
        """The exception of a stream, until the guest's caller gets it."""
        self._lock = threading.RLock()
        # Another thread may read the lists: unlike a WeakSet, they can be copied at any time.
        self._instances: List["weakref.ref[Instance]"] = []
        self._groups: List["weakref.ref[Group]"] = []

    @property
    def groups(self) -> List[Group]:
        """The groups of the program's instances."""
        found = [reference() for reference in list(self._groups)]
        return [group for group in found if group is not None]

    def join(self, group: Group) -> None:
        self._groups = [weakref.ref(other) for other in [*self.groups, group]]

    def adopt(self, instance: Instance) -> None:
        living = [reference for reference in self._instances if reference() is not None]
        self._instances = [*living, weakref.ref(instance)]

    def fail(self, raised: BaseException, again: bool = False) -> bool:
        """Ends the running call with an exception. Any thread may call this.

        Returns whether nobody has got the exception yet. Then the call may not have begun, and this
        is to be called `again`.
        """
        with self._lock:
            if self.raised is None and not again:
                self.raised = raised
            if self.raised is not raised:
                return False
            for group in self.groups:
                root = group.root
                if root.owner:
                    root.interrupt(root.owner, OTHER)
        return True

    def trap(self) -> None:
        """Makes the guest that is writing trap. An interruption would let it run a bit further."""
        message = type(self.raised).__name__.encode("utf-8", "replace")
        for reference in self._instances:
            instance = reference()
            if instance is not None and not instance.closed:
                quick.pulley_trap(instance._number, message)

    def take(self) -> Optional[BaseException]:
        with self._lock:
            raised, self.raised = self.raised, None
            if raised is not None:
                for group in self.groups:
                    root = group.root
                    if root.interrupted == OTHER:
                        root.clear_interrupts()
        return raised

    def writer(self, write: Any) -> Any:
        """The library's function for an output."""

        def receive(_: object, address: int, length: int, calls: _Calls = self,
                    write: Any = write) -> None:
            try:
                if calls.raised is None:
                    write(ctypes.string_at(address, length) if length else b"")
            except BaseException as raised:
                calls.fail(raised)
            if calls.raised is not None:
                calls.trap()

        return api.pulley_writer_t(guarded(receive))


class Wasi:
    """The system that one program or library sees: its arguments, streams and directories.

    - `args`: the arguments; the first is the program's name.
    - `dirs`: the directories: a mapping from names in the guest to paths, or to pairs of a path and
      "ro" or "rw"; or a sequence of paths that have the same name in the guest.
    - `env`: the environment; there is no other. `os.environ` gives the process's own.
    - `stdin`: bytes, a str, a file, a descriptor, a function or an iterator that gives bytes,
      DEVNULL (nothing), or None for the process's own.
    - `stdout`, `stderr`: a file, a descriptor, a function that gets bytes, PIPE to capture the
      output, DEVNULL (nowhere), or None for the process's own. `stderr` may be STDOUT.
    - `listeners`: listening sockets, on which the program may accept connections.
    - `clock`: the constant time of all clocks in nanoseconds since 1970. Then no wait takes time.
    - `seed`: makes the random numbers the same in each run.
    - `encoding`, `errors`: functions for output get text instead of bytes.

    Nothing is the default of everything: the program gets only what is given here.

    An exception that a function for a stream raises ends the call of the guest and comes out of it.
    If the program exits while one of its exports is called, the call raises Exit.
    """

    def __init__(self, args: Iterable[Word] = (), *, dirs: Optional[Directories] = None,
                 env: Optional[Mapping[Any, Any]] = None, stdin: Any = DEVNULL,
                 stdout: Any = DEVNULL, stderr: Any = DEVNULL, listeners: Iterable[Any] = (),
                 clock: Optional[int] = None, seed: Optional[int] = None,
                 encoding: Optional[str] = None, errors: Optional[str] = None) -> None:
        self._calls = _Calls()
        self._writers: List[Any] = []
        self._feeder: Optional[Feeder] = None
        self._finishers: List[Any] = []
        self._encoding = encoding
        self._errors = errors
        self._number = lib.pulley_wasi_new() or 0
        if not self._number:
            raise MemoryError("no memory for a WASI system")
        _give_words(lib.pulley_wasi_set_arguments, self._number, _words(args, "args"))
        if env is not None:
            _give_words(lib.pulley_wasi_set_environment, self._number, list(_variables(env)))
        for guest, host, read_only in [] if dirs is None else _directories(dirs):
            attempt(lib.pulley_wasi_add_directory, self._number, host, guest, read_only)
        for listener in listeners:
            number = listener.fileno() if hasattr(listener, "fileno") else listener
            attempt(lib.pulley_wasi_add_listener, self._number, _integer(number, 31, "a listener"))
        if clock is not None:
            attempt(lib.pulley_wasi_set_clock, self._number, _integer(clock, 64, "clock"))
        if seed is not None:
            attempt(lib.pulley_wasi_set_seed, self._number, _integer(seed, 64, "seed"))
        self._set_outputs(stdout, stderr)
        self._set_input(input_from(stdin))

    def _set_outputs(self, stdout: Any, stderr: Any) -> None:
        first = output(stdout, "stdout", self._encoding, self._errors)
        if isinstance(stderr, int) and stderr == STDOUT:
            second = Output(first.descriptor, first.write)
        else:
            second = output(stderr, "stderr", self._encoding, self._errors)
        self._captured = (first.captured, second.captured)
        for stream, destination in ((1, first), (2, second)):
            if destination.descriptor is not None:
                attempt(lib.pulley_wasi_set_stream, self._number, stream, destination.descriptor)
            elif destination.write is not None:
                writer = self._calls.writer(destination.write)
                self._writers.append(writer)
                attempt(lib.pulley_wasi_set_output, self._number, stream,
                        ctypes.cast(writer, ctypes.c_void_p), None)
            if destination.finish is not None:
                self._finishers.append(destination.finish)

    def _set_input(self, source: Input) -> None:
        if source.descriptor is not None:
            attempt(lib.pulley_wasi_set_stream, self._number, 0, source.descriptor)
        elif source.read is None:
            attempt(lib.pulley_wasi_set_input, self._number, source.data, len(source.data))
        else:
            self._feeder = Feeder(source.read, self._calls.fail)
            attempt(lib.pulley_wasi_set_stream, self._number, 0, self._feeder.descriptor)

    def define(self, linker: Linker) -> None:
        """Opens the directories and lets modules import the system from `wasi_snapshot_preview1`.

        It can be defined once: every program needs a system of its own.
        """
        if not isinstance(linker, Linker):
            raise TypeError(f"linker must be a pulley.Linker, not {type(linker).__name__}")
        with Using(linker._use):
            attempt(lib.pulley_wasi_define, self._number, linker._handle)
        linker._system = self

    def run(self, instance: Instance, *, timeout: Optional[float] = None) -> int:
        """Calls the program's `_start` and returns its exit code. `timeout` is in seconds."""
        if not isinstance(instance, Instance):
            raise TypeError(f"instance must be a pulley.Instance, not {type(instance).__name__}")
        code = ctypes.c_int32()
        error = ctypes.c_void_p()
        arguments = (self._number, instance._handle, ctypes.byref(code), ctypes.byref(error))
        group = instance._group.root
        outermost = group.enter()
        try:
            if timeout is None:
                if lib.pulley_wasi_run(*arguments):
                    fail(error.value or 0, group)
            else:
                with limited(timeout, group):
                    if lib.pulley_wasi_run(*arguments):
                        fail(error.value or 0, group)
            self._raise()
        finally:
            if outermost:
                group.leave()
        return code.value

    @property
    def exit_code(self) -> Optional[int]:
        """The code of the last exit; None if the program has not exited."""
        code = ctypes.c_int32()
        with Using(*self._calls.groups):
            exited = quick.pulley_wasi_exited(self._number, ctypes.byref(code))
        return code.value if exited else None

    @property
    def denied(self) -> str:
        """Describes the first access that the program was denied; empty if there was none."""
        with Using(*self._calls.groups):
            return text_of(quick.pulley_wasi_denied(self._number))

    @property
    def stdout(self) -> Optional[bytes]:
        """The output so far if it is captured (`stdout=PIPE`), otherwise None."""
        captured = self._captured[0]
        return None if captured is None else bytes(captured)

    @property
    def stderr(self) -> Optional[bytes]:
        """The error output so far if it is captured (`stderr=PIPE`), otherwise None."""
        captured = self._captured[1]
        return None if captured is None else bytes(captured)

    # What linkers and groups call

    def _join(self, group: Group) -> None:
        """The linker is making an instance of the group. The group keeps this object alive."""
        self._calls.join(group)
        group.exits.append(self._explain)

    def _adopt(self, instance: Instance) -> None:
        """The linker has made an instance."""
        if any(item.module == _MODULE for item in instance.module.imports):
            self._calls.adopt(instance)
        self._raise()

    def _explain(self, found: Trap) -> None:
        """Raises what has ended a call of the guest instead of the trap, if it was the program
        itself or one of its streams."""
        raised = self._calls.take()
        if raised is not None:
            add_notes(raised, found.frames)
            try:
                raise raised
            finally:
                # Its traceback has this frame: without this line, both would wait for the garbage
                # collector.
                del raised
        code = ctypes.c_int32()
        # The code of an earlier exit stays until there is another one.
        if quick.pulley_wasi_exited(self._number, ctypes.byref(code)):
            if str(found) == f"the program exited with code {code.value}":
                raise Exit(code.value) from None

    def _raise(self) -> None:
        """Raises the exception of a stream that no trap has brought, if there is one."""
        raised = self._calls.take()
        if raised is not None:
            try:
                raise raised
            finally:
                del raised

    def _finish(self) -> None:
        """Ends the streams of a program that has ended."""
        if self._feeder is not None:
            self._feeder.stop()
        finishers, self._finishers = self._finishers, []
        for finish in finishers:
            finish()

    def __del__(self) -> None:
        # At the end of the interpreter, what this needs may be gone.
        try:
            if self._feeder is not None:
                self._feeder.close()
            number, self._number = self._number, 0
            lib.pulley_wasi_delete(number)
        except Exception:
            pass

    def __repr__(self) -> str:
        return "<pulley.wasi.Wasi>"


def run(program: Union[Module, Source], args: Iterable[Word] = (), *, stdin: Any = None,
        input: Any = None, stdout: Any = None, stderr: Any = None, capture_output: bool = False,
        text: bool = False, encoding: Optional[str] = None, errors: Optional[str] = None,
        dirs: Optional[Directories] = None, env: Optional[Mapping[Any, Any]] = None,
        listeners: Iterable[Any] = (), timeout: Optional[float] = None, check: bool = False,
        clock: Optional[int] = None, seed: Optional[int] = None, name: Optional[Word] = None,
        imports: Optional[Mapping[str, Mapping[str, Any]]] = None,
        linker: Optional[Linker] = None, engine: Optional[Engine] = None) -> CompletedProcess:
    """Runs a program and returns a CompletedProcess, like `subprocess.run`.

    The program is a module or what `load` takes: a path, or the module's bytes or text. `args` are
    its arguments after its name, which is the path or `name`.

    As with `subprocess`, the standard streams are those of the process unless they are given:
    `stdin`, `stdout` and `stderr` are as for Wasi. Instead of the process's own, an object that
    replaces `sys.stdout` gets the output. `input` is another name for `stdin`. `capture_output`
    captures `stdout` and `stderr`; `text`, `encoding` or `errors` decode them, by default as UTF-8.

    Other than with `subprocess`, the program gets no environment and no directories but those of
    `env` and `dirs`. `listeners`, `clock` and `seed` are as for Wasi, too.

    `timeout` limits the time in seconds: then Timeout is raised. Only compiling is not limited.
    `check` raises CalledProcessError for an exit code other than 0. A trap raises Trap. Both
    exceptions have what was captured in `stdout` and `stderr`.

    `imports` and `linker` give what the program imports besides, as for Instance.

    >>> from pulley import wasi
    >>> program = '''(module
    ...   (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    ...   (memory (export "memory") 1)
    ...   (func (export "_start") (call $exit (i32.const 3))))'''
    >>> wasi.run(program, ["a", "b"], name="program", capture_output=True, text=True)
    CompletedProcess(args=['program', 'a', 'b'], returncode=3, stdout='', stderr='')
    """
    if input is not None:
        if stdin is not None:
            raise ValueError("stdin and input cannot both be given")
        stdin = input
    if capture_output:
        if stdout is not None or stderr is not None:
            raise ValueError("stdout and stderr cannot be given with capture_output")
        stdout = stderr = PIPE
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout is {timeout!r}, but must be positive")
    if encoding is None and (text or errors is not None):
        encoding = "utf-8"
    end = None if timeout is None else time.monotonic() + timeout
    module = program if isinstance(program, Module) else load(program, engine)
    own = Linker(module.engine) if linker is None else linker
    for space, definitions in (imports or {}).items():
        own[space] = definitions
    words = [_name_of(program, module) if name is None else name, *_sequence(args, "args")]
    _words(words[1:], "args")
    system = Wasi(
        words, dirs=dirs, env=env, stdin=stdin, stdout=stdout, stderr=stderr, listeners=listeners,
        clock=clock, seed=seed, encoding=encoding, errors=errors)
    try:
        system.define(own)
        code = _run(system, own, module, timeout, end)
    except Trap as trap:
        trap.stdout, trap.stderr = _captured(system, encoding, "replace")
        _add_stderr(trap, system.stderr)
        raise
    finally:
        if linker is not None and linker._system is system:
            # Other modules must not get the streams and directories of this program.
            Wasi().define(linker)
        system._finish()
    out, err = _captured(system, encoding, errors or "strict")
    done = CompletedProcess(words, code, out, err)
    done.denied = system.denied
    if check:
        done.check_returncode()
    return done


def _run(system: Wasi, linker: Linker, module: Module, timeout: Optional[float],
         end: Optional[float]) -> int:
    try:
        with linker.instantiate(module, timeout=timeout) as instance:
            rest = None if end is None else max(end - time.monotonic(), 1e-6)
            return system.run(instance, timeout=rest)
    except Exit as left:
        # A start function may exit, too.
        return left.code
    except Timeout as late:
        # The limit of a part of the run is less than what the caller gave.
        if timeout is not None and str(late).startswith("the guest has not ended"):
            late.args = (f"the program has not ended within {timeout:g} s",)
        raise


def _captured(system: Wasi, encoding: Optional[str], errors: str) -> Tuple[Any, Any]:
    found = (system.stdout, system.stderr)
    if encoding is None:
        return found
    out, err = (None if data is None else data.decode(encoding, errors) for data in found)
    return out, err


def _name_of(program: Any, module: Module) -> str:
    if isinstance(program, os.PathLike) or (isinstance(program, str) and not is_text(program)):
        return os.fsdecode(program)
    return module.name or "program"


def _add_stderr(trap: Trap, data: Optional[bytes]) -> None:
    """The program's own words often say best why it trapped. Python shows notes from 3.11 on."""
    add_note = getattr(trap, "add_note", None)
    if data and add_note is not None:
        shown = data[-2000:].decode("utf-8", "replace").rstrip("\n")
        add_note(f"stderr of the program:\n{shown}")


# Words: they are bytes, which need not be UTF-8


def _sequence(values: Any, what: str) -> List[Any]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"{what} must be a sequence of words, not {type(values).__name__}")
    return list(values)


def _words(values: Any, what: str) -> List[bytes]:
    return [
        _word(value, f"{what}[{index}]") for index, value in enumerate(_sequence(values, what))]


def _word(value: Any, what: str) -> bytes:
    try:
        found = os.fspath(value)
    except TypeError:
        raise TypeError(
            f"{what} must be a str, bytes or a path, not {type(value).__name__}") from None
    encoded = found.encode("utf-8", "surrogateescape") if isinstance(found, str) else bytes(found)
    if b"\0" in encoded:
        raise ValueError(f"{what} contains a NUL: {found!r}")
    return encoded


def _variables(env: Any) -> Iterator[bytes]:
    if not isinstance(env, Mapping):
        raise TypeError(f"env must be a mapping of names to values, not {type(env).__name__}")
    for name, value in env.items():
        encoded = _word(name, "a name in env")
        if not encoded or b"=" in encoded:
            raise ValueError(f"{name!r} cannot be the name of a variable in env")
        yield encoded + b"=" + _word(value, f"env[{name!r}]")


def _directories(dirs: Any) -> Iterator[Tuple[bytes, bytes, bool]]:
    """Yields each directory's name in the guest, its path and whether it is read-only."""
    if isinstance(dirs, Mapping):
        items = list(dirs.items())
    else:
        items = [(path, path) for path in _sequence(dirs, "dirs")]
    for guest, value in items:
        what = f"dirs[{guest!r}]"
        host, mode = value, "rw"
        if isinstance(value, tuple):
            if len(value) != 2:
                raise ValueError(f"{what} must be a path or a pair of a path and a mode")
            host, mode = value
        if mode not in ("ro", "rw"):
            raise ValueError(f'{what}: the mode is {mode!r}, but must be "ro" or "rw"')
        path = os.fsencode(_word(host, what).decode("utf-8", "surrogateescape"))
        # Python's own exceptions for files are more precise than the library's.
        os.scandir(path).close()
        yield _word(guest, "a name in dirs"), path, mode == "ro"


def _integer(value: Any, bits: int, what: str) -> int:
    try:
        number: int = value.__index__()
    except AttributeError:
        raise TypeError(f"{what} must be an int, not {type(value).__name__}") from None
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{what} is {number}, but must be from 0 to 2**{bits} - 1")
    return number


def _give_words(function: Any, number: int, words: List[bytes]) -> None:
    array = (ctypes.c_char_p * max(len(words), 1))(*words)
    attempt(function, number, ctypes.addressof(array), len(words))
