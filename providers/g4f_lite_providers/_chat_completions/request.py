"""A request to the OpenAI chat API, and to services that follow it, as its JSON body."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.messages import instructed, wire_messages
from g4f_lite_providers._chat_completions.options import CONNECTION, Options
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._shared import openai_options as _openai_values

__all__ = ["chat_body"]

_Body = dict[str, Any]


def chat_body(
    model: str, messages: Sequence[Message], quirks: Quirks, options: Options, *, stream: bool
) -> _Body:
    """Return the body: the options under the service's names; `extra_body` has the last word.

    Raises:
        InvalidArgumentError: an option has a value that the service would misunderstand.
    """
    body: _Body = {"model": model, "messages": wire_messages(messages, quirks), **quirks.body}
    if stream:
        body["stream"] = True
    asked = dict(options.get("stream_options") or {})
    if stream and (quirks.stream_usage or asked):
        body["stream_options"] = {"include_usage": True, **asked} if quirks.stream_usage else asked
    for name, value in options.items():
        if value is not None and name not in _ELSEWHERE and name not in quirks.outside:
            add = _WORDED.get(name)
            if add is None:
                body[quirks.names.get(name, name)] = value
            else:
                add(body, value, quirks)
    body.update(options.get("extra_body") or {})
    return body


def _max_tokens(body: _Body, value: int, quirks: Quirks) -> None:
    demanded = quirks.reasoners and re.match(quirks.reasoners, str(body["model"]))
    _most_tokens(body, "max_completion_tokens" if demanded else quirks.max_tokens or "max_tokens", value)


def _max_completion_tokens(body: _Body, value: int, quirks: Quirks) -> None:
    _most_tokens(body, quirks.max_tokens or "max_completion_tokens", value)


def _most_tokens(body: _Body, field: str, value: int) -> None:
    if "max_tokens" in body or "max_completion_tokens" in body:
        raise InvalidArgumentError(
            "max_tokens",
            "`max_tokens` and `max_completion_tokens` were given, which are the same.",
            hint="Pass one of them.",
        )
    body[field] = value


def _stop(body: _Body, value: Any, _quirks: Quirks) -> None:
    _openai_values.stops_of(value)
    body["stop"] = value


def _tool_choice(body: _Body, value: Any, _quirks: Quirks) -> None:
    _openai_values.mode_of(value)
    body["tool_choice"] = value


def _response_format(body: _Body, value: Any, quirks: Quirks) -> None:
    wanted = _openai_values.format_of(value)
    if quirks.json_schema or wanted is None or wanted.schema is None:
        body["response_format"] = value
        return
    body["response_format"] = {"type": "json_object"}
    body["messages"] = instructed(
        body["messages"], f"Answer with a JSON object that fits this JSON schema: {json.dumps(wanted.schema)}"
    )


def _reasoning_effort(body: _Body, value: str, quirks: Quirks) -> None:
    """Say how much the model is to think; where a service only knows whether, anything but "none" is yes."""
    thinks = value != "none"
    if quirks.reasoning == "reasoning":  # OpenRouter
        body["reasoning"] = {"effort": value}
    elif quirks.reasoning == "thinking" or (quirks.reasoning == "thinking, reasoning_effort" and not thinks):
        body["thinking"] = {"type": "enabled" if thinks else "disabled"}  # Zhipu, Moonshot; DeepSeek
    elif quirks.reasoning == "enable_thinking":  # DashScope, SiliconFlow
        body["enable_thinking"] = thinks
    else:
        body["reasoning_effort"] = value


_WORDED: dict[str, Callable[[_Body, Any, Quirks], None]] = {
    "max_tokens": _max_tokens,
    "max_completion_tokens": _max_completion_tokens,
    "stop": _stop,
    "tool_choice": _tool_choice,
    "response_format": _response_format,
    "reasoning_effort": _reasoning_effort,
}
"""Options that are not just sent under their own names."""

_ELSEWHERE = frozenset({*CONNECTION, "stream_options", "extra_body"})
