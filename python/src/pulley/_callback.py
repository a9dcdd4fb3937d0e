"""Functions of the guest that it passes to host functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._errors import BusyError, ClosedError
from ._failures import _thread, newest_exception
from ._guard import need_room
from ._pointer import Ptr

if TYPE_CHECKING:
    from ._instance import Instance
    from ._kinds import Callback, Kind


class GuestCallback:
    """A function of the guest: call it until the host function that got it returns.

    If the guest traps, the call returns zero, and so do all further ones. The trap ends the guest's
    own call when the host function has returned. If a host function raises an exception that the
    guest does not survive, the call raises it, and so does the guest's own call.
    """

    __slots__ = ("_kind", "_function", "_instance", "_what", "_thread", "_ended")

    def __init__(self, kind: "Callback", address: int, instance: "Instance", what: str) -> None:
        self._kind = kind
        self._function = kind.prototype(address)
        self._instance: "Instance" = instance
        self._what = what
        self._thread = _thread()
        self._ended = False

    def end(self) -> None:
        """The host function has returned."""
        self._ended = True

    def __call__(self, *arguments: Any) -> Any:
        if self._ended:
            raise ClosedError(
                f"{self._what} is a function of the guest that could be called until the host "
                "function returned")
        if _thread() != self._thread:
            raise BusyError(f"{self._what} is a function of a guest that runs on another thread")
        kinds = self._kind.parameters
        if len(arguments) != len(kinds):
            raise TypeError(
                f"{self._what} takes {len(kinds)} argument{'' if len(kinds) == 1 else 's'}, "
                f"not {len(arguments)}")
        natives = [
            self._native(kind, value, f"argument {index + 1} of {self._what}")
            for index, (kind, value) in enumerate(zip(kinds, arguments))]
        need_room()
        before, _ = newest_exception()
        result = self._function(*natives)
        after, raised = newest_exception()
        if after != before and raised is not None:
            # The guest's trap goes on when the host function has returned.
            raise raised
        return self._result(result)

    def _native(self, kind: "Kind", value: Any, what: str) -> Any:
        """What C passes for a value."""
        from ._kinds import Number, Pointer, Text, give_address

        if isinstance(kind, Number):
            return kind.scalar.checker(value, what)
        if isinstance(kind, Text):
            return _text(value, kind.optional, what)
        optional = isinstance(kind, Pointer) and kind.optional
        return give_address(self._instance, value, optional, what)

    def _result(self, result: Any) -> Any:
        from ._kinds import Pointer, Text

        kind = self._kind.result
        if isinstance(kind, Text):
            return None if result is None else result.decode()
        if isinstance(kind, Pointer):
            if not result and kind.optional:
                return None
            return Ptr._make(self._instance, result or 0, kind.element)
        return result

    def __repr__(self) -> str:
        return f"<a function of the guest{', ended' if self._ended else ''}: {self._what}>"


def _text(value: Any, optional: bool, what: str) -> Optional[bytes]:
    if value is None and optional:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{what} has a NUL, which would end the guest's string")
    return value.encode()
