"""What the commands say of a provider: words that need no plugin machinery, which may be what is missing."""

from typing import Any

__all__ = ["BROKEN", "NEEDED", "Facts", "missing_package_message"]

Facts = dict[str, Any]
"""The facts of one provider, or of one problem: what JSON can hold, and nothing secret."""

BROKEN = ("failed", "invalid", "conflict", "crashed")
"""The states that are somebody's fault. ``crashed``: its import ended or hung the whole process."""

NEEDED = ("g4f-lite", "requests", "urllib3", "pluggy")
"""The packages that nothing works without."""


def missing_package_message(package: str) -> str:
    """Say that a package is missing, and what to do."""
    return f"{package} is not installed: run pip install --force-reinstall g4f-lite"
