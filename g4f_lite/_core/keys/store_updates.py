"""Changes of the key store: a key more, a key in the place of others, none any more."""

import os

from g4f_lite._core.keys.private_file import locked, replace_private
from g4f_lite._core.keys.store import fresh_entries, has_stored, store_file
from g4f_lite._core.keys.store_format import Entry, Place, dumped, key_fault
from g4f_lite._core.keys.system_keyring import forget, load, save
from g4f_lite.errors import InvalidArgumentError, KeyStoreError

__all__ = ["PLACE_VARIABLE", "remove_keys", "store_key"]

PLACE_VARIABLE = "G4F_LITE_KEYS"
"""The environment variable that says where new keys go: ``file``, the default, or ``keyring``."""


def store_key(provider: str, key: str, *, add: bool = False, place: Place | None = None) -> Entry:
    """Keep a key for a provider; return what is kept of it then.

    Args:
        provider: its name.
        key: what `key_fault` has no fault with.
        add: keep it beside those that are there, instead of in their place.
        place: where; None: where the provider's are now, else what the environment says, else the file.

    Raises:
        InvalidArgumentError: the key, or what the environment says, cannot be.
        KeyStoreError, MissingExtraError: it cannot be kept; what was there is untouched.
    """
    fault = key_fault(key)
    if fault:
        raise InvalidArgumentError("key", f"The key {fault}.", hint="Copy it again from the service's page.")
    file = _writable_file()
    with locked(file):
        entries = fresh_entries(file)
        before = entries.get(provider, Entry())
        kept = _all_of(provider, before) if add else ()
        keys = tuple(dict.fromkeys((*kept, key)))
        after = Entry(keys)
        if (place or (before.place if before.number else _default_place())) == "keyring":
            save(provider, keys)
            after = Entry((), len(keys))
        replace_private(file, dumped({**entries, provider: after}))
        if before.in_keyring and not after.in_keyring:
            forget(provider)
    return after


def remove_keys(provider: str) -> int:
    """Forget all keys of a provider; return how many there were.

    Raises:
        KeyStoreError, MissingExtraError: they cannot be removed.
    """
    file = _writable_file()
    if not has_stored(provider):
        return 0
    with locked(file):
        entries = dict(fresh_entries(file))
        gone = entries.pop(provider, Entry())
        if gone.in_keyring:
            forget(provider)
        replace_private(file, dumped(entries))
    return gone.number


def _writable_file() -> str:
    file = store_file()
    if file is None:
        raise KeyStoreError(
            "There is no folder for the key store, since this user has no home folder.",
            hint="Set G4F_LITE_CONFIG_DIR to a folder.",
        )
    return file


def _all_of(provider: str, entry: Entry) -> tuple[str, ...]:
    return load(provider) if entry.in_keyring else entry.keys


def _default_place() -> Place:
    chosen = os.environ.get(PLACE_VARIABLE, "").strip().lower()
    if chosen == "keyring":
        return "keyring"
    if chosen in ("", "file"):
        return "file"
    raise InvalidArgumentError(
        PLACE_VARIABLE, f"{PLACE_VARIABLE} has to be `file` or `keyring`.", hint="Set it to one, or unset it."
    )
