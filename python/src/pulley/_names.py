"""Messages about names that are not there."""

from __future__ import annotations

from typing import Sequence

from ._errors import NotFoundError


def unknown(name: str, names: Sequence[str], what: str) -> NotFoundError:
    """The exception for a name that is not there, with the nearest name."""
    import difflib

    message = f"there is no {what} {name!r}"
    near = difflib.get_close_matches(name, names[:1000], 1)
    if near:
        message += f"; did you mean {near[0]!r}?"
    elif not names:
        message += f": there are no {what}s"
    elif len(names) <= 8:
        message += f": there are {', '.join(repr(other) for other in names)}"
    return NotFoundError(message)
