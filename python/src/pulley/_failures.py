"""What ends a guest's call early: exceptions of host functions, exits, signals and time limits."""

from __future__ import annotations

import collections
import contextlib
import ctypes
import heapq
import itertools
import os
import re
import signal
import threading
import time
from typing import Any, Deque, List, NoReturn, Optional, Tuple, Union

from . import _group
from . import _signals as signals
from ._errors import (
    Frame, Interrupted, LinkError, MissingImport, Timeout, Trap, exception, frames_of, text)
from ._group import TIME, Group
from ._library import quick
from ._values import as_float

_thread = threading.get_ident


# Exceptions of host functions


class _Passing(threading.local):
    """The exceptions of host functions on their way to the guest's caller, with their numbers,
    newest last, of one thread.

    There are several if an exception is raised while another one passes, as by a finalizer that uses
    a guest. One that C code has dropped, and that nobody will take, stays until others push it out.
    """

    def __init__(self) -> None:
        self.raised: Deque[Tuple[int, BaseException]] = collections.deque(maxlen=16)


_passing = _Passing()

_serial = itertools.count(1)
_MARK = re.compile(r"\[exception (\d+) of Python\]")
_pulley_trap = quick.pulley_trap


def trap(instance: Optional[int], raised: BaseException) -> None:
    """Makes the guest trap because its host function has raised an exception, which the guest's
    caller will get. `instance` is the borrowed handle that the host function got."""
    number = next(_serial)
    _passing.raised.append((number, raised))
    # The library may show the rest of the message in another form.
    message = f"{_described(raised)} [exception {number} of Python]"
    _pulley_trap(instance, message.encode("utf-8", "replace"))


def _described(raised: BaseException) -> str:
    try:
        return f"{type(raised).__name__}: {raised}".replace("\0", "\\0")
    except Exception:
        # A class of the program's may fail to describe itself.
        return type(raised).__name__


def newest_exception() -> Tuple[int, Optional[BaseException]]:
    """The newest exception that is passing through a guest on this thread, and its number."""
    raised = _passing.raised
    return raised[-1] if raised else (0, None)


def _take(message: str) -> Optional[BaseException]:
    """The exception of a trap, which then no longer passes."""
    marks = _MARK.findall(message)
    raised = _passing.raised
    if not marks or not raised:
        return None
    number = int(marks[-1])
    found = next((other for its, other in raised if its == number), None)
    if found is not None:
        # Newer ones have lost their traps. The same one may have passed a host function in between.
        kept = [item for item in raised if item[0] < number and item[1] is not found]
        raised.clear()
        raised.extend(kept)
    return found


def add_notes(raised: BaseException, frames: Tuple[Frame, ...]) -> None:
    """Adds the guest's frames to an exception. Python shows notes from version 3.11 on."""
    if not frames:
        return
    note = "in the guest:\n" + "\n".join(f"  {frame}" for frame in frames)
    notes = getattr(raised, "__notes__", None)
    try:
        if isinstance(notes, list):
            notes.append(note)
        else:
            raised.__notes__ = [note]  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:
        # An exception with slots has no room for notes.
        pass


def fail(error: Union[int, ctypes.c_void_p], group: Group) -> NoReturn:
    """Raises the exception for a call of a guest that failed. Deletes the error."""
    found = exception(error)
    if not isinstance(found, Trap):
        raise found
    raised = _take(str(found))
    if raised is not None:
        add_notes(raised, found.frames)
        try:
            raise raised
        finally:
            # Its traceback has this frame: without this line, both would wait for the garbage
            # collector.
            del raised
    for explain in list(group.root.exits):
        explain(found)
    if isinstance(found, Interrupted):
        _interrupted(found, group.root)
    raise found


def _interrupted(found: Interrupted, group: Group) -> None:
    """Raises what the interruption was for, if this package made it."""
    if group.owner != _thread() or not group.interrupted:
        return
    if group.interrupted > 0:
        # If the signal's handler raises an exception, it is usually out already: Python has run the
        # handler after the call. But it is lost if Python ran the handler where a host function
        # begins, or if a host function has caught it.
        if signal.getsignal(group.interrupted) is signal.default_int_handler:
            raised = KeyboardInterrupt()
            add_notes(raised, found.frames)
            raise raised from None
        return
    # An outer call may have the limit. Until that has ended, inner ones end too. The library has
    # cleared the interruption of the instance that has been called.
    for seconds in list(group.expired.values()):
        group.interrupt(group.owner, TIME)
        late = Timeout(f"the guest has not ended within {seconds:g} s")
        late.code, late.frames, late.details = found.code, found.frames, found.details
        raise late from None


def ended(thread: int, error: ctypes.c_void_p, raised: BaseException) -> None:
    """Cleans up after an exception has ended a call, before the thread leaves the group. If the
    handler of a signal has raised it as soon as the guest had returned, nobody has taken the error."""
    if thread == signals.state.main:
        signals.ended(raised)
    if error.value:
        _take(text(quick.pulley_error_message(error.value)))
        add_notes(raised, frames_of(error.value))


def watch(group: Group) -> None:
    """Lets Ctrl-C end the calls that the main thread makes."""
    signals.watch()




_Entry = Tuple[float, int, float, Group, int]
"""The time, the number and the seconds of a limit, and the group and the thread that have it."""


class _Clock:
    """Interrupts groups when their time is up, on one thread for all."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._entries: List[_Entry] = []
        self._started = False
        self.thread: Optional[int] = None

    def start(self, entry: _Entry) -> None:
        with self._changed:
            if not self._started:
                threading.Thread(target=self._run, name="pulley time limits", daemon=True).start()
                self._started = True
            heapq.heappush(self._entries, entry)
            if self._entries[0] is entry:
                self._changed.notify()

    def stop(self, number: int) -> None:
        with self._changed:
            for entry in self._entries:
                if entry[1] == number:
                    self._entries.remove(entry)
                    heapq.heapify(self._entries)
                    return

    def _run(self) -> None:
        self.thread = _thread()
        while True:
            with self._changed:
                wait = self._entries[0][0] - time.monotonic() if self._entries else None
                if wait is None or wait > 0:
                    self._changed.wait(None if wait is None else min(wait, _LONGEST))
                    continue
                _expire(heapq.heappop(self._entries))

    def forked(self) -> None:
        """A child has no thread for the clock, and only the limits of the thread that has forked."""
        thread = _thread()
        kept = [entry for entry in self._entries if entry[4] == thread]
        self._changed = threading.Condition()
        self._entries = []
        self._started = False
        self.thread = None
        for entry in kept:
            self.start(entry)


def _expire(entry: _Entry) -> None:
    # A variable of the clock's thread would keep the group.
    _, number, seconds, group, thread = entry
    group.root.expired[number] = seconds
    group.root.interrupt(thread, TIME)


_clock = _Clock()
_numbers = itertools.count(1)
_LONGEST = 1e6
"""Seconds that a thread can wait at once."""


class limited:
    """Gives the calls on a group that this thread makes in a `with` block a time limit in seconds.

    The thread must own the group. ValueError if `seconds` is not positive.
    """

    __slots__ = ("_entry", "_clock")

    def __init__(self, seconds: float, group: Group) -> None:
        seconds = as_float(seconds, "timeout")
        if not seconds > 0:
            raise ValueError(f"timeout is {seconds!r}, but must be positive")
        end = time.monotonic() + min(seconds, 1e9)
        # A garbage collection in the clock's thread may run a finalizer that calls a guest.
        self._clock = _clock if _clock.thread != _thread() else _Clock()
        self._entry = (end, next(_numbers), min(seconds, 1e9), group, _thread())

    def __enter__(self) -> None:
        try:
            self._clock.start(self._entry)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        number, group = self._entry[1], self._entry[3]
        self._clock.stop(number)
        with _group._guard:
            root = group.root
            if root.expired.pop(number, None) is not None:
                if root.interrupted == TIME and not root.expired:
                    root.clear_interrupts()


def _forked() -> None:
    with contextlib.suppress(RuntimeError):
        _clock.forked()


os.register_at_fork(after_in_child=_forked)


def link_error(error: ctypes.c_void_p) -> Exception:
    """The exception of a failed instantiation. Deletes the error."""
    number = error.value or 0
    count = quick.pulley_error_import_count(number)
    missing = [
        MissingImport(
            _name(quick.pulley_error_import_module, number, index),
            _name(quick.pulley_error_import_name, number, index),
            text(quick.pulley_error_import_reason(number, index)),
        )
        for index in range(count)
    ]
    found = exception(error)
    if isinstance(found, LinkError):
        found.missing = missing
    return found


def _name(function: Any, error: int, index: int) -> str:
    # A name may contain NUL.
    length = ctypes.c_size_t()
    found = function(error, index, ctypes.byref(length))
    return text(ctypes.string_at(found or 0, length.value))
