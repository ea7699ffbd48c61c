"""Chat messages as `systemInstruction` and `contents` of the Gemini API."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError
from g4f_lite_providers._shared.block_order import arrange_blocks, unpack_order
from g4f_lite_providers._shared.data_urls import parse_data_url
from g4f_lite_providers._shared.json_values import load_json_object
from g4f_lite_providers._shared.openai_options import parse_arguments

__all__ = ["ORDER_PREFIX", "THOUGHT_PREFIX", "ConversationFields", "convert_messages"]

THOUGHT_PREFIX = "gemini:thought:"
"""The beginning of the signature of a thought. A signature of another service is not sent to this one."""

ORDER_PREFIX = "gemini:order:"
"""The beginning of the signature that holds the order of the parts, and in it the signatures of text."""

_MISSING_SIGNATURE = "skip_thought_signature_validator"
"""The signature that the service's page "Thought Signatures" proposes for function calls of another model."""

_AUDIO_SUBTYPES = {"m4a": "mp4", "pcm16": "pcm"}
"""The MIME subtypes of audio formats that have another name."""

_Part = dict[str, Any]


class ConversationFields(NamedTuple):
    """The fields of a request that hold the conversation.

    Attributes:
        system_instruction: None without system messages.
        contents: the turns of the user and the model.
    """

    system_instruction: dict[str, Any] | None
    contents: list[dict[str, Any]]


def convert_messages(messages: Sequence[Message], *, needs_signature: bool = True) -> ConversationFields:
    """Return the messages in the shape of the Gemini API.

    System messages become the one system instruction, in their order. Consecutive results of tools become one
    turn, because the service needs as many results as there were function calls.

    Args:
        messages: the messages, as the core has checked them.
        needs_signature: whether the model needs a signature with function calls; a call without one then gets
            `_MISSING_SIGNATURE`.

    Raises:
        InvalidMessageError: a message cannot be sent to the service, or there is no turn.
    """
    system_parts: list[_Part] = []
    contents: list[dict[str, Any]] = []
    names: dict[str, str] = {}  # of the functions, by the identifiers of their calls
    result_parts: list[_Part] | None = None
    for index, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            if result_parts is None:
                result_parts = []
                contents.append({"role": "user", "parts": result_parts})
            result_parts.append(_function_response(index, message, names))
            continue
        result_parts = None
        if role in ("system", "developer"):
            system_parts += _convert_content(index, message["content"])
        elif role == "assistant":
            parts = _model_parts(index, message, names, needs_signature=needs_signature)
            contents.append({"role": "model", "parts": parts})
        else:
            contents.append({"role": "user", "parts": list(_convert_content(index, message["content"]))})
    if not contents:
        raise InvalidMessageError(
            None,
            "`messages` has system messages only, and this service needs something to answer.",
            hint='Add a message with the role "user".',
        )
    return ConversationFields({"parts": system_parts} if system_parts else None, contents)


# --- each role --------------------------------------------------------------------------------


def _model_parts(
    index: int, message: Message, names: dict[str, str], *, needs_signature: bool
) -> list[_Part]:
    """Return the parts of an assistant's message in their original order, else thoughts, text, calls."""
    thoughts = list(_thought_parts(message))
    calls = list(_function_calls(message, names, needs_signature=needs_signature))
    text = message.get("content") or ""
    parts = arrange_blocks(
        unpack_order(ORDER_PREFIX, message), reasoning=thoughts, text=text, tool_calls=calls, text_block={}
    )
    if parts is not None:
        return parts
    content = text or message.get("refusal") or ""
    text_parts = [part for part in _convert_content(index, content) if part != {"text": ""}]
    if not (thoughts or text_parts or calls):
        text_parts.append({"text": ""})  # A turn needs a part.
    return [*thoughts, *text_parts, *calls]


def _thought_parts(message: Message) -> Iterator[_Part]:
    for reasoning in message.get("reasoning") or ():
        signature = reasoning.get("signature") or ""
        if signature.startswith(THOUGHT_PREFIX):
            yield {
                "text": reasoning.get("text") or "",
                "thought": True,
                "thoughtSignature": signature[len(THOUGHT_PREFIX) :],
            }


def _function_calls(message: Message, names: dict[str, str], *, needs_signature: bool) -> Iterator[_Part]:
    calls = message.get("tool_calls") or ()
    # Of parallel calls, only the first has a signature.
    is_signature_missing = needs_signature and not any(map(_thought_signature, calls))
    for number, call in enumerate(calls):
        function = call["function"]
        names[call["id"]] = function["name"]
        arguments = parse_arguments(function.get("arguments") or "")
        part: _Part = {"functionCall": {"id": call["id"], "name": function["name"], "args": arguments}}
        signature = _thought_signature(call) or (
            _MISSING_SIGNATURE if is_signature_missing and number == 0 else None
        )
        if signature:
            part["thoughtSignature"] = signature
        yield part


def _thought_signature(call: dict[str, Any]) -> str | None:
    """Return the signature of a call. It is base64; one with a colon is another service's."""
    signature: str | None = call.get("signature")
    return signature if signature and ":" not in signature else None


def _function_response(index: int, message: Message, names: dict[str, str]) -> _Part:
    identifier = message["tool_call_id"]
    name = names.get(identifier) or message.get("name")
    if not name:
        raise InvalidMessageError(
            index,
            f"messages[{index}]['tool_call_id'] is {identifier!r}, and no call before it has this id.",
            hint="Put the assistant's message with the call in front of it: the service wants the tool's name.",
        )
    text = "".join(part.get("text", "") for part in _convert_content(index, message["content"] or ""))
    return {
        "functionResponse": {
            "id": identifier,
            "name": name,
            "response": _response_object(text, is_error=bool(message.get("is_error"))),
        }
    }


def _response_object(text: str, *, is_error: bool) -> dict[str, Any]:
    if is_error:
        return {"error": text}
    response = load_json_object(text)
    return {"output": text} if response is None else response


# --- parts ------------------------------------------------------------------------------------


def _convert_content(index: int, content: str | list[dict[str, Any]]) -> Iterator[_Part]:
    if isinstance(content, str):
        yield {"text": content}
        return
    for part_index, part in enumerate(content):
        kind = part["type"]
        if kind in ("text", "refusal"):
            yield {"text": part[kind]}
        elif kind == "image_url":
            yield _data_part(part["image_url"]["url"])
        elif kind == "input_audio":
            audio = part["input_audio"]
            subtype = _AUDIO_SUBTYPES.get(audio["format"], audio["format"])
            yield {"inlineData": {"mimeType": f"audio/{subtype}", "data": audio["data"]}}
        elif kind == "file":
            file = part["file"]
            yield _data_part(file.get("file_data") or file.get("file_url") or file.get("file_id") or "")
        else:
            raise InvalidMessageError(
                index,
                f"messages[{index}]['content'][{part_index}] has the type {kind!r}.",
                hint="Pass text, images, audio or files.",
            )


def _data_part(url: str) -> _Part:
    """Return a part with the data of a data URL, or with any other URL."""
    data = parse_data_url(url)
    if data is not None:
        return {"inlineData": {"mimeType": data.mime_type, "data": data.base64}}
    import mimetypes

    mime_type = mimetypes.guess_type(urlsplit(url).path)[0]
    return {"fileData": {"fileUri": url, **({"mimeType": mime_type} if mime_type else {})}}
