"""Groups: the instances that are linked to one another, which one thread at a time may use."""

from __future__ import annotations

import atexit
import collections
import ctypes
import os
import sys
import threading
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple
import weakref

from . import _signals as signals
from ._errors import BusyError
from ._guard import guarded
from ._library import quick

_thread = threading.get_ident

_guard = threading.RLock()
"""Held while a thread interrupts a group, so that no thread leaves the group in the middle of it."""

groups: "weakref.WeakValueDictionary[int, Group]" = weakref.WeakValueDictionary()
"""All groups by their ids."""

TIME, OTHER = -1, -2
"""Reasons of interruptions: a time limit, and what raises an exception of its own."""

IN_USE = "another thread is using this instance, or one that is linked to it"

Dead = Tuple[Callable[[int], Any], int]
"""A function that deletes a handle, and the handle."""


class Group:
    """The state that linked instances share in Python.

    Groups merge when instances are linked: `root` is the group that counts.

    `lock` is the thread's that uses the group, and `owner` that thread. A Python handler of a signal
    may raise an exception after any call, and so between the moment that a thread has the lock and
    the moment that `owner` says so. A thread that fails there finds that it has a lock without an
    owner, and releases it: see `abandon`. The lock is recursive because a garbage collector may run
    finalizers between these moments, on the same thread.

    The lock of a group that was merged into another is never free again: see `Absorbed`.

    The group owns what the library calls: as long as a Python object of the group lives, its host
    functions do. A host function may refer to the group's instances. Python's garbage collector sees
    such cycles, because nothing outside of the cycle refers to the host function: it runs all
    finalizers of the cycle, which delete the handles, before it clears anything.
    """

    __slots__ = ("busy", "_parent", "lock", "owner", "plain", "kept", "engine", "instances", "dead", "burying",
                 "interrupted", "expired", "exits", "calls_python", "objects", "tokens", "linkers",
                 "frames", "__weakref__")

    def __init__(self, busy: str = IN_USE) -> None:
        self.busy = busy
        """What BusyError says."""
        self._parent: Optional[Group] = None
        self.lock: Any = threading.RLock()
        self.owner = 0
        """The thread that uses the group; 0 if none does."""
        self.plain = True
        """Whether leaving the group is nothing but releasing its lock."""
        self.kept: List[Any] = []
        """What the library may call, or point to, as long as the group lives."""
        self.engine: Any = None
        """The engine of the instances, if there are any."""
        self.instances: Dict[int, None] = {}
        """The handles of the instances, to interrupt them."""
        self.dead: Deque[Dead] = collections.deque()
        """Handles to delete when the thread that uses the group has finished."""
        self.burying = 0
        """How many threads try to delete handles of the group, which takes a moment."""
        self.interrupted = 0
        """The signal for which the group is interrupted, or TIME, or OTHER; 0 for nothing."""
        self.expired: Dict[int, float] = {}
        """The numbers of the time limits that have ended calls, and their seconds, until the calls
        that have the limits have ended."""
        self.exits: List[Callable[[Any], None]] = []
        """Get a trap that has ended a call, and raise another exception instead if they know that a
        WASI program has ended it."""
        self.calls_python = False
        """Whether the guests may call functions of Python."""
        self.objects: Dict[int, Any] = {}
        """The objects that guests of the group refer to, by their numbers there."""
        self.tokens: Dict[int, int] = {}
        """Their numbers by their ids."""
        self.linkers: List[int] = []
        """The handles of the linkers that are making instances of the group."""
        self.frames = 0
        """How many of the owner's outer calls entered groups that were then merged into this one.
        They leave this one instead, and the lock counts them."""
        groups[id(self)] = self

    @property
    def root(self) -> "Group":
        group = self
        while group._parent is not None:
            if group._parent._parent is not None:
                group._parent = group._parent._parent
            group = group._parent
        return group

    def enter(self) -> bool:
        """Takes the group for this thread. Whether it was free: then the caller must `leave` it.
        BusyError if another thread has it."""
        root = self.root
        thread = _thread()
        if root.owner == thread:
            return False
        try:
            if not root.lock.acquire(False):
                root = root.contended()
            root.owner = thread
            if thread == signals.state.due:
                signals.arm()
        except BaseException:
            if root.owner == thread:
                self.leave()
            else:
                self.abandon()
            raise
        return True

    @guarded
    def leave(self) -> None:
        try:
            if _thread() == signals.state.main:
                raised = sys.exc_info()[1]
                if raised is not None:
                    signals.ended(raised)
            self.settle()
        finally:
            self.lock.release()
        self.tidy()

    def contended(self) -> "Group":
        """Acquires the lock after a first attempt has failed. Returns the group whose lock it is."""
        group = self.root
        for _ in range(100):
            if group.lock.acquire(False):
                return group
            if group._parent is not None:
                group = group.root
            elif not group.burying:
                break
            # Another thread is deleting a handle, perhaps in a garbage collection.
            elif group.lock.acquire(True, 0.05):
                return group
        raise BusyError(group.busy)

    def abandon(self) -> None:
        """Releases the lock if this thread has it and is not the owner."""
        root = self.root
        if root.owner != _thread() and root.lock._is_owned():
            root.lock.release()

    @guarded
    def settle(self) -> None:
        """What there is to do before the lock is released once."""
        try:
            self._settle()
        except BaseException:
            # The handler of another signal has raised an exception in the middle.
            self._settle()
            raise

    def _settle(self) -> None:
        root, thread = self.root, _thread()
        if root.frames:
            root.owner = thread
            root.frames -= 1
            return
        with _guard:
            root.owner = 0
            if root.interrupted:
                root.clear_interrupts()
            root.plain = True
        root._bury()

    def tidy(self) -> None:
        """What there is to do after the lock was released."""
        root = self.root
        if root.dead:
            root.bury()

    def bury(self) -> None:
        """Deletes the handles whose deletion had to wait, unless another thread uses the group."""
        while self.dead:
            self.burying += 1
            try:
                if not self.lock.acquire(False):
                    return
                try:
                    self._bury()
                finally:
                    self.lock.release()
            finally:
                self.burying -= 1

    def _bury(self) -> None:
        while self.dead:
            # If an exception comes before the handle is removed, it is deleted again later, which
            # does nothing. Deleting it may run finalizers that delete others.
            try:
                entry = self.dead[0]
                entry[0](entry[1])
                self.dead.remove(entry)
            except (IndexError, ValueError):
                pass

    def delete(self, delete: Callable[[int], Any], number: int) -> None:
        """Deletes a handle of the group now, or when the thread that uses the group has finished.
        Any thread may call this, also in the middle of anything, as a garbage collector does."""
        group = self.root
        if group.owner == _thread():
            delete(number)
            return
        group.dead.append((delete, number))
        # A thread that is leaving sees either this or the handle.
        group.plain = False
        root = group.root
        if root is not group:
            # Another thread has merged the group meanwhile.
            root.dead.extend(group.dead)
            group.dead.clear()
        root.bury()

    def merge(self, other: "Group") -> "Group":
        """Makes one group of two, because their instances are linked, and returns it. BusyError if
        another thread uses one of them."""
        with Using(self, other):
            one, two = self.root, other.root
            if one is two:
                return one
            if len(two.instances) > len(one.instances):
                one, two = two, one
            one.plain = two.plain = False
            one.kept.append(two.kept)
            one.engine = one.engine or two.engine
            one.instances.update(two.instances)
            one.calls_python = one.calls_python or two.calls_python
            one.exits.extend(two.exits)
            one.objects.update(two.objects)
            one.tokens.update(two.tokens)
            one.expired.update(two.expired)
            one.linkers.extend(two.linkers)
            one.interrupted = one.interrupted or two.interrupted
            # The calls that have entered `two` will leave `one`.
            for _ in range(1 + two.frames):
                one.lock.acquire(False)
                one.frames += 1
            two._parent = one
            two.lock = Absorbed(two)
            one.dead.extend(two.dead)
            two.dead.clear()
            return one

    def interrupt(self, thread: int, reason: int) -> None:
        """Ends the calls of a thread on all instances of the group, if it is making any. Any thread may
        call this."""
        with _guard:
            root = self.root
            # A thread that leaves from now on waits for the guard, and then clears the interruption.
            root.plain = False
            if root.owner != thread:
                return
            if root.interrupted <= 0:
                root.interrupted = reason
            for handle in list(root.instances):
                quick.pulley_interrupt(handle)
            for handle in list(root.linkers):
                quick.pulley_linker_interrupt(handle)

    def clear_interrupt(self, handle: int) -> None:
        """Clears the interruption of an instance that the program has made."""
        with _guard:
            quick.pulley_clear_interrupt(handle)
            if self.root.interrupted:
                quick.pulley_interrupt(handle)

    def clear_interrupts(self) -> None:
        for handle in list(self.instances):
            quick.pulley_clear_interrupt(handle)
        for handle in list(self.linkers):
            quick.pulley_linker_clear_interrupt(handle)
        self.interrupted = 0

    def __del__(self) -> None:
        # At the end of the interpreter, what this needs may be gone.
        try:
            if self._parent is None:
                self._bury()
        except Exception:
            pass


class Absorbed:
    """The lock of a group that was merged into another: it is never free, so that a thread that has
    found the group before sees that it must take the other. Those that have the group already
    release the other's lock."""

    __slots__ = ("_group",)

    def __init__(self, group: Group) -> None:
        self._group = group

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        return False

    def release(self) -> None:
        self._group.root.lock.release()

    def _is_owned(self) -> bool:
        return False


class Lost:
    """The lock of a group that another thread was using when the process was forked. That thread is
    not in the child, and has left the instances in the middle of something."""

    __slots__ = ()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        return False

    def release(self) -> None:
        pass

    def _is_owned(self) -> bool:
        return False


def _forked() -> None:
    """In a child, only the thread that has forked exists."""
    global _guard
    _guard = threading.RLock()
    thread = _thread()
    for reference in groups.valuerefs():
        group = reference()
        if group is None or group._parent is not None or group.owner == thread:
            continue
        group.burying = 0
        if group.lock.acquire(False):
            group.lock.release()
        else:
            group.owner = 0
            group.lock = Lost()
            group.busy = "another thread was using this when the process was forked"


os.register_at_fork(after_in_child=_forked)


def _interrupt_all(thread: int, number: int) -> None:
    for reference in groups.valuerefs():
        group = reference()
        if group is not None and group._parent is None and group.owner == thread:
            group.interrupt(thread, number)


signals.state.interrupt = _interrupt_all


def _exiting() -> None:
    """At the end of the interpreter, daemon threads may still be in guests, which may call what is
    kept for them."""
    thread = _thread()
    for reference in groups.valuerefs():
        group = reference()
        if group is not None and group.owner not in (0, thread):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(group.kept))


atexit.register(_exiting)


class Using:
    """Takes groups for this thread while a `with` block runs. BusyError if another thread has one."""

    __slots__ = ("_groups", "_entered")

    def __init__(self, *groups: Group) -> None:
        self._groups = groups
        self._entered: List[Group] = []

    def __enter__(self) -> None:
        try:
            for group in self._groups:
                if group.enter():
                    self._entered.append(group)
        except BaseException:
            self._leave()
            raise

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        while self._entered:
            self._entered.pop().leave()
