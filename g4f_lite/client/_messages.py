"""The messages of a call: programs put ``response.choices[0].message`` back as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from g4f_lite.errors import InvalidArgumentError

__all__ = ["readable_messages"]

_ANSWERED = ("annotations", "audio", "function_call", "images", "parsed", "reasoning_content")
"""What an answer has and a request has not."""


def readable_messages(messages: Any) -> Any:
    """Return the messages with the records of answers in them as dictionaries.

    Raises:
        InvalidArgumentError: `messages` was left out.
    """
    if messages is None:
        raise InvalidArgumentError(
            "messages", "`messages` was left out.", hint='Pass [{"role": "user", "content": "Hello"}].'
        )
    if not isinstance(messages, Iterable) or isinstance(messages, (str, bytes, Mapping)):
        return messages  # refused further down, with what it has to be
    return [_readable(message) for message in messages]


def _readable(message: Any) -> Any:
    if isinstance(message, Mapping):
        if message.get("role") != "assistant":
            return message
        plain = dict(message)  # perhaps an answer's `model_dump()`
    else:
        dump = getattr(message, "model_dump", None)
        if dump is None:
            return message
        plain = dump(exclude_none=True)
    if plain.get("role") == "assistant":
        for name in _ANSWERED:
            plain.pop(name, None)
        plain.setdefault("content", None)
    return plain
