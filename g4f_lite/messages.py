"""Check the messages of a call at the boundary, so that no provider has to."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite._text_safety import listing, shorten
from g4f_lite.errors import InvalidMessageError

__all__ = ["ROLES", "Message", "check_messages"]

Message = dict[str, Any]
"""A chat message as OpenAI's API has it: ``{"role": ..., "content": ...}`` and further keys."""

ROLES = ("system", "developer", "user", "assistant", "tool")

_EXAMPLE = 'Pass a list like [{"role": "user", "content": "Hello"}].'


def check_messages(messages: object) -> list[Message]:
    """Return the messages as a fresh list of fresh dictionaries.

    Raises:
        InvalidMessageError: naming the message and the key that is wrong.
    """
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Sequence):
        raise InvalidMessageError(
            None, f"`messages` has to be a list of messages, not {_kind(messages)}.", hint=_EXAMPLE
        )
    if not messages:
        raise InvalidMessageError(None, "`messages` is empty.", hint=_EXAMPLE)
    return [_check(index, message) for index, message in enumerate(messages)]


def _check(index: int, message: object) -> Message:
    if not isinstance(message, Mapping):
        raise InvalidMessageError(
            index, f"messages[{index}] has to be a dictionary, not {_kind(message)}.", hint=_EXAMPLE
        )
    for key in ("role", "content"):
        if key not in message:
            raise InvalidMessageError(index, f"messages[{index}] has no {key!r}.", hint=_EXAMPLE)
    role, content = message["role"], message["content"]
    if not isinstance(role, str) or role not in ROLES:
        raise InvalidMessageError(
            index,
            f"messages[{index}]['role'] is {shorten(repr(role), 60)}; it has to be one of {listing(ROLES)}.",
            hint="Change the role.",
        )
    if not isinstance(content, str):
        raise InvalidMessageError(
            index,
            f"messages[{index}]['content'] has to be a string, not {_kind(content)}.",
            hint="Content made of parts (images, files) is not supported yet: pass the text.",
        )
    _check_encodable(index, content)
    return {key: _own(value) for key, value in message.items()}


def _own(value: Any) -> Any:
    """Return a copy of what can be changed, so that no provider changes what is the caller's."""
    return copy.deepcopy(value) if isinstance(value, (list, dict, set, bytearray)) else value


def _check_encodable(index: int, content: str) -> None:
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise InvalidMessageError(
            index,
            f"messages[{index}]['content'] has a lone surrogate at position {error.start}, "
            "which no encoding can carry.",
            hint="It comes from text decoded with errors='surrogateescape': decode it as UTF-8.",
        ) from None


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__
