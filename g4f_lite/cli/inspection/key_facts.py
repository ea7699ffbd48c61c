"""Where the keys of providers are, as plain data; never a key."""

from collections.abc import Iterator

from g4f_lite._core.keys.lookup import environment_keys, has_key
from g4f_lite._core.keys.store import store_file, stored_entries
from g4f_lite.cli.inspection.facts import Facts
from g4f_lite.errors import G4FLiteError, KeyStoreError

__all__ = ["first_source", "is_present", "key_sources", "source_words", "store_facts"]


def key_sources(provider: str, *variables: str) -> Iterator[Facts]:
    """Yield each source that has keys of a provider, in the order in which they are asked; the first is used.

    Args:
        provider: its name, or ``"distribution:name"``.
        *variables: the environment variables that it names.

    Raises:
        KeyStoreError: the key store cannot be read; after what the environment has.
    """
    found = environment_keys(*variables)
    for name, keys in found.items():
        yield _source("environment", name, len(keys), used=name == next(iter(found)))
    entry = stored_entries().get(provider.rpartition(":")[2])
    if entry is not None:
        place = None if entry.in_keyring else store_file()
        yield _source(entry.place, place, entry.number, used=not found)


def _source(kind: str, name: str | None, keys: int, *, used: bool) -> Facts:
    return {"source": kind, "name": name, "keys": keys, "used": used}


def first_source(provider: str, *variables: str) -> Facts | None:
    """Return the source that is used, None if there is no key, or none that can be read."""
    try:
        return next(key_sources(provider, *variables), None)
    except KeyStoreError:
        return None


def source_words(source: Facts) -> str:
    """Return a source in words."""
    kind = source["source"]
    if kind == "environment":
        return f"environment variable {source['name']}"
    return "system's keyring" if kind == "keyring" else f"file {source['name']}"


def is_present(provider: str, *variables: str) -> bool:
    """Whether there is a key; a key store that cannot be read has none. `store_facts` says what is wrong."""
    try:
        return has_key(provider, *variables)
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
