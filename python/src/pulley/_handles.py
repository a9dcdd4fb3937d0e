"""Python objects that own a handle of the library."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

from ._errors import ClosedError
from ._guard import guarded


class Handle:
    """The base of the classes whose objects own a handle.

    A handle is a number that is never used again, so that a mistake is an exception and not a crash.
    """

    _delete: Callable[[int], Any]
    """Deletes a handle of the class."""

    _number: int = 0
    """The handle; 0 after `close`."""

    @property
    def _handle(self) -> int:
        number = self._number
        if not number:
            raise ClosedError(f"this {type(self).__name__.lower()} is closed")
        return number

    @property
    def closed(self) -> bool:
        """Whether `close` has been called."""
        return not self._number

    def close(self) -> None:
        """Releases the object. Closing it again does nothing.

        Other objects that need it keep it alive in the library: an instance can be used after its
        module is closed.
        """
        number = self._number
        if number:
            self._number = 0
            try:
                self._release(number)
            except BaseException:
                # Deleting a handle again does nothing.
                self._number = number
                raise

    def _release(self, number: int) -> None:
        type(self)._delete(number)

    def __enter__(self) -> "Any":
        self._handle
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @guarded
    def __del__(self) -> None:
        # At the end of the interpreter, what this needs may be gone.
        try:
            self.close()
        except Exception:
            pass
        except BaseException:
            self.close()
            raise

    def __copy__(self) -> "Any":
        raise TypeError(f"a {type(self).__name__} cannot be copied")

    def __deepcopy__(self, _: Any) -> "Any":
        raise TypeError(f"a {type(self).__name__} cannot be copied")

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be pickled")


class HandleCell(ctypes.c_void_p):
    """Where the library stores a new handle, which this owns until it is taken: an exception of a
    signal's handler may come in between."""

    def __init__(self, delete: Callable[[int], Any]) -> None:
        super().__init__()
        self.delete = delete

    @guarded
    def __del__(self) -> None:
        try:
            if self.value:
                self.delete(self.value)
        except Exception:
            pass


def number_of(owner: Optional[Handle]) -> Optional[int]:
    """The handle of an optional argument; None becomes NULL."""
    return None if owner is None else owner._handle
