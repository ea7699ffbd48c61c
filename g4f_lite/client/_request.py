"""Arguments for `ChatCompletion.create`, built from those of ``client.chat.completions``."""

from collections.abc import Iterable, Mapping
from typing import Any

from g4f_lite.client._settings import Defaults, is_omitted
from g4f_lite.errors import InvalidArgumentError

__all__ = ["build_chat_arguments", "serialize_messages"]

_RESPONSE_ONLY_FIELDS = ("annotations", "audio", "function_call", "images", "parsed", "reasoning_content")
"""Fields of an answer's message that a request does not have."""


def build_chat_arguments(
    defaults: Defaults, messages: Any, model: str | None, stream: Any, options: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return the arguments for `ChatCompletion.create`, and whether a stream ends with a usage chunk."""
    arguments = defaults.merge({"messages": serialize_messages(messages), "model": model, **options})
    arguments["stream"] = False if is_omitted(stream) else stream
    # The library always requests the token counts; `include_usage` only adds a chunk with them.
    stream_options = arguments.pop("stream_options", None)
    if not isinstance(stream_options, Mapping):
        return arguments, False
    other_options = {name: value for name, value in stream_options.items() if name != "include_usage"}
    if other_options:
        arguments["stream_options"] = other_options
    return arguments, bool(stream_options.get("include_usage"))


def serialize_messages(messages: Any) -> Any:
    """Return the messages with the records in them serialized as dictionaries.

    Programs append ``response.choices[0].message``, or parts of it, to the messages of the next call.

    Raises:
        InvalidArgumentError: `messages` was omitted.
    """
    if messages is None:
        raise InvalidArgumentError(
            "messages", "`messages` was left out.", hint='Pass [{"role": "user", "content": "Hello"}].'
        )
    if type(messages) is not list and (
        not isinstance(messages, Iterable) or isinstance(messages, (str, bytes, Mapping))
    ):
        return messages  # `check_messages` raises the error
    return [
        message
        if type(message) is dict and message.get("role") != "assistant"
        else _serialize_message(message)
        for message in messages
    ]


def _serialize_message(message: Any) -> Any:
    if isinstance(message, Mapping):
        if message.get("role") != "assistant":
            return message
        fields = dict(message)  # possibly the `model_dump()` of an answer's message
    else:
        dump = getattr(message, "model_dump", None)
        if dump is None:
            return message
        fields = dump(exclude_none=True)
    if fields.get("role") == "assistant":
        for name in _RESPONSE_ONLY_FIELDS:
            fields.pop(name, None)
        fields.setdefault("content", None)
        if fields.get("tool_calls"):
            fields["tool_calls"] = [_serialize_tool_call(call) for call in fields["tool_calls"]]
    return fields


def _serialize_tool_call(call: Any) -> Any:
    dump = getattr(call, "model_dump", None)
    return call if dump is None else dump(exclude_none=True)
