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
import socket
import threading
import time
from typing import Any, Deque, Iterator, List, NoReturn, Optional, Tuple
import weakref

from ._errors import Frame, Interrupted, LinkError, MissingImport, Timeout, Trap, exception, text
from ._group import Group
from ._library import quick

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


def fail(error: int, group: Group) -> NoReturn:
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
    """Raises what the interruption was for, if this module made it."""
    if group.owner != _thread() or not group.interrupted:
        return
    if group.expired is not None:
        # An outer call may have the limit. Then the interruption stays until that call has ended.
        seconds = group.expired[1]
        late = Timeout(f"the guest has not ended within {seconds:g} s")
        late.code, late.frames, late.details = found.code, found.frames, found.details
        raise late from None
    signalled = group.signalled
    group.clear_interrupts()
    # The handler of the signal runs here at the latest, and raises KeyboardInterrupt.
    time.sleep(0)
    if signalled and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # It has run at the very beginning of a function that the library called, where nothing can
        # catch its exception, and ctypes has dropped that.
        raise KeyboardInterrupt from None


# Signals


_groups: "weakref.WeakSet[Group]" = weakref.WeakSet()
_watching: Optional[socket.socket] = None


def watch(group: Group) -> None:
    """Lets Ctrl-C end the calls that the main thread makes on the group."""
    _groups.add(group)
    if _watching is None and threading.current_thread() is threading.main_thread():
        _watch_signals()


def _watch_signals() -> None:
    """Starts the thread that learns of signals while the main thread is in a guest.

    Python runs handlers of signals on the main thread, between two of its own instructions. Until a
    guest returns there are none. So Python's own C handler writes the signal to a socket, and this
    thread interrupts the guest.
    """
    global _watching
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    try:
        previous = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    except ValueError:
        receiver.close()
        sender.close()
        return
    _watching = sender
    thread = threading.Thread(
        target=_read_signals, args=(receiver, previous), name="pulley signals", daemon=True
    )
    thread.start()


def _read_signals(receiver: socket.socket, previous: int) -> None:
    main = threading.main_thread().ident
    while True:
        data = receiver.recv(64)
        if not data:
            return
        if previous >= 0:
            with contextlib.suppress(OSError):
                os.write(previous, data)
        if signal.SIGINT in data:
            for group in list(_groups):
                group.signalled = group.owner == main
                group.interrupt(main or 0)


def _forget() -> None:
    """In a forked child, only the thread that has forked exists. The locks of others are locked for ever."""
    global _watching, _clock
    _clock = _Clock()
    _passing.raised.clear()
    if _watching is not None:
        _watching.close()
        _watching = None
        with contextlib.suppress(ValueError):
            signal.set_wakeup_fd(-1)
        for group in list(_groups):
            if group.owner not in (0, _thread()):
                group.owner = 0
                group.lock = threading.Lock()


os.register_at_fork(after_in_child=_forget)


# Time limits


class _Clock:
    """Interrupts groups when their time is up, on one thread for all."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._entries: List[Tuple[float, int, float, Group, int]] = []
        self._serial = itertools.count()
        self._started = False

    def start(self, seconds: float, group: Group) -> int:
        with self._changed:
            if not self._started:
                threading.Thread(target=self._run, name="pulley time limits", daemon=True).start()
                self._started = True
            number = next(self._serial)
            heapq.heappush(self._entries, (time.monotonic() + seconds, number, seconds, group, _thread()))
            if self._entries[0][1] == number:
                self._changed.notify()
            return number

    def stop(self, number: int) -> None:
        with self._changed:
            for entry in self._entries:
                if entry[1] == number:
                    self._entries.remove(entry)
                    heapq.heapify(self._entries)
                    return

    def _run(self) -> None:
        while True:
            with self._changed:
                wait = self._entries[0][0] - time.monotonic() if self._entries else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                _, number, seconds, group, thread = heapq.heappop(self._entries)
                root = group.root
                root.expired = (number, seconds)
                root.interrupt(thread)


_clock = _Clock()


@contextlib.contextmanager
def limited(seconds: float, group: Group) -> Iterator[None]:
    """Gives the calls on a group that this thread makes in a `with` block a time limit in seconds.

    The thread must own the group.
    """
    if not seconds > 0:
        raise ValueError(f"timeout is {seconds!r}, but must be positive")
    number = _clock.start(min(seconds, threading.TIMEOUT_MAX), group)
    try:
        yield
    finally:
        _clock.stop(number)
        root = group.root
        if root.expired is not None and root.expired[0] == number:
            root.expired = None
            root.clear_interrupts()


def link_error(error: int) -> Exception:
    """The exception of a failed instantiation."""
    count = quick.pulley_error_import_count(error)
    missing = [
        MissingImport(
            _name(quick.pulley_error_import_module, error, i),
            _name(quick.pulley_error_import_name, error, i),
            text(quick.pulley_error_import_reason(error, i)),
        )
        for i in range(count)
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
