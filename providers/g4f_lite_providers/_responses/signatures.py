"""Signatures: what the Responses API needs back in a later turn, as one opaque text.

Chat messages have no place for the output items that are neither text nor a tool call, nor for the order of
the items. Both travel in the signatures of the reasoning and of the tool calls. The caller keeps a signature
without reading it, and sends it back with the conversation.
"""

from collections.abc import Mapping
from typing import Any

from g4f_lite_providers._shared.json_values import dump_json, load_json_object

__all__ = ["pack_signature", "unpack_signature"]

_FIELD = "responses"
"""The field that distinguishes these signatures from those of other services, which have no meaning here."""


def pack_signature(facts: Mapping[str, Any]) -> str:
    """Return the signature that holds `facts`."""
    return dump_json({_FIELD: facts}, separators=(",", ":"))


def unpack_signature(signature: object) -> dict[str, Any]:
    """Return the facts in a signature, or an empty dictionary if another service made it."""
    fields = load_json_object(signature) if isinstance(signature, str) else None
    facts = None if fields is None else fields.get(_FIELD)
    return facts if isinstance(facts, dict) else {}
