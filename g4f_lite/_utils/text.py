"""Make foreign text fit for an error or a log: secrets out, length bounded, one line where asked."""

from collections.abc import Iterable, Sequence


def shorten(text: str, limit: int = 300) -> str:
    """Fold white space and cut `text` to `limit` characters, saying how many were left out."""
    folded = " ".join(text.split())
    if len(folded) <= limit:
        return folded
    return f"{folded[:limit]}… ({len(folded) - limit} more characters)"


def without_full_stop(text: str) -> str:
    """Return what is quoted at the end of a sentence without a full stop of its own."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def format_wait(wait: float | None) -> str:
    """Return how long to wait, to end "try again" with; None: nobody knows."""
    return "later" if wait is None else f"in {f'{wait:.1f}'.removesuffix('.0')} seconds"


def normalize_name(name: str) -> str:
    """Return the name of a distribution or provider in its one canonical spelling (packaging's "normalized name")."""
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def join_names(names: Iterable[str], limit: int = 12) -> str:
    """Join names for a message: all of them, or the first `limit` and how many are left.

    They are on one line, and none can steer a terminal: what is not printable is escaped.
    """
    known = [name if name.isprintable() else _escaped(name) for name in names]
    if not known:
        return "none"
    if len(known) <= limit:
        return ", ".join(known)
    return f"{', '.join(known[:limit])} and {len(known) - limit} more"


def _escaped(name: str) -> str:
    return "".join(
        item if item.isprintable() else item.encode("unicode_escape").decode("ascii") for item in name
    )


def _did_you_mean(name: str, known: Iterable[str]) -> tuple[str, ...]:
    import difflib  # only here: it is for the unlucky

    folded = {item.lower(): item for item in known}
    near = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
    return tuple(folded[item] for item in near)


def _suggestion(near: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(repr(item) for item in near)}?" if near else ""
