"""Signals that arrive while the main thread is in a guest.

Python runs handlers of signals on the main thread, between two of its own instructions. While a guest
runs there are none. So Python's handler in C also writes the signals to a socket, and a thread that
reads them interrupts the guest that the main thread runs.

`signal.set_wakeup_fd` allows one such descriptor in a process. What the program or asyncio has set
gets the signals too. If they replace this one, the next call of a guest sets it again: not every call
asks for it, because that takes longer than a short call, but one in a tenth of a second.

If a signal arrives while the main thread is in Python, it has been handled when the thread that reads
gets its turn. A guest that the main thread calls meanwhile, to clean up, must not end because of it.
So each signal is matched with the KeyboardInterrupt that it has caused.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import sys
import threading
from typing import Any, Callable, Optional

_REST = 0.1
"""Seconds for which the descriptor is not looked at again."""


class _State:
    """What calls look up."""

    __slots__ = ("due", "main", "fd", "previous", "receiver", "sender", "interrupt")

    def __init__(self) -> None:
        self.due = 0
        """The main thread, if its next call must `arm`; otherwise 0."""
        self.main = 0
        """The main thread, if signals are watched."""
        self.fd = -1
        """Where signals are written."""
        self.previous = -1
        """Where the program wants them."""
        self.receiver: Optional[socket.socket] = None
        self.sender: Optional[socket.socket] = None
        self.interrupt: Callable[[int, int], None] = lambda thread, number: None
        """Interrupts the calls of a thread because of a signal."""


state = _State()

_starting = threading.Lock()

_reading = threading.RLock()
"""Held while signals are read and guests are interrupted for them."""


def watch() -> None:
    """Starts the thread that reads the signals."""
    if state.fd >= 0:
        return
    with _starting:
        if state.fd >= 0:
            return
        receiver, sender = socket.socketpair()
        receiver.setblocking(False)
        sender.setblocking(False)
        state.receiver, state.sender = receiver, sender
        threading.Thread(
            target=_read, args=(receiver,), name="pulley signals", daemon=True).start()
        state.main = threading.main_thread().ident or 0
        state.fd = sender.fileno()
        state.due = state.main


def arm() -> None:
    """Lets signals be written to the socket. Only the main thread may call this."""
    state.due = 0
    try:
        if state.sender is None:
            watch()
        assert state.sender is not None
        previous = signal.set_wakeup_fd(state.fd, warn_on_full_buffer=False)
        if previous != state.fd:
            state.previous = previous
        # The thread that reads begins to count the time.
        state.sender.send(b"\0")
    except (ValueError, OSError, RuntimeError):
        # The program has closed all descriptors, or can have no thread, or this is not the main
        # interpreter. In the first case, the next call starts anew.
        stop()


def stop() -> None:
    """Forgets the socket and its thread, which ends."""
    global _starting, _reading
    _starting = threading.Lock()
    _reading = threading.RLock()
    # The end for writing comes first: the thread wakes up.
    ends = state.sender, state.receiver
    state.fd = -1
    state.receiver = state.sender = None
    for end in ends:
        if end is not None:
            with contextlib.suppress(OSError):
                end.close()


def ended(raised: Optional[BaseException]) -> None:
    """Takes the signals that have arrived in a call of the main thread that an exception has ended.
    Their handlers have run, and the next call must not end because of them."""
    receiver = state.receiver
    if receiver is not None:
        with _reading:
            if b"\0" in _take(receiver):
                # The thread that counts the time has not seen that the descriptor was set.
                state.due = state.main
    if isinstance(raised, KeyboardInterrupt):
        _match(raised)


def _take(receiver: socket.socket) -> bytes:
    try:
        data = receiver.recv(64)
    except OSError:
        return b""
    if state.previous >= 0 and data.strip(b"\0"):
        with contextlib.suppress(OSError):
            os.write(state.previous, data.replace(b"\0", b""))
    return data


def _match(raised: BaseException) -> bool:
    """Whether this exception had no signal yet."""
    if getattr(raised, "_pulley_matched", False):
        return False
    with contextlib.suppress(AttributeError):
        raised._pulley_matched = True  # type: ignore[attr-defined]
    return True


def _handled() -> bool:
    """Whether the main thread is in an `except` or `finally` block for a KeyboardInterrupt that had no
    signal yet."""
    if sys.version_info < (3, 10):
        return False
    found: Any = sys._current_exceptions().get(state.main)
    raised = found[1] if isinstance(found, tuple) else found
    for _ in range(100):
        if raised is None:
            break
        if isinstance(raised, KeyboardInterrupt) and _match(raised):
            return True
        raised = raised.__context__
    return False


def _read(receiver: socket.socket) -> None:
    wait: Optional[float] = None
    while True:
        try:
            ready = select.select([receiver], [], [], wait)[0]
        except (OSError, ValueError):
            return
        if receiver is not state.receiver:
            return
        if not ready:
            state.due = state.main if state.fd >= 0 else 0
            wait = None
            continue
        with _reading:
            data = _take(receiver)
            if b"\0" in data:
                wait = _REST
            if signal.SIGINT in data and not _handled():
                state.interrupt(state.main, signal.SIGINT)


def _leave() -> None:
    """Restores what the program has set."""
    fd, previous = state.fd, state.previous
    if fd >= 0:
        with contextlib.suppress(ValueError, OSError):
            found = signal.set_wakeup_fd(previous)
            if found != fd:
                signal.set_wakeup_fd(found)
    stop()


def _forked() -> None:
    """A child has no thread that reads. It starts one in its first call of a guest."""
    if state.fd >= 0:
        _leave()
        state.main = state.due = threading.main_thread().ident or 0


os.register_at_fork(after_in_child=_forked)


def _exiting() -> None:
    state.main = state.due = 0
    _leave()


atexit.register(_exiting)
