"""Chat messages and options, as Ollama's native API takes them."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite.kit import http
from g4f_lite_providers._shared import data_urls as _data_urls

__all__ = ["answer_format", "base_url", "chat", "chosen_tools", "given", "options", "thinking"]

_HOST_VARIABLE = "OLLAMA_HOST"
_PORT = 11434
_HERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - what a server listens on
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?")

_LEVELS: dict[str, bool | str] = {
    "none": False,
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "max",
    "max": "max",
}
"""As Ollama's own OpenAI endpoint reads `reasoning_effort`."""


def given(**values: Any) -> dict[str, Any]:
    """Return those that are not None."""
    return {name: value for name, value in values.items() if value is not None}


# --- where to ----------------------------------------------------------------------------------


def base_url(url: str | None) -> str:
    """Return the server's URL: the one given, else what ``OLLAMA_HOST`` says, else the usual one."""
    if url is not None:
        return http.check_url("base_url", url)
    return http.check_url(_HOST_VARIABLE, _host_url(os.environ.get(_HOST_VARIABLE, "").strip()))


def _host_url(host: str) -> str:
    """Return the URL that a value of ``OLLAMA_HOST`` stands for, as the official clients read it.

    The variable also tells a server where to listen; an address that means every interface is asked at
    this machine's own.
    """
    scheme, mark, rest = host.partition("://")
    if not mark:
        scheme, rest = "http", host
        if host == "ollama.com":
            return "https://ollama.com"
    authority, slash, path = rest.partition("/")
    if authority.count(":") > 1 and not set(authority) & set("[@"):  # a bare IPv6 address
        authority = f"[{authority}]"
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:  # with a login, or no address at all: the check behind says what is wrong
        return host
    name = _HERE.get(parts["host"], parts["host"])
    port = parts["port"] or ("" if mark else str(_PORT))
    return f"{scheme}://{name}{':' + port if port else ''}{slash}{path}"


# --- what to say -------------------------------------------------------------------------------


def chat(model: str, messages: Sequence[Message], stream: bool, **values: Any) -> dict[str, Any]:
    """Return the body of `/api/chat`."""
    return {"model": model, "messages": _messages(messages), "stream": stream, **given(**values)}


def options(own: Mapping[str, Any] | None, **values: Any) -> dict[str, Any] | None:
    """Return Ollama's `options`: the caller's own, with those that have a name here put over them."""
    merged = {**(own or {}), **given(**values)}
    return merged or None


def chosen_tools(tools: list[dict[str, Any]] | None, choice: object) -> list[dict[str, Any]] | None:
    """Return the tools to send.

    Raises:
        InvalidArgumentError: a choice that Ollama has no way to enforce.
    """
    if choice in (None, "auto"):
        return tools or None
    if choice == "none":
        return None
    raise InvalidArgumentError(
        "tool_choice",
        'Ollama cannot make a model use a tool: `tool_choice` has to be "auto" or "none".',
        hint="Leave it out, and say in the system message that the tool is to be used.",
    )


def answer_format(response_format: Mapping[str, Any] | None) -> Any:
    """Return Ollama's `format` for OpenAI's `response_format`.

    Raises:
        InvalidArgumentError: it is none of the three that there are.
    """
    kind = (response_format or {"type": "text"}).get("type")
    if kind == "text":
        return None
    if kind == "json_object":
        return "json"
    inner = (response_format or {}).get("json_schema")
    if kind == "json_schema" and isinstance(inner, dict) and isinstance(inner.get("schema"), dict):
        return inner["schema"]
    raise InvalidArgumentError(
        "response_format",
        '`response_format` has to be {"type": "text"}, {"type": "json_object"} or '
        '{"type": "json_schema", "json_schema": {"name": ..., "schema": {...}}}.',
        hint="Correct it.",
    )


def thinking(think: bool | str | None, effort: str | None) -> bool | str | None:
    """Return Ollama's `think`.

    Raises:
        InvalidArgumentError: both are given, or the effort is no known word.
    """
    if effort is None:
        return think
    if think is not None or effort not in _LEVELS:
        raise InvalidArgumentError(
            "reasoning_effort",
            "`think` and `reasoning_effort` say the same, and both are given."
            if think is not None
            else f"`reasoning_effort` has to be one of {', '.join(_LEVELS)}.",
            hint="Pass one of the two.",
        )
    return _LEVELS[effort]


def _messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    names: dict[str, str] = {}  # of the tools, by the identifiers of their calls
    return [_message(place, message, names) for place, message in enumerate(messages)]


def _message(place: int, message: Message, names: dict[str, str]) -> dict[str, Any]:
    role = "system" if message["role"] == "developer" else message["role"]
    content, media = _content(place, message["content"] or message.get("refusal"))
    said: dict[str, Any] = {"role": role, "content": content}
    if media:
        said["images"] = media
    if thoughts := "".join(block["text"] for block in message.get("reasoning") or ()):
        said["thinking"] = thoughts
    if calls := message.get("tool_calls"):
        names.update({call["id"]: call["function"]["name"] for call in calls})
        said["tool_calls"] = [_call(place, number, call) for number, call in enumerate(calls)]
    if role == "tool":
        identifier = message.get("tool_call_id", "")
        name = message.get("name") or names.get(identifier)
        said |= given(tool_name=name, tool_call_id=identifier or None)
    return said


def _content(place: int, content: Any) -> tuple[str, list[str]]:
    """Return a message's text, and its pictures and sounds as base64, all of which Ollama calls images."""
    if isinstance(content, str) or content is None:
        return content or "", []
    texts, media = [], []
    for number, part in enumerate(content):
        if part["type"] in ("text", "refusal"):
            texts.append(part[part["type"]])
        else:
            media.append(_medium(place, number, part))
    return "\n".join(texts), media


def _medium(place: int, number: int, part: Mapping[str, Any]) -> str:
    if part["type"] == "input_audio":
        sound: str = part["input_audio"]["data"]
        return sound
    where = f"messages[{place}]['content'][{number}]"
    if part["type"] != "image_url":
        raise InvalidMessageError(
            place,
            f"{where} is a part of the type {part['type']!r}; Ollama takes text, pictures and sounds.",
            hint="Put what the file says into the text.",
        )
    data = _data_urls.split(part["image_url"]["url"])
    if data is None:
        raise InvalidMessageError(
            place,
            f"{where} is the URL of a picture, and Ollama does not fetch pictures.",
            hint="Pass the picture itself: its path, its bytes, or a data: URL.",
        )
    return data.base64


def _call(place: int, number: int, call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    try:
        arguments = json.loads(function["arguments"] or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise InvalidMessageError(
            place,
            f"messages[{place}]['tool_calls'][{number}] has arguments that are no JSON object, "
            "which Ollama needs them to be.",
            hint="Correct them, or leave this call and its result out.",
        )
    return {"id": call["id"], "function": {"name": function["name"], "arguments": arguments}}
