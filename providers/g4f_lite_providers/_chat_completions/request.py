"""The JSON body of a chat request to the OpenAI chat API and to compatible services."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.messages import add_instruction, convert_messages
from g4f_lite_providers._chat_completions.options import CONNECTION_OPTIONS, Options
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._shared import openai_options

__all__ = ["chat_body"]

_Body = dict[str, Any]


def chat_body(
    model: str, messages: Sequence[Message], quirks: Quirks, options: Options, *, stream: bool
) -> _Body:
    """Return the body of a chat request; `extra_body` replaces any field.

    Raises:
        InvalidArgumentError: an option has a value that the service would misunderstand.
    """
    body: _Body = {"model": model, "messages": convert_messages(messages, quirks), **quirks.body}
    if stream:
        body["stream"] = True
    stream_options = dict(options.get("stream_options") or {})
    if stream and (quirks.needs_stream_options or stream_options):
        body["stream_options"] = (
            {"include_usage": True, **stream_options} if quirks.needs_stream_options else stream_options
        )
    for name, value in options.items():
        if value is not None and name not in _NOT_FIELDS and name not in quirks.non_body_options:
            add_option = _CONVERTED_OPTIONS.get(name)
            if add_option is None:
                body[quirks.field_names.get(name, name)] = value
            else:
                add_option(body, value, quirks)
    body.update(options.get("extra_body") or {})
    return body


def _add_max_tokens(body: _Body, value: int, quirks: Quirks) -> None:
    is_reasoning_model = quirks.reasoning_models and re.match(quirks.reasoning_models, str(body["model"]))
    field = "max_completion_tokens" if is_reasoning_model else quirks.max_tokens or "max_tokens"
    _add_token_limit(body, field, value)


def _add_max_completion_tokens(body: _Body, value: int, quirks: Quirks) -> None:
    _add_token_limit(body, quirks.max_tokens or "max_completion_tokens", value)


def _add_token_limit(body: _Body, field: str, value: int) -> None:
    if "max_tokens" in body or "max_completion_tokens" in body:
        raise InvalidArgumentError(
            "max_tokens",
            "`max_tokens` and `max_completion_tokens` were given, which are the same.",
            hint="Pass one of them.",
        )
    body[field] = value


def _add_stop(body: _Body, value: Any, _quirks: Quirks) -> None:
    openai_options.parse_stop(value)
    body["stop"] = value


def _add_tool_choice(body: _Body, value: Any, _quirks: Quirks) -> None:
    openai_options.parse_tool_choice(value)
    body["tool_choice"] = value


def _add_response_format(body: _Body, value: Any, quirks: Quirks) -> None:
    response_format = openai_options.parse_response_format(value)
    if quirks.has_json_schema or response_format is None or response_format.schema is None:
        body["response_format"] = value
        return
    body["response_format"] = {"type": "json_object"}
    body["messages"] = add_instruction(
        body["messages"],
        f"Answer with a JSON object that fits this JSON schema: {json.dumps(response_format.schema)}",
    )


def _add_reasoning_effort(body: _Body, value: str, quirks: Quirks) -> None:
    """Add the effort; a service that can only turn reasoning on or off gets "on" for all but "none"."""
    is_on = value != "none"
    if quirks.reasoning == "reasoning":  # OpenRouter
        body["reasoning"] = {"effort": value}
    elif quirks.reasoning == "thinking" or (quirks.reasoning == "thinking, reasoning_effort" and not is_on):
        body["thinking"] = {"type": "enabled" if is_on else "disabled"}  # Zhipu, Moonshot; DeepSeek
    elif quirks.reasoning == "enable_thinking":  # DashScope, SiliconFlow
        body["enable_thinking"] = is_on
    else:
        body["reasoning_effort"] = value


_CONVERTED_OPTIONS: dict[str, Callable[[_Body, Any, Quirks], None]] = {
    "max_tokens": _add_max_tokens,
    "max_completion_tokens": _add_max_completion_tokens,
    "stop": _add_stop,
    "tool_choice": _add_tool_choice,
    "response_format": _add_response_format,
    "reasoning_effort": _add_reasoning_effort,
}
"""Options that are checked, or sent in another form."""

_NOT_FIELDS = frozenset({*CONNECTION_OPTIONS, "stream_options", "extra_body"})
