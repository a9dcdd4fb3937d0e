"""The command `run`."""

from __future__ import annotations

import argparse
import ctypes
import os
import select
import sys
import threading
import time
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from . import text
from .input import InputFile, is_open
from .inspect import descriptions
from .text import CommandError
from .values import lanes_of, parse, parse_clif, show, show_clif
from .._engine import Engine
from .._errors import Error, Exit, Interrupted, LinkError, NotFoundError, Trap, attempt
from .._function import Function, function
from .._instance import Instance
from .._library import lib, quick
from .._linker import Linker
from .._module import Module
from ..wasi import DEVNULL, Wasi

_TIMEOUT_CODE = 124
"""The exit code of timeout(1)."""


def run(options: argparse.Namespace) -> int:
    for name in ("count_dispatches", "stats", "stats_format", "profile"):
        if getattr(options, name):
            option = name.replace("_", "-")
            raise CommandError(f"--{option} needs what only the command `pulley` has")
    timeout = Timeout(options.timeout, text.name(options.file))
    try:
        return _Run(options, timeout).perform()
    finally:
        timeout.finish()


class _Run:
    def __init__(self, options: argparse.Namespace, timeout: "Timeout") -> None:
        self.options = options
        self.timeout = timeout
        self.file = InputFile(options.file)
        self.file.require_trust(options.allow_clif, options.allow_precompiled)
        self.system = self._system()
        self.engine = self._engine()

    def perform(self) -> int:
        try:
            return self._perform()
        except text.EXPECTED as error:
            return self._report(error)
        finally:
            if self.options.usage:
                self._print_usage()

    def _perform(self) -> int:
        module = self.file.module(self.engine)
        linker = Linker(self.engine)
        # An artifact tells by its exports of which language it is.
        if module.format == "clif" or any(
                not description.startswith("(func") and item.kind == "function"
                for item, description in zip(module.exports, descriptions(module)[1])):
            if self.options.header or self.options.library:
                raise CommandError(
                    "--header and --library bind imports of WebAssembly; this is CLIF")
            self._define_hosts(linker)
            return _ClifProgram(module, linker, self.timeout).run(self.options)
        self.system.define(linker)
        self._define_hosts(linker)
        self._bind(linker)
        try:
            return self._call(module, linker)
        except Exit as left:
            return self._ended(left.code)
        except text.EXPECTED as error:
            code = self._report(error)
            self._hint_about_denied()
            return code

    def _call(self, module: Module, linker: Linker) -> int:
        self.timeout.interrupt_by(lambda: quick.pulley_linker_interrupt(linker._handle))
        instance = linker.instantiate(module)
        self.timeout.interrupt_by(instance.interrupt)
        if self.options.invoke is None:
            return self._start(instance)
        name = self.options.invoke
        if name != "_initialize":
            instance.initialize()
        self._invoke(instance, _function(instance, name), name)
        return 0

    def _start(self, instance: Instance) -> int:
        if "_start" not in instance:
            raise NotFoundError(
                "the module has no _start to run; name a function with --invoke. "
                + _functions(instance.module))
        code = self.system.run(instance)
        return self._ended(code) if code else 0

    def _invoke(self, instance: Instance, called: Function, name: str) -> None:
        kinds = called.type.parameters
        words = self.options.arguments
        if len(words) != len(kinds):
            exports = descriptions(instance.module)[1]
            names = [item.name for item in instance.module.exports]
            raise ValueError(
                f"{text.name(name)} {exports[names.index(name)]} takes {len(kinds)} arguments, not "
                f"{len(words)}")
        result = called(*_values(words, kinds, kinds, parse))
        for value, kind in zip(_results(result, called), called.type.results):
            text.print_line(show(value, kind))

    # What the options grant

    def _system(self) -> Wasi:
        options = self.options
        try:
            return Wasi(
                [os.fsencode(word) for word in [options.file, *options.arguments]],
                dirs=_Pairs((guest, (host, mode)) for guest, host, mode in options.dir),
                env=_Pairs(options.env), stdin=_stream(0), stdout=_stream(1), stderr=_stream(2),
                listeners=options.listen_fd, clock=options.clock, seed=options.seed)
        except OSError as error:
            # The system's own word for the file.
            path = os.fsdecode(error.filename or "")
            raise CommandError(
                f"--dir: the directory {text.name(path)} cannot be opened: {error.strerror}"
            ) from None

    def _engine(self) -> Engine:
        options = self.options
        tables = options.max_tables
        if tables is None and options.max_memory is not None:
            # Room for the table of a module's C functions, even if its memory is small.
            tables = max(options.max_memory, 1 << 20)
        wanted = {
            "memory": options.max_memory, "tables": tables, "instances": options.max_instances,
            "wasi": options.max_wasi, "compilation": options.max_compile_memory}
        return Engine(
            interruptible=self.timeout.is_set, clif=self.file.is_powerful,
            stack_size=options.stack_size, eager=options.eager,
            limits={name: (size, size) for name, size in wanted.items() if size is not None})

    def _define_hosts(self, linker: Linker) -> None:
        for path in self.options.load:
            try:
                ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL | os.RTLD_NOW)
            except OSError as error:
                raise CommandError(text.name(str(error))) from None
        process = ctypes.CDLL(None)
        for module, name, signature, word in self.options.host:
            try:
                found = process[name]
            except AttributeError:
                raise CommandError(
                    f"--host {text.name(word)}: there is no C function named {text.name(name)}"
                ) from None
            attempt(
                lib.pulley_register, linker._handle, module.encode(), name.encode(),
                signature.encode(), ctypes.cast(found, ctypes.c_void_p), None, None)

    def _bind(self, linker: Linker) -> None:
        for path in self.options.header:
            with _Readable(path) as readable:
                try:
                    linker.declare_file(readable)
                except text.EXPECTED as error:
                    details = getattr(error, "details", "") or str(error)
                    raise CommandError(f"--header: {details}") from None
        for module, path in self.options.library:
            try:
                linker.bind(path, module=module)
            except text.EXPECTED as error:
                raise CommandError(f"--library: {error}") from None

    # What is said at the end

    def _ended(self, code: int) -> int:
        """The low 8 bits of the program's exit code, which are all that the system passes on."""
        if code:
            self._hint_about_denied()
        return code & 0xFF

    def _report(self, error: Exception) -> int:
        if isinstance(error, Interrupted) and self.timeout.has_passed:
            details = error.details.split("\n", 1)[1:]
            error.details = "\n".join([self.timeout.message, *details])
            self.timeout.finish()
            text.report(error, self.file.shown)
            return _TIMEOUT_CODE
        code = text.report(error, self.file.shown)
        plain = isinstance(error, ValueError) and not isinstance(error, Error)
        if isinstance(error, (LinkError, NotFoundError)) or plain:
            self._hint_about_misplaced_option()
        if isinstance(error, LinkError):
            text.print_error(
                "hint: --host MODULE.NAME=SIGNATURE defines an import as a C function, for example "
                "--host 'env.puts=i32(cstr)'; --header FILE --library FILE bind all that a header "
                "declares")
        return code

    def _hint_about_misplaced_option(self) -> None:
        word = self.options.misplaced
        if word is not None:
            text.print_error(
                f"hint: {word} comes after the file, so the guest gets it; options of `pulley run` "
                "come before the file")

    def _hint_about_denied(self) -> None:
        denied = self.system.denied
        if not denied:
            return
        if denied.endswith("was given no directory"):
            self._hint_about_misplaced_option()
            # Most programs list their directories, even if they use none. So this hint is for
            # terminals only.
            if sys.stderr is not None and sys.stderr.isatty():
                text.print_error(f"hint: {denied}; --dir . grants the current one")
        elif denied.endswith("may only read"):
            text.print_error(f"hint: {denied}; --dir without :ro allows it")
        else:
            text.print_error(f"hint: {denied}; --dir HOST[::GUEST] grants another one")

    def _print_usage(self) -> None:
        names = {"memory": "memories", "wasi": "WASI"}
        for resource in ("memory", "tables", "instances", "stacks", "wasi", "compilation"):
            size = self.engine.peak(resource)
            text.print_error(f"{names.get(resource, resource)}: {size} bytes")


class _Readable:
    """A path for the library: standard input has one, too."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> str:
        path = "/dev/stdin" if self.path == "-" else self.path
        try:
            with open(path, "rb"):
                return path
        except OSError as error:
            raise CommandError(f"{text.name(path)}: {error.strerror}") from None

    def __exit__(self, *_: object) -> None:
        pass


class _Pairs(Dict[bytes, Any]):
    """What options give by names. The same name may be given twice, other than in a dict."""

    def __init__(self, pairs: Iterable[Tuple[bytes, Any]]) -> None:
        super().__init__()
        self._pairs = list(pairs)

    def items(self) -> Any:
        return self._pairs


def _stream(number: int) -> Any:
    if not is_open(number):
        return DEVNULL
    if number and text.is_pipe(number):
        # The system then ends the process if nobody reads the pipe any more, like other commands.
        return lambda data: _write_all(number, data)
    return number


def _write_all(number: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(number, rest) :]
        except BlockingIOError:
            select.select([], [number], [])


def _functions(module: Module) -> str:
    """A sentence with the names of the first twenty functions."""
    names = [text.name(item.name) for item in module.exports if item.kind == "function"]
    if not names:
        return "It exports nothing"
    return f"It exports {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"


def _function(instance: Instance, name: str) -> Function:
    number = ctypes.c_void_p()
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        raise NotFoundError(f"the module has no export named {text.quoted(name)}") from None
    attempt(quick.pulley_instance_function, instance._handle, encoded, ctypes.byref(number))
    return function(number.value or 0, name, instance._group.root)


def _values(words: List[str], kinds: Any, shown: Any, read: Callable[[str, str], Any]) -> List[Any]:
    values = []
    for word, kind, type in zip(words, kinds, shown):
        try:
            values.append(read(word, kind))
        except ValueError:
            raise ValueError(f"{text.quoted(word)} is not a value of type {type}") from None
    return values


def _results(result: Any, called: Function) -> Tuple[Any, ...]:
    return result if len(called.type.results) > 1 else (result,)


class _ClifProgram:
    """A module in CLIF. Functions that it does not define are the process's."""

    def __init__(self, module: Module, linker: Linker, timeout: "Timeout") -> None:
        self.module = module
        find = ctypes.cast(ctypes.CDLL(None).dlsym, ctypes.c_void_p)
        attempt(lib.pulley_linker_set_resolver, linker._handle, find, None)
        self.instance = linker.instantiate(module)
        timeout.interrupt_by(self.instance.interrupt)

    def run(self, options: argparse.Namespace) -> int:
        if options.invoke is None:
            return self._start()
        name = options.invoke[1:] if options.invoke.startswith("%") else options.invoke
        names = [item.name for item in self.module.exports]
        if name not in names:
            raise NotFoundError(f"there is no function named {text.quoted(name)}. {self._offer()}")
        description = descriptions(self.module)[1][names.index(name)]
        words = options.arguments
        kinds, results = _signature(description)
        if len(words) != len(kinds):
            raise ValueError(
                f"%{text.name(name)}{description} takes {len(kinds)} arguments, not {len(words)}")
        called = self.instance[name]
        for kind in kinds + results:
            lanes_of(kind)
        result = called(*_values(words, kinds, kinds, parse_clif))
        for value, kind in zip(_results(result, called), results):
            text.print_line(show_clif(value, kind))
        return 0

    def _start(self) -> int:
        exports = self.module.exports
        if "main" not in exports or exports["main"].type.parameters:
            raise NotFoundError(
                f"there is no %main() to run; name a function with --invoke. {self._offer()}")
        called = self.instance["main"]
        result = called()
        kinds = called.type.results
        if not kinds or not kinds[0].startswith("i"):
            return 0
        return int(_results(result, called)[0]) & 0xFF

    def _offer(self) -> str:
        names = [f"%{text.name(item.name)}" for item in self.module.exports]
        if not names:
            return "The text has no functions"
        return f"There are {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"


def _signature(description: str) -> Tuple[List[str], List[str]]:
    """The types of the parameters and results of a function of CLIF: `(i32, i64 sext) -> i8`."""
    parameters, _, results = description.partition(")")
    return tuple(  # type: ignore[return-value]
        [part.split()[0] for part in types.split(", ") if part.split()]
        for types in (parameters.lstrip("("), results.partition("-> ")[2]))


class Timeout:
    """Ends a run after a time limit. It interrupts the guest, so that the error has a backtrace. If
    nothing can be interrupted, or the guest does not end, it ends the process."""

    _GRACE = 0.5
    """The seconds that an interrupted guest has to end. Only a C function can take longer."""

    def __init__(self, limit: Optional[Tuple[float, str]], file: str) -> None:
        self.is_set = limit is not None
        self.has_passed = False
        self._is_finished = False
        self._interrupt: Optional[Callable[[], Any]] = None
        self._file = file
        self._lock = threading.Lock()
        if limit is not None:
            self._seconds, words = limit
            self.message = f"interrupted after {words}"
            self._end = time.monotonic() + self._seconds
            try:
                threading.Thread(target=self._wait, name="pulley timeout", daemon=True).start()
            except RuntimeError:
                raise CommandError(
                    "--timeout: the system cannot start another thread") from None

    def interrupt_by(self, interrupt: Callable[[], Any]) -> None:
        """Sets the function that interrupts the run from now on."""
        with self._lock:
            self._interrupt = interrupt
            if self.has_passed:
                interrupt()

    def finish(self) -> None:
        with self._lock:
            self._is_finished = True

    def _wait(self) -> None:
        self._sleep_until(self._end)
        with self._lock:
            self.has_passed = True
            is_under_way = not self._is_finished and self._interrupt is not None
            if is_under_way and self._interrupt is not None:
                self._interrupt()
        if not is_under_way:
            self._give_up("while it was compiled")
        self._sleep_until(self._end + self._GRACE)
        self._give_up("in a C function that it has called")

    @staticmethod
    def _sleep_until(end: float) -> None:
        while True:
            rest = end - time.monotonic()
            if rest <= 0:
                return
            time.sleep(min(rest, 3600))

    def _give_up(self, place: str) -> None:
        # The lock is never released, so that nothing else is printed.
        self._lock.acquire()
        if self._is_finished:
            self._lock.release()
            return
        line = f"pulley: {self._file}: {self.message}, {place}\n".encode("utf-8", "replace")
        # The process must end even if its output is not read.
        for number, write in ((1, text.flush_c), (2, lambda: os.write(2, line))):
            if select.select([], [number], [], 0)[1]:
                write()
        os._exit(_TIMEOUT_CODE)
