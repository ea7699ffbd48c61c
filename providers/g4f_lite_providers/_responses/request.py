"""A request to the Responses API as its JSON body.

Wire facts: OpenAI's API reference, "Create a model response", and its guide "Migrate to the Responses API".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict, get_type_hints

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.options import CONNECTION, Options
from g4f_lite_providers._responses.input import input_items
from g4f_lite_providers._shared import openai_options as _openai_values

__all__ = ["RESPONSES", "chosen_api", "responses_body"]

_Body = dict[str, Any]


class ResponsesOptions(TypedDict, total=False):
    """What only the Responses API is asked with, beside `api`, which chooses it."""

    api: Literal["chat", "responses"]
    include: list[str]
    max_tool_calls: int
    previous_response_id: str
    reasoning_summary: Literal["auto", "concise", "detailed"]
    truncation: Literal["auto", "disabled"]


RESPONSES: Options = get_type_hints(ResponsesOptions)

_ENCRYPTED, _LOGPROBS = "reasoning.encrypted_content", "message.output_text.logprobs"


def chosen_api(options: Mapping[str, Any]) -> str:
    """Return which of the two APIs a call is for.

    Raises:
        InvalidArgumentError: neither of them, or an option is given that only the other one has.
    """
    api = options.get("api") or "chat"
    if api not in ("chat", "responses"):
        raise InvalidArgumentError(
            "api", f'`api` has to be "chat" or "responses", not {str(api)[:40]!r}.', hint="Correct it."
        )
    for name in RESPONSES if api == "chat" else ():
        if name != "api" and options.get(name) is not None:
            raise InvalidArgumentError(
                name,
                f"The chat API has no option {name!r}; the Responses API has.",
                hint='Pass api="responses", or leave the option out.',
            )
    return str(api)


def responses_body(
    model: str, messages: Sequence[Message], options: Options, *, stream: bool, reasoners: str = ""
) -> _Body:
    """Return the body: the options under the API's names; `extra_body` has the last word.

    `reasoners` is a pattern of the models that reason: only those know encrypted reasoning, and the service
    refuses a request that asks any other for it.

    Raises:
        InvalidArgumentError: an option is none of the API's, or has a value that it would misunderstand.
    """
    body: _Body = {"model": model, "input": input_items(messages)}
    if stream:
        body["stream"] = True
    # The conversation is sent whole each time, so nothing of it has to stay at the service, which without
    # this keeps every answer for a month.
    body["store"] = False
    for name, value in options.items():
        if value is not None and name not in _ELSEWHERE:
            add = _WORDED.get(name)
            if add is not None:
                add(body, value)
            elif name in _PLAIN:
                body[name] = value
            else:
                raise _unknown(name)
    _include(body, options, reasoners)
    body.update(options.get("extra_body") or {})
    return body


def _unknown(name: str) -> InvalidArgumentError:
    instead = _INSTEAD.get(name)
    return InvalidArgumentError(
        name,
        f"The Responses API has no option {name!r}.",
        hint=instead or f'Leave it out, or ask with api="chat", which has {name!r}.',
    )


def _include(body: _Body, options: Options, reasoners: str) -> None:
    """Ask for what the service sends on demand only: reasoning that can go back to it, and probabilities."""
    wanted: list[str] = list(options.get("include") or [])
    model = str(body["model"])
    reasons = bool(reasoners and re.match(reasoners, model)) and "-chat" not in model
    told = options.get("reasoning_effort") not in (None, "none") or options.get("reasoning_summary")
    if body["store"] is False and (reasons or told):
        wanted.append(_ENCRYPTED)
    if options.get("logprobs") or options.get("top_logprobs"):
        wanted.append(_LOGPROBS)
    if wanted:
        body["include"] = list(dict.fromkeys(wanted))


# --- options in other words -----------------------------------------------------------------------


def _most_tokens(body: _Body, value: int) -> None:
    if "max_output_tokens" in body:
        raise InvalidArgumentError(
            "max_tokens",
            "`max_tokens` and `max_completion_tokens` were given, which are the same.",
            hint="Pass one of them.",
        )
    body["max_output_tokens"] = value


def _one(_body: _Body, value: int) -> None:
    if value != 1:
        raise _unknown("n")


def _tools(body: _Body, value: Sequence[Any]) -> None:
    body["tools"] = [_tool(place, tool) for place, tool in enumerate(value)]


def _tool(place: int, tool: Any) -> Any:
    """Return a function in the API's flat shape; its own tools, and functions that are flat already, stay."""
    if isinstance(tool, Mapping) and tool.get("type") == "function" and isinstance(tool.get("name"), str):
        return tool
    function = _openai_values.function_of(place, tool)
    if function is None:
        return tool
    # Said, since it is the other way round here: without it the service would rewrite the schema.
    strict = bool(function.get("strict"))
    return {"type": "function", "parameters": None, **function, "strict": strict}


def _tool_choice(body: _Body, value: Any) -> None:
    if isinstance(value, Mapping) and "function" not in value and isinstance(value.get("type"), str):
        body["tool_choice"] = value  # in the API's own shape
        return
    mode = _openai_values.mode_of(value)
    if mode is not None:
        body["tool_choice"] = {"type": "function", "name": mode.name} if mode.name else mode.kind


def _response_format(body: _Body, value: Any) -> None:
    _openai_values.format_of(value)
    named = value.get("json_schema")
    form = {"type": value["type"]}
    if value["type"] == "json_schema":
        form |= {"name": "answer", **named}
    body.setdefault("text", {})["format"] = form


def _verbosity(body: _Body, value: str) -> None:
    body.setdefault("text", {})["verbosity"] = value


def _effort(body: _Body, value: str) -> None:
    body.setdefault("reasoning", {})["effort"] = value


def _summary(body: _Body, value: str) -> None:
    body.setdefault("reasoning", {})["summary"] = value


def _stream_options(body: _Body, value: Mapping[str, Any]) -> None:
    """Keep what the API knows; the usage, which the chat API has to be asked for, always comes here."""
    unknown = [name for name in value if name not in ("include_usage", "include_obfuscation")]
    if unknown:
        raise InvalidArgumentError(
            "stream_options",
            f"The Responses API has no stream option {str(unknown[0])[:40]!r}.",
            hint="It has `include_obfuscation`.",
        )
    if "include_obfuscation" in value and body.get("stream"):
        body["stream_options"] = {"include_obfuscation": value["include_obfuscation"]}


_WORDED: dict[str, Callable[[_Body, Any], None]] = {
    "max_tokens": _most_tokens,
    "max_completion_tokens": _most_tokens,
    "n": _one,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "response_format": _response_format,
    "verbosity": _verbosity,
    "reasoning_effort": _effort,
    "reasoning_summary": _summary,
    "stream_options": _stream_options,
}
"""Options that are not just sent under their own names."""

_PLAIN = frozenset(
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

_ELSEWHERE = frozenset({*CONNECTION, "api", "include", "logprobs", "extra_body"})
"""Options that are no part of the body, or only with others."""

_INSTEAD = {
    "web_search_options": 'Pass tools=[{"type": "web_search"}].',
}
"""What an option of the chat API is called here, where it is another thing altogether."""
