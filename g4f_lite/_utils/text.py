"""Wording of errors and log lines: bounded length, one line, lists of names, suggestions."""

from collections.abc import Iterable, Sequence

__all__ = [
    "find_similar_names",
    "format_suggestion",
    "format_wait",
    "join_names",
    "normalize_name",
    "shorten",
    "without_full_stop",
]


def shorten(text: str, limit: int = 300) -> str:
    """Fold white space, and cut `text` to `limit` characters with a note of how many are left out."""
    folded = " ".join(text.split())
    if len(folded) <= limit:
        return folded
    return f"{folded[:limit]}… ({len(folded) - limit} more characters)"


def without_full_stop(text: str) -> str:
    """Return `text` without its full stop, to be quoted at the end of a sentence."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def format_wait(wait: float | None) -> str:
    """Return the end of a sentence that begins with "try again"; `wait` is None if it is not known."""
    return "later" if wait is None else f"in {f'{wait:.1f}'.removesuffix('.0')} seconds"


def normalize_name(name: str) -> str:
    """Return the name of a distribution or provider in its one canonical spelling (packaging's "normalized name")."""
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def join_names(names: Iterable[str], limit: int = 12) -> str:
    """Return `names` joined for a message: all of them, or the first `limit` and the number of the rest.

    The result is one line. Characters that are not printable are escaped: a name must not steer a terminal.
    """
    printable = [name if name.isprintable() else _escape_unprintable(name) for name in names]
    if not printable:
        return "none"
    if len(printable) <= limit:
        return ", ".join(printable)
    return f"{', '.join(printable[:limit])} and {len(printable) - limit} more"


def _escape_unprintable(name: str) -> str:
    return "".join(
        item if item.isprintable() else item.encode("unicode_escape").decode("ascii") for item in name
    )


def find_similar_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of the `known` names that resemble `name`, the most similar one first."""
    import difflib  # only an error needs it

    folded = {item.lower(): item for item in known}
    matches = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
    return tuple(folded[match] for match in matches)


def format_suggestion(names: Sequence[str]) -> str:
    """Return `" Did you mean ...?"`, with a space before it, or `""` if `names` is empty."""
    return f" Did you mean {' or '.join(repr(name) for name in names)}?" if names else ""
