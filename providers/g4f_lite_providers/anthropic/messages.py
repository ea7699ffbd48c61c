"""Messages in OpenAI's shape as the Messages API's `system` and `messages`."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError
from g4f_lite_providers._shared import data_urls as _data_urls
from g4f_lite_providers._shared import openai_options as _openai_values
from g4f_lite_providers._shared.block_order import arranged, order_in

__all__ = ["ORDER", "REDACTED", "Conversation", "conversation_of"]

REDACTED = "redacted_thinking:"
"""What the signature of a block of reasoning begins with that the service has encrypted whole."""

ORDER = "anthropic:order:"
"""What the signature begins with that keeps the order of the blocks; the service's own are base64."""

_Block = dict[str, Any]


class Conversation(NamedTuple):
    """What of a request says what was said.

    Attributes:
        system: the system prompt, one text or text blocks; None: there is none.
        messages: the turns.
    """

    system: str | list[_Block] | None
    messages: list[dict[str, Any]]


def conversation_of(messages: Sequence[Message], *, system_in_place: bool = False) -> Conversation:
    """Translate the messages.

    System messages become the one system prompt, in their order; with `system_in_place`, those behind the
    first turn stay where they are. An assistant's message that is an answer of the service goes back as it
    came. The results of tools become a user's blocks. Neighbours of one role
    become one turn, as the service would make them.

    Raises:
        InvalidMessageError: a message has a part that the service does not take, or there is no turn.
    """
    system: list[_Block] = []
    turns: list[dict[str, Any]] = []
    for place, message in enumerate(messages):
        role = message["role"]
        if role in ("system", "developer"):
            blocks = list(_parts(place, message["content"]))
            if turns and system_in_place:
                _add(turns, "system", blocks)
            else:
                system += blocks
        elif role == "tool":
            _add(turns, "user", [_tool_result(place, message)])
        elif role == "assistant":
            _add(turns, "assistant", _assistant(place, message))
        else:
            _add(turns, "user", list(_parts(place, message["content"])))
    if not turns:
        raise InvalidMessageError(
            None,
            "`messages` has system messages only, and this service needs something to answer.",
            hint='Add a message with the role "user".',
        )
    for turn in turns:
        turn["content"] = _plain(turn["content"])
    return Conversation(_plain(system) if system else None, turns)


def _add(turns: list[dict[str, Any]], role: str, blocks: list[_Block]) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    else:
        turns.append({"role": role, "content": blocks})


def _plain(blocks: list[_Block]) -> str | list[_Block]:
    """Return a lone text as a string, the shorter way to say the same."""
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        text: str = blocks[0]["text"]
        return text
    return blocks


# --- each kind of message ---------------------------------------------------------------------


def _assistant(place: int, message: Message) -> list[_Block]:
    """Return an assistant's blocks: in the order in which they came, else thoughts, text, calls."""
    thoughts, calls = list(_thoughts(message)), list(_calls(message))
    text = message.get("content") or ""
    blocks = arranged(order_in(ORDER, message), thoughts, text, calls, {"type": "text"})
    if blocks is not None:
        return blocks
    spoken = _parts(place, text or message.get("refusal") or "")
    return [*thoughts, *(block for block in spoken if block.get("text") != ""), *calls]  # "": refused


def _thoughts(message: Message) -> Iterator[_Block]:
    for thought in message.get("reasoning") or ():
        signature = thought.get("signature")
        if not signature:  # the service refuses thinking without one
            continue
        if signature.startswith(REDACTED):
            yield {"type": "redacted_thinking", "data": signature[len(REDACTED) :]}
        elif ":" not in signature:  # which is base64; with a colon it is another service's
            yield {"type": "thinking", "thinking": thought.get("text") or "", "signature": signature}


def _calls(message: Message) -> Iterator[_Block]:
    for call in message.get("tool_calls") or ():
        function = call["function"]
        yield {
            "type": "tool_use",
            "id": call["id"],
            "name": function["name"],
            "input": _openai_values.arguments_of(function.get("arguments") or ""),
        }


def _tool_result(place: int, message: Message) -> _Block:
    block: _Block = {"type": "tool_result", "tool_use_id": message["tool_call_id"]}
    content = _plain(list(_parts(place, message["content"] or "")))
    if content:
        block["content"] = content
    if message.get("is_error"):
        block["is_error"] = True
    return block


# --- parts ------------------------------------------------------------------------------------


def _parts(place: int, content: str | list[dict[str, Any]]) -> Iterator[_Block]:
    if isinstance(content, str):
        yield {"type": "text", "text": content}
        return
    for number, part in enumerate(content):
        kind = part["type"]
        if kind in ("text", "refusal"):
            block = {"type": "text", "text": part[kind]}
        elif kind == "image_url":
            block = _image(part["image_url"]["url"])
        elif kind == "file":
            block = _file(place, number, part["file"])
        else:
            raise _refused(place, number, f"has the type {kind!r}", "Pass text, images or files.")
        if "cache_control" in part:
            block["cache_control"] = part["cache_control"]
        yield block


def _image(url: str) -> _Block:
    data = _data_urls.split(url)
    return {"type": "image", "source": {"type": "url", "url": url} if data is None else _base64(data)}


def _base64(data: _data_urls.Data) -> dict[str, str]:
    return {"type": "base64", "media_type": data.mime_type, "data": data.base64}


def _file(place: int, number: int, file: dict[str, Any]) -> _Block:
    if "file_id" in file:
        source = {"type": "file", "file_id": file["file_id"]}
    elif "file_url" in file:
        source = {"type": "url", "url": file["file_url"]}
    else:
        data = _data_urls.split(file["file_data"])
        if data is None:
            raise _refused(place, number, "holds no data URL", "Pass file_data as a data URL with its type.")
        if data.mime_type.startswith("image/"):
            return {"type": "image", "source": _base64(data)}
        source = _document(place, number, data)
    block: _Block = {"type": "document", "source": source}
    if file.get("filename"):
        block["title"] = file["filename"]
    return block


def _document(place: int, number: int, data: _data_urls.Data) -> dict[str, str]:
    if data.mime_type == "application/pdf":
        return _base64(data)
    if data.mime_type.startswith("text/") or data.mime_type == "application/json":
        text = _data_urls.text_of(data)
        if text is not None:
            return {"type": "text", "media_type": "text/plain", "data": text}
    raise _refused(
        place,
        number,
        f"is a file of the type {data.mime_type!r}",
        "The service takes PDF documents, text in UTF-8, and images.",
    )


def _refused(place: int, number: int, problem: str, hint: str) -> InvalidMessageError:
    return InvalidMessageError(place, f"messages[{place}]['content'][{number}] {problem}.", hint=hint)
