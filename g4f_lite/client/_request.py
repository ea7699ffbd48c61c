"""From the arguments of a chat to those of the library's function."""

from collections.abc import Iterable, Mapping
from typing import Any

from g4f_lite.client._settings import Defaults, is_left_out
from g4f_lite.errors import InvalidArgumentError

__all__ = ["prepared", "readable_messages"]

_ANSWERED = ("annotations", "audio", "function_call", "images", "parsed", "reasoning_content")
"""What an answer has and a request has not."""


def prepared(
    defaults: Defaults, messages: Any, model: str | None, stream: Any, options: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return the arguments for the library's function, and whether a stream ends with a chunk of the counts."""
    call = {"messages": readable_messages(messages), "model": model, **options}
    arguments = defaults.merged(call)
    arguments["stream"] = False if is_left_out(stream) else stream
    # The counts are always asked for and kept; whether they come as a chunk is the caller's choice.
    wishes = arguments.pop("stream_options", None)
    if not isinstance(wishes, Mapping):
        return arguments, False
    others = {name: value for name, value in wishes.items() if name != "include_usage"}
    if others:
        arguments["stream_options"] = others
    return arguments, bool(wishes.get("include_usage"))


def readable_messages(messages: Any) -> Any:
    """Return the messages with the records of answers in them as dictionaries.

    Programs put ``response.choices[0].message`` back as it is, or parts of it.

    Raises:
        InvalidArgumentError: `messages` was left out.
    """
    if messages is None:
        raise InvalidArgumentError(
            "messages", "`messages` was left out.", hint='Pass [{"role": "user", "content": "Hello"}].'
        )
    if type(messages) is not list and (
        not isinstance(messages, Iterable) or isinstance(messages, (str, bytes, Mapping))
    ):
        return messages  # refused further down, with what it has to be
    return [
        message if type(message) is dict and message.get("role") != "assistant" else _readable(message)
        for message in messages
    ]


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
        if plain.get("tool_calls"):
            plain["tool_calls"] = [_plain(call) for call in plain["tool_calls"]]
    return plain


def _plain(call: Any) -> Any:
    dump = getattr(call, "model_dump", None)
    return call if dump is None else dump(exclude_none=True)
