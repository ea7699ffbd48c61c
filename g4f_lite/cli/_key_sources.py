"""Where the keys of providers are, as plain data; never a key."""

from collections.abc import Iterator

from g4f_lite._key_store import store_file, stored_entries
from g4f_lite._keys import environment_keys, has_key
from g4f_lite.cli._plain import Facts
from g4f_lite.errors import G4FLiteError, KeyStoreError

__all__ = ["first_source", "is_present", "key_sources", "source_words", "store_facts"]


def key_sources(provider: str, variable: str) -> Iterator[Facts]:
    """Yield each source that has keys of a provider, in the order in which they are asked; the first is used.

    Args:
        provider: its name, or ``"distribution:name"``.
        variable: the environment variable that it names.

    Raises:
        KeyStoreError: the key store cannot be read; after what the environment has.
    """
    variables = environment_keys(variable)
    for name, keys in variables.items():
        yield _source("environment", name, len(keys), used=name == next(iter(variables)))
    entry = stored_entries().get(provider.rpartition(":")[2])
    if entry is not None:
        place = None if entry.in_keyring else store_file()
        yield _source(entry.place, place, entry.number, used=not variables)


def _source(kind: str, name: str | None, keys: int, *, used: bool) -> Facts:
    return {"source": kind, "name": name, "keys": keys, "used": used}


def first_source(provider: str, variable: str) -> Facts | None:
    """Return the source that is used, None if there is no key, or none that can be read."""
    try:
        return next(key_sources(provider, variable), None)
    except KeyStoreError:
        return None


def source_words(source: Facts) -> str:
    """Return a source in words."""
    kind = source["source"]
    if kind == "environment":
        return f"environment variable {source['name']}"
    return "system's keyring" if kind == "keyring" else f"file {source['name']}"


def is_present(provider: str, variable: str) -> bool:
    """Whether there is a key; a key store that cannot be read has none. `store_facts` says what is wrong."""
    try:
        return has_key(provider, variable)
    except G4FLiteError:
        return False


def store_facts() -> Facts:
    """Return where the key store is, of whom it has keys, and what is wrong with it."""
    facts: Facts = {"path": store_file(), "providers": [], "error": None}
    try:
        facts["providers"] = sorted(stored_entries())
    except KeyStoreError as error:
        facts["error"] = str(error)
    return facts
