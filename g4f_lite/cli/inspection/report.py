"""The type of reports, and the provider states that count as broken.

Imports nothing, so that `doctor` works even if a required package is missing.
"""

from typing import Any

__all__ = ["BROKEN_STATES", "Report"]

Report = dict[str, Any]
"""What the commands show of one thing, such as a provider or a problem: values of JSON, without secrets."""

BROKEN_STATES = ("failed", "invalid", "conflict", "crashed")
"""The states of a provider that needs a repair.

``crashed``: its import ended or hung the whole process.
"""
