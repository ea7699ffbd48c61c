"""The key store: the keys that ``g4f-lite keys set`` has stored, by the provider's name.

It is one file, ``keys.json`` in the configuration folder. The file has an entry for a provider with keys in the
system's keyring, too, so that a look-up opens the keyring only for a key that is in it.
"""

import os
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from g4f_lite._core.keys.store_format import StoreEntry, parse_store
from g4f_lite.paths import config_dir

__all__ = [
    "cached_keys",
    "has_stored_keys",
    "read_entries",
    "store_file",
    "stored_entries",
    "stored_keys",
]

_FILE = "keys.json"


class _Snapshot(NamedTuple):
    """The entries that were read from the file, and the keys that were read from the keyring since.

    Valid as long as the file has the same `signature`.
    """

    file: str
    signature: tuple[int, ...]
    entries: Mapping[str, StoreEntry]
    keyring_keys: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:  # without the keys, which must not get into a traceback or a log
        return f"_Snapshot({self.file!r}, {list(self.entries)!r})"


_EMPTY = _Snapshot("", (), {}, {})
_snapshot = _EMPTY
_read_lock = threading.Lock()


# --- look-up --------------------------------------------------------------------------------------


def stored_keys(provider: str) -> tuple[str, ...]:
    """Return the stored keys of a provider, or an empty tuple if there are none. May open the keyring.

    Raises:
        KeyStoreError: the file or the keyring cannot be read.
        MissingExtraError: they are in the keyring, and the package `keyring` is not installed.
    """
    snapshot = _current_snapshot()
    entry = snapshot.entries.get(provider)
    if entry is None or not entry.in_keyring:
        return () if entry is None else entry.keys
    keys = snapshot.keyring_keys.get(provider)
    if not keys:
        from g4f_lite._core.keys.system_keyring import load_keys

        keys = snapshot.keyring_keys[provider] = load_keys(provider)
    return keys


def has_stored_keys(provider: str) -> bool:
    """Whether there are stored keys of a provider. Does not open the keyring.

    Raises:
        KeyStoreError: the file cannot be read.
    """
    return provider in _current_snapshot().entries


def stored_entries() -> Mapping[str, StoreEntry]:
    """Return the entry of every provider. Does not open the keyring.

    Raises:
        KeyStoreError: the file cannot be read.
    """
    return _current_snapshot().entries


def cached_keys(provider: str) -> tuple[str, ...]:
    """Return the keys of a provider that this process has read already. No I/O. Never raises."""
    snapshot = _snapshot
    return (
        *snapshot.entries.get(provider, StoreEntry()).keys,
        *snapshot.keyring_keys.get(provider, ()),
    )


def read_entries(file: str) -> Mapping[str, StoreEntry]:
    """Read the file and return its entries, for a caller that has locked it.

    Raises:
        KeyStoreError: it cannot be read.
    """
    with _read_lock:
        _read(file)
        return _snapshot.entries


def store_file() -> str | None:
    """Return the path of the store's file, which may not exist, or None if the user has no home folder."""
    return _path(*map(os.environ.get, _PATH_VARIABLES))


_PATH_VARIABLES = ("G4F_LITE_CONFIG_DIR", "XDG_CONFIG_HOME", "HOME", "APPDATA", "USERPROFILE")


@lru_cache(maxsize=4)
def _path(*_environment: str | None) -> str | None:
    """Return the path, computed once per environment, since that takes ten times as long as `os.stat`."""
    try:
        return str(config_dir() / _FILE)
    except RuntimeError:  # no home folder
        return None


def _current_snapshot() -> _Snapshot:
    """Return the current entries. Reads the file only if it has changed. Thread-safe."""
    file = store_file()
    try:
        signature = () if file is None else _signature_of(os.stat(file))  # noqa: PTH116 - on every call
    except OSError:
        # It does not exist. A folder that this user may not enter has no keys of this user either.
        signature = ()
    if file is None or not signature:
        return _EMPTY
    snapshot = _snapshot
    if (snapshot.file, snapshot.signature) == (file, signature):
        return snapshot
    with _read_lock:
        if (_snapshot.file, _snapshot.signature) != (file, signature):
            _read(file)
        return _snapshot


def _signature_of(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _read(file: str) -> None:
    global _snapshot  # noqa: PLW0603 - one file per process, hence one snapshot
    from g4f_lite._core.keys.private_file import read_private

    content = read_private(file)
    if content is None:  # it was removed since `os.stat`
        _snapshot = _EMPTY
        return
    data, status = content
    _snapshot = _Snapshot(file, _signature_of(status), parse_store(file, data), {})
