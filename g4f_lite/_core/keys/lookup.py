"""Where a provider's keys come from, when the call has none: the environment, then the key store.

1. The environment variable that the provider names.
2. The same name with an ``S`` behind it, which holds several, separated by commas or white space.
3. The same of the further variables that the provider names, one after the other.
4. The key store, under the provider's name.

The first that has a key is the only one asked.
"""

import os

from g4f_lite._core.keys.store import has_stored, keys_read, stored_keys

__all__ = ["environment_keys", "find_keys", "has_key", "known_keys"]


def find_keys(provider: str, *variables: str) -> tuple[str, ...]:
    """Return the keys to use for a provider, in the order in which they were given; empty: there is none.

    Args:
        provider: its name, or ``"distribution:name"``.
        *variables: the environment variables that it names.

    Raises:
        KeyStoreError: the environment has none, and the key store cannot be read.
        MissingExtraError: its key is in the system's keyring, and the package for that is not installed.
    """
    for variable in variables:
        keys = _one(variable) or _several(variable)
        if keys:
            return keys
    return stored_keys(_short(provider))


def has_key(provider: str, *variables: str) -> bool:
    """Whether there is a key; takes what `find_keys` takes, and never asks the system's keyring.

    Raises:
        KeyStoreError: as `find_keys` does.
    """
    return any(_one(variable) or _several(variable) for variable in variables) or has_stored(_short(provider))


def environment_keys(*variables: str) -> dict[str, tuple[str, ...]]:
    """Return the keys that the environment has, by the variable that has them; the first is the one used."""
    found: dict[str, tuple[str, ...]] = {}
    for variable in variables:
        found |= {variable: _one(variable), f"{variable}S": _several(variable)}
    return {name: keys for name, keys in found.items() if keys}


def known_keys(provider: str, *variables: str) -> tuple[str, ...]:
    """Return every key of a provider that this process can have come across, so that none is shown.

    That is more than `find_keys` returns: those of sources that were passed over, too. It never raises,
    and neither reads the key store nor asks a keyring: what was not read cannot be shown.
    """
    keys = list(keys_read(_short(provider)))
    for variable in variables:
        keys += (*_one(variable), *_several(variable), os.environ.get(f"{variable}S", "").strip())
    return tuple(filter(None, keys))


def _one(variable: str) -> tuple[str, ...]:
    key = os.environ.get(variable, "").strip()
    return (key,) if key else ()


def _several(variable: str) -> tuple[str, ...]:
    keys = os.environ.get(f"{variable}S")
    return tuple(dict.fromkeys(keys.replace(",", " ").split())) if keys else ()


def _short(provider: str) -> str:
    return provider.rpartition(":")[2]
