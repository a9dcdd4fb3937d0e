"""Messages about names that are not there."""

from __future__ import annotations

from typing import Optional, Sequence

from ._errors import NotFoundError


def nearest(name: str, names: Sequence[str]) -> Optional[str]:
    """The name that is most like another, if one is."""
    import difflib

    found = difflib.get_close_matches(name, names[:1000], 1)
    return found[0] if found else None


def unknown(name: str, names: Sequence[str], what: str) -> NotFoundError:
    """The exception for a name that is not there, with the nearest name."""
    message = f"there is no {what} {name!r}"
    near = nearest(name, names)
    if near is not None:
        message += f"; did you mean {near!r}?"
    elif not names:
        message += f": there are no {what}s"
    elif len(names) <= 8:
        message += f": there are {', '.join(repr(other) for other in names)}"
    return NotFoundError(message)
