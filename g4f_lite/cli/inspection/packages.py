"""The packages that g4f-lite uses: their versions, and which of them are required.

Imports nothing, so that the commands can report a missing package.
"""

__all__ = ["REQUIRED_PACKAGES", "missing_package_message", "missing_packages", "package_versions"]

REQUIRED_PACKAGES = ("g4f-lite", "requests", "urllib3", "pluggy")
"""The packages without which nothing works."""

_PACKAGES = (*REQUIRED_PACKAGES, "xllamacpp", "httptools", "jsonschema", "keyring")


def package_versions() -> dict[str, str | None]:
    """Return the version of each package that g4f-lite uses, or None if it is not installed."""
    return {name: _version(name) for name in _PACKAGES}


def missing_packages(versions: dict[str, str | None]) -> list[str]:
    """Return the required packages that are not installed."""
    return [name for name in REQUIRED_PACKAGES if versions[name] is None]


def missing_package_message(package: str) -> str:
    """Return the message for a required package that is not installed."""
    return f"{package} is not installed: run pip install --force-reinstall g4f-lite"


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except Exception:  # A package with unreadable metadata is of no more use than a missing one.
        return None
