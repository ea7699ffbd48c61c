"""Chat messages and options as fields of Ollama's native API, and the address of the server."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite.kit import http
from g4f_lite_providers._shared.data_urls import parse_data_url
from g4f_lite_providers._shared.json_values import load_json_object, without_none

__all__ = [
    "chat_body",
    "format_field",
    "options_field",
    "resolve_base_url",
    "think_field",
    "tools_field",
]

_HOST_VARIABLE = "OLLAMA_HOST"
_DEFAULT_PORT = 11434
_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - nothing listens here
"""The loopback address to call where the variable means every interface."""
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?")

_THINK_LEVELS: dict[str, bool | str] = {
    "none": False,
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "max",
    "max": "max",
}
"""The values of `think` for those of `reasoning_effort`, as Ollama's own OpenAI endpoint reads it."""


# --- the address of the server -----------------------------------------------------------------


def resolve_base_url(base_url: str | None) -> str:
    """Return the checked URL of the server: `base_url`, else that of ``OLLAMA_HOST``, else the default.

    Raises:
        InvalidArgumentError: the one that counts is not a URL.
    """
    if base_url is not None:
        return http.check_url("base_url", base_url)
    return http.check_url(_HOST_VARIABLE, _host_url(os.environ.get(_HOST_VARIABLE, "").strip()))


def _host_url(host: str) -> str:
    """Return the URL for a value of ``OLLAMA_HOST``, as the official clients read it.

    The variable also tells a server where to listen. If it means every interface, the URL is that of the
    loopback interface.
    """
    scheme, separator, rest = host.partition("://")
    if not separator:
        scheme, rest = "http", host
        if host == "ollama.com":
            return "https://ollama.com"
    authority, slash, path = rest.partition("/")
    if authority.count(":") > 1 and not set(authority) & set("[@"):  # an IPv6 address without brackets
        authority = f"[{authority}]"
    match = _AUTHORITY.fullmatch(authority)
    if match is None:  # It has a login, or is not an address: `check_url` will report the problem.
        return host
    name = _LOOPBACK.get(match["host"], match["host"])
    port = match["port"] or ("" if separator else str(_DEFAULT_PORT))
    return f"{scheme}://{name}{':' + port if port else ''}{slash}{path}"


# --- the body ----------------------------------------------------------------------------------


def chat_body(model: str, messages: Sequence[Message], stream: bool, **fields: Any) -> dict[str, Any]:
    """Return the body of a request to `/api/chat`, with those of `fields` that are not None.

    Raises:
        InvalidMessageError: a message has a part that Ollama does not take.
    """
    return {
        "model": model,
        "messages": _convert_messages(messages),
        "stream": stream,
        **without_none(**fields),
    }


def options_field(options: Mapping[str, Any] | None, **values: Any) -> dict[str, Any] | None:
    """Return Ollama's `options`: those of the caller, replaced by those of `values` that are not None."""
    return {**(options or {}), **without_none(**values)} or None


def tools_field(tools: list[dict[str, Any]] | None, tool_choice: object) -> list[dict[str, Any]] | None:
    """Return the tools to send.

    Raises:
        InvalidArgumentError: Ollama cannot enforce `tool_choice`.
    """
    if tool_choice in (None, "auto"):
        return tools or None
    if tool_choice == "none":
        return None
    raise InvalidArgumentError(
        "tool_choice",
        'Ollama cannot make a model use a tool: `tool_choice` has to be "auto" or "none".',
        hint="Leave it out, and say in the system message that the tool is to be used.",
    )


def format_field(response_format: Mapping[str, Any] | None) -> Any:
    """Return Ollama's `format` for OpenAI's `response_format`.

    Raises:
        InvalidArgumentError: `response_format` is none of OpenAI's three.
    """
    kind = (response_format or {"type": "text"}).get("type")
    if kind == "text":
        return None
    if kind == "json_object":
        return "json"
    json_schema = (response_format or {}).get("json_schema")
    if (
        kind == "json_schema"
        and isinstance(json_schema, dict)
        and isinstance(json_schema.get("schema"), dict)
    ):
        return json_schema["schema"]
    raise InvalidArgumentError(
        "response_format",
        '`response_format` has to be {"type": "text"}, {"type": "json_object"} or '
        '{"type": "json_schema", "json_schema": {"name": ..., "schema": {...}}}.',
        hint="Correct it.",
    )


def think_field(think: bool | str | None, reasoning_effort: str | None) -> bool | str | None:
    """Return Ollama's `think`.

    Raises:
        InvalidArgumentError: both options are given, or the effort is unknown.
    """
    if reasoning_effort is None:
        return think
    if think is not None or reasoning_effort not in _THINK_LEVELS:
        raise InvalidArgumentError(
            "reasoning_effort",
            "`think` and `reasoning_effort` say the same, and both are given."
            if think is not None
            else f"`reasoning_effort` has to be one of {', '.join(_THINK_LEVELS)}.",
            hint="Pass one of the two.",
        )
    return _THINK_LEVELS[reasoning_effort]


# --- messages ----------------------------------------------------------------------------------


def _convert_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    tool_names: dict[str, str] = {}  # by the identifiers of the tool calls
    return [_convert_message(index, message, tool_names) for index, message in enumerate(messages)]


def _convert_message(index: int, message: Message, tool_names: dict[str, str]) -> dict[str, Any]:
    role = "system" if message["role"] == "developer" else message["role"]
    text, media = _convert_content(index, message["content"] or message.get("refusal"))
    converted: dict[str, Any] = {"role": role, "content": text}
    if media:
        converted["images"] = media
    if thinking := "".join(block["text"] for block in message.get("reasoning") or ()):
        converted["thinking"] = thinking
    if calls := message.get("tool_calls"):
        tool_names.update({call["id"]: call["function"]["name"] for call in calls})
        converted["tool_calls"] = [
            _convert_tool_call(index, call_index, call) for call_index, call in enumerate(calls)
        ]
    if role == "tool":
        identifier = message.get("tool_call_id", "")
        name = message.get("name") or tool_names.get(identifier)
        converted |= without_none(tool_name=name, tool_call_id=identifier or None)
    return converted


def _convert_content(index: int, content: Any) -> tuple[str, list[str]]:
    """Return the text, and the images and sounds as base64. Ollama has one field, `images`, for both."""
    if isinstance(content, str) or content is None:
        return content or "", []
    texts, media = [], []
    for part_index, part in enumerate(content):
        if part["type"] in ("text", "refusal"):
            texts.append(part[part["type"]])
        else:
            media.append(_media_base64(index, part_index, part))
    return "\n".join(texts), media


def _media_base64(index: int, part_index: int, part: Mapping[str, Any]) -> str:
    if part["type"] == "input_audio":
        audio: str = part["input_audio"]["data"]
        return audio
    location = f"messages[{index}]['content'][{part_index}]"
    if part["type"] != "image_url":
        raise InvalidMessageError(
            index,
            f"{location} is a part of the type {part['type']!r}; Ollama takes text, pictures and sounds.",
            hint="Put what the file says into the text.",
        )
    data = parse_data_url(part["image_url"]["url"])
    if data is None:
        raise InvalidMessageError(
            index,
            f"{location} is the URL of a picture, and Ollama does not fetch pictures.",
            hint="Pass the picture itself: its path, its bytes, or a data: URL.",
        )
    return data.base64


def _convert_tool_call(index: int, call_index: int, call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    arguments = load_json_object(function["arguments"] or "{}")
    if arguments is None:
        raise InvalidMessageError(
            index,
            f"messages[{index}]['tool_calls'][{call_index}] has arguments that are no JSON object, "
            "which Ollama needs them to be.",
            hint="Correct them, or leave this call and its result out.",
        )
    return {"id": call["id"], "function": {"name": function["name"], "arguments": arguments}}
