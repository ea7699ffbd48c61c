"""The format of the key store's file, and the check of a key.

::

    {"version": 1, "keys": {"groq": ["first", "second"], "openai": {"keyring": 1}}}

A provider has a list of keys, or the number of its keys in the system's keyring.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from g4f_lite._utils.text import shorten
from g4f_lite.errors import KeyStoreError

__all__ = [
    "Place",
    "StoreEntry",
    "key_fault",
    "parse_store",
    "serialize_store",
]


Place = Literal["file", "keyring"]
"""The place of a provider's keys: the store's file, or the keyring of the operating system."""

_VERSION = 1
_MAX_KEY_LENGTH = 8192


class StoreEntry(NamedTuple):
    """The store's entry of one provider.

    Attributes:
        keys: the keys, if they are in the file.
        in_keyring: the number of keys in the system's keyring, if they are there.
    """

    keys: tuple[str, ...] = ()
    in_keyring: int = 0

    @property
    def number(self) -> int:
        """The number of keys."""
        return len(self.keys) or self.in_keyring

    @property
    def place(self) -> Place:
        """The place of the keys."""
        return "keyring" if self.in_keyring else "file"

    def __repr__(self) -> str:  # without the keys, which must not get into a traceback or a log
        return f"StoreEntry({self.number} in the {self.place})"


def key_fault(key: str) -> str:
    """Return what is wrong with a key, or `""`. The text does not contain the key."""
    if not key.strip():
        return "is empty"
    if "\n" in key.strip() or "\r" in key.strip():
        return "has more than one line"
    if not key.isascii() or not key.isprintable():
        return "has characters that no key has: it has to be ASCII, without control characters"
    if key != key.strip():
        return "has blanks around it"
    return f"has more than {_MAX_KEY_LENGTH} characters" if len(key) > _MAX_KEY_LENGTH else ""


def serialize_store(entries: Mapping[str, StoreEntry]) -> bytes:
    """Return the content of the file for these entries."""
    import json  # imported in functions, because a user without a key store does not need it

    keys = {
        provider: {"keyring": entry.in_keyring} if entry.in_keyring else list(entry.keys)
        for provider, entry in sorted(entries.items())
    }
    return (json.dumps({"version": _VERSION, "keys": keys}, indent=2) + "\n").encode()


def parse_store(file: str, data: bytes) -> dict[str, StoreEntry]:
    """Return the entries of the file.

    Raises:
        KeyStoreError: it is damaged, or written by a later version. The error contains no part of the file.
    """
    document, fault = _parse_json(data)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not fault and not isinstance(keys, dict):
        fault = "it has no object `keys`"
    elif isinstance(document, dict) and document.get("version") != _VERSION:
        fault = f"its version is not {_VERSION}, which is the one that is understood here"
    entries = {} if fault else {provider: _parse_entry(value) for provider, value in (keys or {}).items()}
    invalid = [provider for provider, entry in entries.items() if not entry.number]
    if invalid:
        fault = f"what it has for {shorten(repr(invalid[0]), 60)} is no list of keys"
    if fault:
        raise KeyStoreError(
            f"The key store {file} is damaged: {fault}. It is left as it is.",
            hint="Mend it, or move it away and set the keys again (`g4f-lite keys set`).",
        )
    return entries


def _parse_json(data: bytes) -> tuple[Any, str]:
    """Return the document and `""`, or None and what is wrong.

    The decoder's exception has the whole file in it. It is caught here, so that no other exception has it as
    its context.
    """
    import json

    try:
        return json.loads(data), ""
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        return None, f"it is no JSON (line {line})" if line else "it is no JSON"


def _parse_entry(value: Any) -> StoreEntry:
    """Return the entry of one provider, or an empty entry if the value is not valid."""
    if isinstance(value, list) and all(isinstance(key, str) and not key_fault(key) for key in value):
        return StoreEntry(tuple(value))
    number = value.get("keyring") if isinstance(value, dict) else None
    return StoreEntry((), number) if type(number) is int and number > 0 else StoreEntry()
