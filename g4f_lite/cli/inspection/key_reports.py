"""Reports on keys: which providers have some, and from which sources; never a key."""

from collections.abc import Iterator

from g4f_lite._core.keys.lookup import environment_keys, has_key
from g4f_lite._core.keys.store import store_file, stored_entries
from g4f_lite.cli.inspection.report import Report
from g4f_lite.errors import G4FLiteError, KeyStoreError

__all__ = ["describe_source", "has_readable_key", "key_reports", "key_sources", "key_store_report"]


def key_sources(provider: str, *variables: str) -> Iterator[Report]:
    """Yield the sources that have keys of a provider, in the order of lookup.

    Calls use the first one.

    Args:
        provider: the provider's name, or ``"distribution:name"``.
        *variables: the environment variables that the provider declares.

    Raises:
        KeyStoreError: the key store cannot be read. The sources of the environment are yielded before.
    """
    by_variable = environment_keys(*variables)
    first = next(iter(by_variable), None)
    for variable, keys in by_variable.items():
        yield _source("environment", variable, len(keys), is_used=variable == first)
    entry = stored_entries().get(provider.rpartition(":")[2])
    if entry is not None:
        place = None if entry.in_keyring else store_file()
        yield _source(entry.place, place, entry.number, is_used=not by_variable)


def _source(kind: str, name: str | None, keys: int, *, is_used: bool) -> Report:
    return {"source": kind, "name": name, "keys": keys, "used": is_used}


def describe_source(source: Report) -> str:
    """Return a phrase that names the source, such as ``environment variable GROQ_API_KEY``."""
    kind = source["source"]
    if kind == "environment":
        return f"environment variable {source['name']}"
    return "system's keyring" if kind == "keyring" else f"file {source['name']}"


def key_reports(providers: list[Report]) -> list[Report]:
    """Return a report on the key of each provider that needs or has one."""
    return [
        {
            "provider": item["name"],
            "variable": item["auth_env"],
            "also": item["auth_env_also"],
            "present": item["key_present"],
            "from": _used_source(item["name"], item["auth_env"], *item["auth_env_also"]),
        }
        for item in providers
        if item["needs_auth"] or item["key_present"]
    ]


def _used_source(provider: str, *variables: str) -> Report | None:
    """Return the source that calls use, or None if no source with a key can be read."""
    try:
        return next(key_sources(provider, *variables), None)
    except KeyStoreError:
        return None


def has_readable_key(provider: str, *variables: str) -> bool:
    """Return whether the provider has a key. A key store that cannot be read counts as empty.

    `key_store_report` has the reason then.
    """
    try:
        return has_key(provider, *variables)
    except G4FLiteError:
        return False


def key_store_report() -> Report:
    """Return the report on the key store: its path, its providers, and its error, if any."""
    report: Report = {"path": store_file(), "providers": [], "error": None}
    try:
        report["providers"] = sorted(stored_entries())
    except KeyStoreError as error:
        report["error"] = str(error)
    return report
