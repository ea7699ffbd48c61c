"""What the key store's file says, and what a key can be.

::

    {"version": 1, "keys": {"groq": ["first", "second"], "openai": {"keyring": 1}}}

A provider has a list of keys, or the number of those that the system's keyring has.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from g4f_lite._utils.text import shorten
from g4f_lite.errors import KeyStoreError

__all__ = [
    "Entry",
    "Place",
    "dumped",
    "key_fault",
    "parsed",
]


Place = Literal["file", "keyring"]

_VERSION = 1
_LONGEST = 8192


class Entry(NamedTuple):
    """What the store has of one provider.

    Attributes:
        keys: its keys, if they are in the file.
        in_keyring: how many are in the system's keyring, if they are there.
    """

    keys: tuple[str, ...] = ()
    in_keyring: int = 0

    @property
    def number(self) -> int:
        """How many keys there are."""
        return len(self.keys) or self.in_keyring

    @property
    def place(self) -> Place:
        """Where they are."""
        return "keyring" if self.in_keyring else "file"

    def __repr__(self) -> str:  # no key belongs into a traceback or a log
        return f"Entry({self.number} in the {self.place})"


def key_fault(key: str) -> str:
    """Return what is wrong with a key, `""` if nothing is; the key is not in it."""
    if not key.strip():
        return "is empty"
    if "\n" in key.strip() or "\r" in key.strip():
        return "has more than one line"
    if not key.isascii() or not key.isprintable():
        return "has characters that no key has: it has to be ASCII, without control characters"
    if key != key.strip():
        return "has blanks around it"
    return f"has more than {_LONGEST} characters" if len(key) > _LONGEST else ""


def dumped(entries: Mapping[str, Entry]) -> bytes:
    """Return what the file has to say."""
    import json  # here and below: who has no key store does not pay for it

    keys = {
        provider: {"keyring": entry.in_keyring} if entry.in_keyring else list(entry.keys)
        for provider, entry in sorted(entries.items())
    }
    return (json.dumps({"version": _VERSION, "keys": keys}, indent=2) + "\n").encode()


def parsed(file: str, data: bytes) -> dict[str, Entry]:
    """Return what the file says.

    Raises:
        KeyStoreError: it is damaged, or made by a later version; no part of it is in the error.
    """
    document, fault = _json(data)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not fault and not isinstance(keys, dict):
        fault = "it has no object `keys`"
    elif isinstance(document, dict) and document.get("version") != _VERSION:
        fault = f"its version is not {_VERSION}, which is the one that is understood here"
    entries = {} if fault else {provider: _entry(value) for provider, value in (keys or {}).items()}
    wrong = [provider for provider, entry in entries.items() if not entry.number]
    if wrong:
        fault = f"what it has for {shorten(repr(wrong[0]), 60)} is no list of keys"
    if fault:
        raise KeyStoreError(
            f"The key store {file} is damaged: {fault}. It is left as it is.",
            hint="Mend it, or move it away and set the keys again (`g4f-lite keys set`).",
        )
    return entries


def _json(data: bytes) -> tuple[Any, str]:
    """Return the document and `""`, or None and what is wrong.

    The decoder's exception, which has the whole file in it, ends here and is chained to nothing.
    """
    import json

    try:
        return json.loads(data), ""
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        return None, f"it is no JSON (line {line})" if line else "it is no JSON"


def _entry(value: Any) -> Entry:
    """Return what the file has for one provider; an empty entry if that is nothing sensible."""
    if isinstance(value, list) and all(isinstance(key, str) and not key_fault(key) for key in value):
        return Entry(tuple(value))
    number = value.get("keyring") if isinstance(value, dict) else None
    return Entry((), number) if type(number) is int and number > 0 else Entry()
