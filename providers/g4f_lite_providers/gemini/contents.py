"""Messages in OpenAI's shape as the Gemini API's `systemInstruction` and `contents`."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError
from g4f_lite_providers._shared import data_urls as _data_urls
from g4f_lite_providers._shared import openai_options as _openai_values
from g4f_lite_providers._shared.block_order import arranged, order_in

__all__ = ["OF_THOUGHT", "ORDER", "Conversation", "conversation_of"]

OF_THOUGHT = "gemini:thought:"
"""What the signature of a thought begins with here; another service's, which has none of these, stays away."""

ORDER = "gemini:order:"
"""What the signature begins with that keeps the order of the parts, and the signatures of text in it."""

_UNSIGNED = "skip_thought_signature_validator"
"""What the service's page "Thought Signatures" proposes for calls that another model made."""

_SOUNDS = {"m4a": "mp4", "pcm16": "pcm"}
"""Names of formats that are not those of the types."""

_Part = dict[str, Any]


class Conversation(NamedTuple):
    """What of a request says what was said.

    Attributes:
        system: the system instruction; None: there is none.
        contents: the turns.
    """

    system: dict[str, Any] | None
    contents: list[dict[str, Any]]


def conversation_of(messages: Sequence[Message], *, signed: bool = True) -> Conversation:
    """Translate the messages.

    System messages become the one system instruction, in their order. The results of tools that follow
    each other become one turn, since the service wants as many results as there were calls.

    Args:
        messages: as the boundary has checked them.
        signed: whether the model wants a signature with calls of tools; it is told where there is none.

    Raises:
        InvalidMessageError: a message is nothing that the service can be sent, or there is no turn.
    """
    system: list[_Part] = []
    contents: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    results: list[_Part] | None = None
    for place, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            if results is None:
                results = []
                contents.append({"role": "user", "parts": results})
            results.append(_result(place, message, names))
            continue
        results = None
        if role in ("system", "developer"):
            system += _parts(place, message["content"])
        elif role == "assistant":
            contents.append({"role": "model", "parts": _assistant(place, message, names, signed=signed)})
        else:
            contents.append({"role": "user", "parts": list(_parts(place, message["content"]))})
    if not contents:
        raise InvalidMessageError(
            None,
            "`messages` has system messages only, and this service needs something to answer.",
            hint='Add a message with the role "user".',
        )
    return Conversation({"parts": system} if system else None, contents)


# --- each kind of message ---------------------------------------------------------------------


def _assistant(place: int, message: Message, names: dict[str, str], *, signed: bool) -> list[_Part]:
    """Return an assistant's parts: in the order in which they came, else thoughts, text, calls."""
    thoughts, calls = list(_thoughts(message)), list(_calls(message, names, signed=signed))
    text = message.get("content") or ""
    parts = arranged(order_in(ORDER, message), thoughts, text, calls, {})
    if parts is not None:
        return parts
    spoken = [part for part in _parts(place, text or message.get("refusal") or "") if part != {"text": ""}]
    if not (thoughts or spoken or calls):
        spoken.append({"text": ""})  # a turn has to have a part
    return [*thoughts, *spoken, *calls]


def _thoughts(message: Message) -> Iterator[_Part]:
    for thought in message.get("reasoning") or ():
        signature = thought.get("signature") or ""
        if signature.startswith(OF_THOUGHT):
            yield {
                "text": thought.get("text") or "",
                "thought": True,
                "thoughtSignature": signature[len(OF_THOUGHT) :],
            }


def _calls(message: Message, names: dict[str, str], *, signed: bool) -> Iterator[_Part]:
    calls = message.get("tool_calls") or ()
    # Of calls made at once only the first is signed.
    unsigned = signed and not any(map(_signature, calls))
    for number, call in enumerate(calls):
        function = call["function"]
        names[call["id"]] = function["name"]
        arguments = _openai_values.arguments_of(function.get("arguments") or "")
        part: _Part = {"functionCall": {"id": call["id"], "name": function["name"], "args": arguments}}
        signature = _signature(call) or (_UNSIGNED if unsigned and number == 0 else None)
        if signature:
            part["thoughtSignature"] = signature
        yield part


def _signature(call: dict[str, Any]) -> str | None:
    """Return a call's signature, which is base64; with a colon in it, it is another service's."""
    signature: str | None = call.get("signature")
    return signature if signature and ":" not in signature else None


def _result(place: int, message: Message, names: dict[str, str]) -> _Part:
    ident = message["tool_call_id"]
    name = names.get(ident) or message.get("name")
    if not name:
        raise InvalidMessageError(
            place,
            f"messages[{place}]['tool_call_id'] is {ident!r}, and no call before it has this id.",
            hint="Put the assistant's message with the call in front of it: the service wants the tool's name.",
        )
    text = "".join(part.get("text", "") for part in _parts(place, message["content"] or ""))
    return {
        "functionResponse": {
            "id": ident,
            "name": name,
            "response": _response(text, bool(message.get("is_error"))),
        }
    }


def _response(text: str, is_error: bool) -> dict[str, Any]:
    if is_error:
        return {"error": text}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"output": text}


# --- parts ------------------------------------------------------------------------------------


def _parts(place: int, content: str | list[dict[str, Any]]) -> Iterator[_Part]:
    if isinstance(content, str):
        yield {"text": content}
        return
    for number, part in enumerate(content):
        kind = part["type"]
        if kind in ("text", "refusal"):
            yield {"text": part[kind]}
        elif kind == "image_url":
            yield _at(part["image_url"]["url"])
        elif kind == "input_audio":
            audio = part["input_audio"]
            kind = _SOUNDS.get(audio["format"], audio["format"])
            yield {"inlineData": {"mimeType": f"audio/{kind}", "data": audio["data"]}}
        elif kind == "file":
            file = part["file"]
            yield _at(file.get("file_data") or file.get("file_url") or file.get("file_id") or "")
        else:
            raise InvalidMessageError(
                place,
                f"messages[{place}]['content'][{number}] has the type {kind!r}.",
                hint="Pass text, images, audio or files.",
            )


def _at(url: str) -> _Part:
    """Return the part for what a data URL holds or another one points at."""
    data = _data_urls.split(url)
    if data is not None:
        return {"inlineData": {"mimeType": data.mime_type, "data": data.base64}}
    import mimetypes

    kind = mimetypes.guess_type(urlsplit(url).path)[0]
    return {"fileData": {"fileUri": url, **({"mimeType": kind} if kind else {})}}
