"""The JSON body of a request to the Responses API.

Wire facts: OpenAI's API reference, "Create a model response", and its guide "Migrate to the Responses API".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict, get_type_hints

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.options import CONNECTION_OPTIONS, Options
from g4f_lite_providers._responses.input import convert_messages
from g4f_lite_providers._shared import openai_options

__all__ = ["RESPONSES_OPTIONS", "chat_body", "select_api"]

_Body = dict[str, Any]


class ResponsesOptions(TypedDict, total=False):
    """The options that only the Responses API has, and `api`, which selects it."""

    api: Literal["chat", "responses"]
    include: list[str]
    max_tool_calls: int
    previous_response_id: str
    reasoning_summary: Literal["auto", "concise", "detailed"]
    truncation: Literal["auto", "disabled"]


RESPONSES_OPTIONS: Options = get_type_hints(ResponsesOptions)

_INCLUDE_REASONING, _INCLUDE_LOGPROBS = "reasoning.encrypted_content", "message.output_text.logprobs"


def select_api(options: Mapping[str, Any]) -> str:
    """Return the API that a call is for: ``"chat"`` or ``"responses"``.

    Raises:
        InvalidArgumentError: `api` is neither of them, or the chat API does not have one of the options.
    """
    api = options.get("api") or "chat"
    if api not in ("chat", "responses"):
        raise InvalidArgumentError(
            "api", f'`api` has to be "chat" or "responses", not {str(api)[:40]!r}.', hint="Correct it."
        )
    for name in RESPONSES_OPTIONS if api == "chat" else ():
        if name != "api" and options.get(name) is not None:
            raise InvalidArgumentError(
                name,
                f"The chat API has no option {name!r}; the Responses API has.",
                hint='Pass api="responses", or leave the option out.',
            )
    return str(api)


def chat_body(
    model: str, messages: Sequence[Message], options: Options, *, stream: bool, reasoning_models: str = ""
) -> _Body:
    """Return the body of a request for an answer; `extra_body` replaces any field.

    `reasoning_models` is a pattern of the models that reason. Only those have encrypted reasoning, and the
    service refuses a request that asks any other model for it.

    Raises:
        InvalidArgumentError: the API does not have an option, or would misunderstand its value.
    """
    body: _Body = {"model": model, "input": convert_messages(messages)}
    if stream:
        body["stream"] = True
    # The whole conversation is sent each time, so the service needs to store nothing. By default it stores
    # every answer for a month.
    body["store"] = False
    for name, value in options.items():
        if value is not None and name not in _NOT_FIELDS:
            add_option = _CONVERTED_OPTIONS.get(name)
            if add_option is not None:
                add_option(body, value)
            elif name in _UNCHANGED_OPTIONS:
                body[name] = value
            else:
                raise _unknown_option_error(name)
    _add_include(body, options, reasoning_models)
    body.update(options.get("extra_body") or {})
    return body


def _unknown_option_error(name: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        name,
        f"The Responses API has no option {name!r}.",
        hint=_REPLACEMENT_HINTS.get(name) or f'Leave it out, or ask with api="chat", which has {name!r}.',
    )


def _add_include(body: _Body, options: Options, reasoning_models: str) -> None:
    """Request reasoning that can be sent back, and log probabilities, which are sent on request only."""
    include: list[str] = list(options.get("include") or [])
    model = str(body["model"])
    is_reasoning_model = bool(reasoning_models and re.match(reasoning_models, model)) and "-chat" not in model
    has_reasoning_option = options.get("reasoning_effort") not in (None, "none") or options.get(
        "reasoning_summary"
    )
    if body["store"] is False and (is_reasoning_model or has_reasoning_option):
        include.append(_INCLUDE_REASONING)
    if options.get("logprobs") or options.get("top_logprobs"):
        include.append(_INCLUDE_LOGPROBS)
    if include:
        body["include"] = list(dict.fromkeys(include))


# --- options in another form ----------------------------------------------------------------------


def _add_token_limit(body: _Body, value: int) -> None:
    if "max_output_tokens" in body:
        raise InvalidArgumentError(
            "max_tokens",
            "`max_tokens` and `max_completion_tokens` were given, which are the same.",
            hint="Pass one of them.",
        )
    body["max_output_tokens"] = value


def _check_n(_body: _Body, value: int) -> None:
    if value != 1:
        raise _unknown_option_error("n")


def _add_tools(body: _Body, value: Sequence[Any]) -> None:
    body["tools"] = [_convert_tool(index, tool) for index, tool in enumerate(value)]


def _convert_tool(index: int, tool: Any) -> Any:
    """Return a function in the API's flat shape. Flat functions and the API's own tools stay unchanged."""
    if isinstance(tool, Mapping) and tool.get("type") == "function" and isinstance(tool.get("name"), str):
        return tool
    function = openai_options.function_of_tool(index, tool)
    if function is None:
        return tool
    # The default of this API is the opposite of the chat API's: it would rewrite the schema.
    strict = bool(function.get("strict"))
    return {"type": "function", "parameters": None, **function, "strict": strict}


def _add_tool_choice(body: _Body, value: Any) -> None:
    if isinstance(value, Mapping) and "function" not in value and isinstance(value.get("type"), str):
        body["tool_choice"] = value  # The API's own shape.
        return
    tool_choice = openai_options.parse_tool_choice(value)
    if tool_choice is not None:
        name = tool_choice.name
        body["tool_choice"] = {"type": "function", "name": name} if name else tool_choice.mode


def _add_response_format(body: _Body, value: Any) -> None:
    openai_options.parse_response_format(value)
    text_format = {"type": value["type"]}
    if value["type"] == "json_schema":
        text_format |= {"name": "answer", **value.get("json_schema")}
    body.setdefault("text", {})["format"] = text_format


def _add_verbosity(body: _Body, value: str) -> None:
    body.setdefault("text", {})["verbosity"] = value


def _add_reasoning_effort(body: _Body, value: str) -> None:
    body.setdefault("reasoning", {})["effort"] = value


def _add_reasoning_summary(body: _Body, value: str) -> None:
    body.setdefault("reasoning", {})["summary"] = value


def _add_stream_options(body: _Body, value: Mapping[str, Any]) -> None:
    """Add the stream options that the API has; it sends the usage without being asked."""
    unknown = [name for name in value if name not in ("include_usage", "include_obfuscation")]
    if unknown:
        raise InvalidArgumentError(
            "stream_options",
            f"The Responses API has no stream option {str(unknown[0])[:40]!r}.",
            hint="It has `include_obfuscation`.",
        )
    if "include_obfuscation" in value and body.get("stream"):
        body["stream_options"] = {"include_obfuscation": value["include_obfuscation"]}


_CONVERTED_OPTIONS: dict[str, Callable[[_Body, Any], None]] = {
    "max_tokens": _add_token_limit,
    "max_completion_tokens": _add_token_limit,
    "n": _check_n,
    "tools": _add_tools,
    "tool_choice": _add_tool_choice,
    "response_format": _add_response_format,
    "verbosity": _add_verbosity,
    "reasoning_effort": _add_reasoning_effort,
    "reasoning_summary": _add_reasoning_summary,
    "stream_options": _add_stream_options,
}
"""Options that are checked, or sent in another form."""

_UNCHANGED_OPTIONS = frozenset(
    {
        "max_tool_calls",
        "metadata",
        "parallel_tool_calls",
        "previous_response_id",
        "service_tier",
        "store",
        "temperature",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
    }
)

_NOT_FIELDS = frozenset({*CONNECTION_OPTIONS, "api", "include", "logprobs", "extra_body"})
"""Options that are not fields of the body, or only together with others."""

_REPLACEMENT_HINTS = {
    "web_search_options": 'Pass tools=[{"type": "web_search"}].',
}
"""Hints for options of the chat API that this API replaces with something else."""
