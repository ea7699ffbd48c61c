"""The look-up of a provider's keys for a call without keys: the environment, then the key store.

1. The environment variable that the provider names.
2. The same name with an ``S`` added, for several keys, separated by commas or white space.
3. Both names for each further variable that the provider names, in order.
4. The key store, under the provider's name.

The keys of the first source that has any are used, and no later source is read.
"""

import os

from g4f_lite._core.keys.store import cached_keys, has_stored_keys, stored_keys

__all__ = ["environment_keys", "find_keys", "has_key", "known_keys"]


def find_keys(provider: str, *variables: str) -> tuple[str, ...]:
    """Return the keys of a provider in the order of their source, or an empty tuple if there are none.

    Args:
        provider: the provider's name, or ``"distribution:name"``.
        *variables: the environment variables that the provider names.

    Raises:
        KeyStoreError: the environment has no key, and the key store cannot be read.
        MissingExtraError: the keys are in the system's keyring, and the package `keyring` is not installed.
    """
    for variable in variables:
        keys = _read_single(variable) or _read_list(variable)
        if keys:
            return keys
    return stored_keys(_short_name(provider))


def has_key(provider: str, *variables: str) -> bool:
    """Whether `find_keys` would find a key. Does not open the system's keyring.

    Raises:
        KeyStoreError: as `find_keys` raises it.
    """
    if any(_read_single(variable) or _read_list(variable) for variable in variables):
        return True
    return has_stored_keys(_short_name(provider))


def environment_keys(*variables: str) -> dict[str, tuple[str, ...]]:
    """Return the keys of each environment variable that has any; `find_keys` uses the first one."""
    by_variable: dict[str, tuple[str, ...]] = {}
    for variable in variables:
        by_variable |= {variable: _read_single(variable), f"{variable}S": _read_list(variable)}
    return {name: keys for name, keys in by_variable.items() if keys}


def known_keys(provider: str, *variables: str) -> tuple[str, ...]:
    """Return every key of a provider that this process may have read, so that messages can omit them.

    These are more than `find_keys` returns, since they include those of the sources that it does not use.
    Never raises. Reads neither the key store nor a keyring, because a key that was not read cannot be shown.
    """
    keys = list(cached_keys(_short_name(provider)))
    for variable in variables:
        keys += (*_read_single(variable), *_read_list(variable), os.environ.get(f"{variable}S", "").strip())
    return tuple(filter(None, keys))


def _read_single(variable: str) -> tuple[str, ...]:
    key = os.environ.get(variable, "").strip()
    return (key,) if key else ()


def _read_list(variable: str) -> tuple[str, ...]:
    keys = os.environ.get(f"{variable}S")
    return tuple(dict.fromkeys(keys.replace(",", " ").split())) if keys else ()


def _short_name(provider: str) -> str:
    return provider.rpartition(":")[2]
