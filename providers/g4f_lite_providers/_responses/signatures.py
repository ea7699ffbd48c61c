"""What the Responses API wants back in a later turn, as one opaque text.

Chat messages have no place for the items of an answer that are neither text nor a call, nor for their
order. Both travel in the signatures of the reasoning and of the calls, which whoever keeps the
conversation hands back unread.
"""

import json
from collections.abc import Mapping
from typing import Any

from g4f_lite_providers._shared.json_values import written

__all__ = ["pack", "unpack"]

_MARK = "responses"
"""Tells these signatures from those of other services, which have no meaning here."""


def pack(facts: Mapping[str, Any]) -> str:
    """Return the signature that holds `facts`."""
    return written({_MARK: facts}, separators=(",", ":"))


def unpack(signature: object) -> dict[str, Any]:
    """Return what a signature holds; nothing if another service made it."""
    try:
        value = json.loads(signature) if isinstance(signature, str) else None
    except (ValueError, RecursionError):
        return {}
    facts = value.get(_MARK) if isinstance(value, dict) else None
    return facts if isinstance(facts, dict) else {}
