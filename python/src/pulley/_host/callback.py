"""Functions of the guest that it passes to host functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Sequence

from .._errors import BusyError, ClosedError
from .._failures import _thread, newest_exception
from .._guard import need_room

if TYPE_CHECKING:
    from .._instance import Instance
    from .kinds import Callback


class GuestCallback:
    """A function of the guest: call it until the host function that got it returns.

    If the guest traps, the call returns zero, and so do all further ones. The trap ends the guest's
    own call when the host function has returned. If a host function raises an exception that the
    guest does not survive, the call raises it, and so does the guest's own call.
    """

    __slots__ = ("_kind", "_function", "_instance", "_what", "_thread", "_ended")

    def __init__(self, kind: "Callback", address: int, instance: "Instance", what: str) -> None:
        self._kind = kind
        self._function = kind.function(address)
        self._instance: "Instance" = instance
        self._what = what
        self._thread = _thread()
        self._ended = False

    def end(self) -> None:
        """The host function has returned."""
        self._ended = True

    def __call__(self, *arguments: Any) -> Any:
        if self._ended:
            raise ClosedError(f"{self._what} could be called until the host function returned")
        if _thread() != self._thread:
            raise BusyError(f"{self._what} belongs to a guest that runs on another thread")
        kinds = self._kind.parameters
        if len(arguments) != len(kinds):
            raise TypeError(
                f"{self._what} takes {len(kinds)} argument{'' if len(kinds) == 1 else 's'}, "
                f"not {len(arguments)}")
        natives = self._natives(arguments)
        need_room()
        before, _ = newest_exception()
        result = self._function(*natives)
        after, raised = newest_exception()
        if after != before and raised is not None:
            # The guest's trap goes on when the host function has returned.
            raise raised
        kind = self._kind.result
        if kind is None:
            return None
        return kind.from_callback(self._instance, result, f"the result of {self._what}")

    def _natives(self, arguments: Sequence[Any]) -> List[Any]:
        """What C passes for the arguments."""
        instance, converters = self._instance, self._kind.converters
        try:
            return [convert(instance, value, "") for convert, value in zip(converters, arguments)]
        except (TypeError, ValueError, OverflowError):
            # Only messages need the argument's name.
            return [
                convert(instance, value, f"argument {index + 1} of {self._what}")
                for index, (convert, value) in enumerate(zip(converters, arguments))]

    def __repr__(self) -> str:
        return f"<a function of the guest{', ended' if self._ended else ''}: {self._what}>"
