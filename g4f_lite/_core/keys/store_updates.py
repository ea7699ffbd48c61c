"""Updates of the key store: add, replace and remove keys."""

import os

from g4f_lite._core.keys.private_file import lock_file, replace_private
from g4f_lite._core.keys.store import has_stored_keys, read_entries, store_file
from g4f_lite._core.keys.store_format import Place, StoreEntry, key_fault, serialize_store
from g4f_lite._core.keys.system_keyring import delete_keys, load_keys, save_keys
from g4f_lite.errors import InvalidArgumentError, KeyStoreError

__all__ = ["PLACE_VARIABLE", "remove_keys", "store_key"]

PLACE_VARIABLE = "G4F_LITE_KEYS"
"""The environment variable for the place of new keys: ``file``, the default, or ``keyring``."""


def store_key(provider: str, key: str, *, add: bool = False, place: Place | None = None) -> StoreEntry:
    """Store a key of a provider, and return the provider's new entry. Blocks while another process writes.

    Args:
        provider: the provider's name.
        key: the key, in which `key_fault` finds no fault.
        add: whether to keep the stored keys, instead of replacing them.
        place: the place of the keys. By default the place of the stored ones, else that of `PLACE_VARIABLE`,
            else the file.

    Raises:
        InvalidArgumentError: the key or the value of `PLACE_VARIABLE` is not valid.
        KeyStoreError, MissingExtraError: the key cannot be stored; the stored keys are unchanged.
    """
    fault = key_fault(key)
    if fault:
        raise InvalidArgumentError("key", f"The key {fault}.", hint="Copy it again from the service's page.")
    file = _writable_file()
    with lock_file(file):
        entries = read_entries(file)
        before = entries.get(provider, StoreEntry())
        kept = _load_entry(provider, before) if add else ()
        keys = tuple(dict.fromkeys((*kept, key)))
        after = StoreEntry(keys)
        if (place or (before.place if before.number else _default_place())) == "keyring":
            save_keys(provider, keys)
            after = StoreEntry((), len(keys))
        replace_private(file, serialize_store({**entries, provider: after}))
        if before.in_keyring and not after.in_keyring:
            delete_keys(provider)
    return after


def remove_keys(provider: str) -> int:
    """Remove all stored keys of a provider, and return their number.

    Raises:
        KeyStoreError, MissingExtraError: they cannot be removed.
    """
    file = _writable_file()
    if not has_stored_keys(provider):
        return 0
    with lock_file(file):
        entries = dict(read_entries(file))
        removed = entries.pop(provider, StoreEntry())
        if removed.in_keyring:
            delete_keys(provider)
        replace_private(file, serialize_store(entries))
    return removed.number


def _writable_file() -> str:
    file = store_file()
    if file is None:
        raise KeyStoreError(
            "There is no folder for the key store, since this user has no home folder.",
            hint="Set G4F_LITE_CONFIG_DIR to a folder.",
        )
    return file


def _load_entry(provider: str, entry: StoreEntry) -> tuple[str, ...]:
    return load_keys(provider) if entry.in_keyring else entry.keys


def _default_place() -> Place:
    chosen = os.environ.get(PLACE_VARIABLE, "").strip().lower()
    if chosen == "keyring":
        return "keyring"
    if chosen in ("", "file"):
        return "file"
    raise InvalidArgumentError(
        PLACE_VARIABLE, f"{PLACE_VARIABLE} has to be `file` or `keyring`.", hint="Set it to one, or unset it."
    )
