"""The key store: the keys that ``g4f-lite keys set`` was given, by the provider's name.

It is one file, ``keys.json`` in the folder of the configuration. Where the system's keyring has a provider's
keys, the file says so: a look-up asks no keyring in vain, and mostly none at all.
"""

import os
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from g4f_lite._core.keys.store_format import Entry, parsed
from g4f_lite.paths import config_dir

__all__ = [
    "fresh_entries",
    "has_stored",
    "keys_read",
    "store_file",
    "stored_entries",
    "stored_keys",
]

_FILE = "keys.json"


class _Seen(NamedTuple):
    """What was read of the file, and of the keyring since; good for as long as the file is the same."""

    file: str
    signature: tuple[int, ...]
    entries: Mapping[str, Entry]
    unlocked: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"_Seen({self.file!r}, {list(self.entries)!r})"


_NOTHING = _Seen("", (), {}, {})
_seen = _NOTHING
_reading = threading.Lock()


# --- looking --------------------------------------------------------------------------------------


def stored_keys(provider: str) -> tuple[str, ...]:
    """Return the keys that are kept for a provider; empty: there are none.

    Raises:
        KeyStoreError: the file or the keyring cannot be read.
        MissingExtraError: they are in the keyring, and the package for that is not installed.
    """
    seen = _current()
    entry = seen.entries.get(provider)
    if entry is None or not entry.in_keyring:
        return () if entry is None else entry.keys
    keys = seen.unlocked.get(provider)
    if not keys:
        from g4f_lite._core.keys.system_keyring import load

        keys = seen.unlocked[provider] = load(provider)
    return keys


def has_stored(provider: str) -> bool:
    """Whether keys are kept for a provider; the keyring is not asked.

    Raises:
        KeyStoreError: the file cannot be read.
    """
    return provider in _current().entries


def stored_entries() -> Mapping[str, Entry]:
    """Return what is kept of every provider; the keyring is not asked.

    Raises:
        KeyStoreError: the file cannot be read.
    """
    return _current().entries


def keys_read(provider: str) -> tuple[str, ...]:
    """Return the keys of a provider that this process has read already; reads nothing, and never raises."""
    seen = _seen
    return (*seen.entries.get(provider, Entry()).keys, *seen.unlocked.get(provider, ()))


def fresh_entries(file: str) -> Mapping[str, Entry]:
    """Return what is in the file, which is read for that; for who has locked it.

    Raises:
        KeyStoreError: it cannot be read.
    """
    with _reading:
        _read(file)
        return _seen.entries


def store_file() -> str | None:
    """Return the path of the store's file, which may not exist; None: there is no home folder."""
    return _path(*map(os.environ.get, _PLACES))


_PLACES = ("G4F_LITE_CONFIG_DIR", "XDG_CONFIG_HOME", "HOME", "APPDATA", "USERPROFILE")


@lru_cache(maxsize=4)
def _path(*_environment: str | None) -> str | None:
    """Make the path once for each environment: it costs ten times what looking at the file does."""
    try:
        return str(config_dir() / _FILE)
    except RuntimeError:  # no home folder
        return None


def _current() -> _Seen:
    """Return what is in the file now, which is read only if it has changed."""
    file = store_file()
    try:
        signature = () if file is None else _signature(os.stat(file))  # noqa: PTH116 - on every call
    except OSError:
        # It is not there. A folder that this user may not enter has none of this user's keys either.
        signature = ()
    if file is None or not signature:
        return _NOTHING
    seen = _seen
    if (seen.file, seen.signature) == (file, signature):
        return seen
    with _reading:
        if (_seen.file, _seen.signature) != (file, signature):
            _read(file)
        return _seen


def _signature(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _read(file: str) -> None:
    global _seen  # noqa: PLW0603 - the file is the process's, so is what was read of it
    from g4f_lite._core.keys.private_file import read_private

    found = read_private(file)
    if found is None:  # removed since it was looked at
        _seen = _NOTHING
        return
    data, status = found
    _seen = _Seen(file, _signature(status), parsed(file, data), {})
