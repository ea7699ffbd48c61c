"""The names of the hooks that there are, for who only has to know whether something is meant as one.

What they are given stands in `hookspecs`, which imports pluggy; a provider without hooks needs neither.
"""

from typing import Any

__all__ = ["HOOK_NAMES", "PROJECT", "hook_names"]

PROJECT = "g4f_lite"
_PREFIX = f"{PROJECT}_"

HOOK_NAMES = (
    "g4f_lite_after_response",
    "g4f_lite_before_request",
    "g4f_lite_on_error",
    "g4f_lite_register_providers",
)


def hook_names(plugin: Any) -> list[str]:
    """Return the plugin's attributes that are meant as hooks, sorted."""
    return sorted(name for name in set(dir(plugin)) if name.startswith(_PREFIX))
