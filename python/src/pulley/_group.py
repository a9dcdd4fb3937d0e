"""Groups: the instances that are linked to one another, which one thread at a time may use."""

from __future__ import annotations

import collections
import threading
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from ._errors import BusyError
from ._library import quick

_thread = threading.get_ident


class Group:
    """The state that linked instances share in Python.

    Groups merge when instances are linked: `root` is the group that counts.

    The group owns what the library calls: as long as a Python object of the group lives, its host
    functions do. A host function may refer to the group's instances. Python's garbage collector sees
    such cycles, because nothing outside of the cycle refers to the host function: it runs all
    finalizers of the cycle, which delete the handles, before it clears anything.
    """

    __slots__ = ("_parent", "lock", "owner", "kept", "engine", "instances", "dead", "interrupted", "expired",
                 "signalled", "exits", "objects", "tokens", "linkers", "plain", "_absorbed", "_waiting", "__weakref__")

    def __init__(self) -> None:
        self._parent: Optional[Group] = None
        self.lock = threading.Lock()
        self.owner = 0
        """The thread that uses the group; 0 if none does."""
        self.kept: List[Any] = []
        """What the library may call, or point to, as long as the group lives."""
        self.engine: Any = None
        """The engine of the instances, if there are any."""
        self.instances: Dict[int, None] = {}
        """The handles of the instances, to interrupt them."""
        self.dead: Deque[Tuple[Callable[[int], Any], int]] = collections.deque()
        """Handles to delete when the thread that uses the group has finished."""
        self.interrupted = False
        """Whether interruptions may be pending that no call has taken."""
        self.signalled = False
        """Whether the interruption is for Ctrl-C."""
        self.expired: Optional[Tuple[int, float]] = None
        """The number of the time limit that has ended a call, and its seconds, until the call that has
        the limit has noticed."""
        self.exits: List[Callable[[Any], None]] = []
        """Get a trap that has ended a call, and raise another exception instead if they know that a WASI
        program has ended it."""
        self.objects: Dict[int, Any] = {}
        """The objects that guests of the group refer to, by their numbers there."""
        self.tokens: Dict[int, int] = {}
        """Their numbers by their ids."""
        self.linkers: List[int] = []
        """The handles of the linkers that are making instances of the group."""
        self.plain = True
        """Whether leaving the group is nothing but releasing its lock."""
        self._absorbed: List[Group] = []
        self._waiting = False
        """Whether the group is to be left when the groups that merged into it are."""

    @property
    def root(self) -> "Group":
        group = self
        while group._parent is not None:
            if group._parent._parent is not None:
                group._parent = group._parent._parent
            group = group._parent
        return group

    def enter(self) -> bool:
        """Takes the group for this thread. Whether it was free: then the caller must `leave` it."""
        thread = _thread()
        if self.owner == thread:
            return False
        if not self.lock.acquire(False):
            raise BusyError("another thread is using this instance, or one that is linked to it")
        self.owner = thread
        return True

    def leave(self) -> None:
        # A call may be running that entered another group, which was then merged into this one.
        if self._absorbed and any(group.owner == self.owner for group in self._absorbed):
            self._waiting = True
            return
        if self.interrupted:
            self.clear_interrupts()
        self._waiting = False
        self.plain = self._parent is None and not self._absorbed
        self.owner = 0
        self.lock.release()
        if self._parent is not None:
            root = self.root
            if root._waiting and root.owner == _thread():
                root.leave()
        elif self.dead:
            self.bury()

    def bury(self) -> None:
        """Deletes the handles whose deletion had to wait."""
        while self.dead and self.lock.acquire(False):
            self.owner = _thread()
            try:
                while self.dead:
                    delete, number = self.dead.popleft()
                    delete(number)
            except IndexError:
                pass
            finally:
                self.owner = 0
                self.lock.release()

    def delete(self, delete: Callable[[int], Any], number: int) -> None:
        """Deletes a handle of the group now, or when the thread that uses the group has finished.
        Any thread may call this, also in the middle of anything, as a garbage collector does."""
        group = self.root
        if group.owner == _thread():
            delete(number)
            return
        if group.lock.acquire(False):
            try:
                delete(number)
            finally:
                group.lock.release()
            return
        group.dead.append((delete, number))
        group.plain = False
        group.bury()

    def merge(self, other: "Group") -> "Group":
        """Makes one group of two, because their instances are linked. The thread must own both."""
        one, two = self.root, other.root
        if one is two:
            return one
        one.kept.append(two.kept)
        one.engine = one.engine or two.engine
        one.instances.update(two.instances)
        one.exits.extend(two.exits)
        one.objects.update(two.objects)
        one.tokens.update(two.tokens)
        one.dead.extend(two.dead)
        one._absorbed.append(two)
        one._absorbed.extend(two._absorbed)
        two._parent = one
        one.plain = two.plain = False
        return one

    def interrupt(self, thread: int) -> None:
        """Ends the calls of a thread on all instances of the group, if it is making any. Any thread may
        call this."""
        if self.owner != thread:
            return
        self.interrupted = True
        self.plain = False
        for handle in list(self.instances):
            quick.pulley_interrupt(handle)
        for handle in list(self.linkers):
            quick.pulley_linker_interrupt(handle)
        if not self.owner:
            # The call has ended in the meantime. An interruption must not wait for the next one.
            self.clear_interrupts()

    def clear_interrupts(self) -> None:
        self.interrupted = False
        self.signalled = False
        for handle in list(self.instances):
            quick.pulley_clear_interrupt(handle)
        for handle in list(self.linkers):
            quick.pulley_linker_clear_interrupt(handle)


class Using:
    """Takes groups for this thread while a `with` block runs."""

    __slots__ = ("_groups", "_entered")

    def __init__(self, *groups: Group) -> None:
        self._groups = groups

    def __enter__(self) -> None:
        self._entered: List[Group] = []
        try:
            for group in self._groups:
                root = group.root
                if root.enter():
                    self._entered.append(root)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        # A group that was merged into another meanwhile is left all the same: its lock is its own.
        for group in reversed(self._entered):
            group.leave()
