"""Chat messages as `system` and `messages` of the Messages API."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError
from g4f_lite_providers._shared import data_urls, openai_options
from g4f_lite_providers._shared.block_order import arrange_blocks, unpack_order

__all__ = ["ORDER_PREFIX", "REDACTED_PREFIX", "ConversationFields", "convert_messages"]

REDACTED_PREFIX = "redacted_thinking:"
"""The beginning of the signature of a reasoning block that the service has encrypted as a whole."""

ORDER_PREFIX = "anthropic:order:"
"""The beginning of the signature that holds the order of the blocks. The service's own signatures are base64."""

_Block = dict[str, Any]


class ConversationFields(NamedTuple):
    """The fields of a request that hold the conversation.

    Attributes:
        system: the system prompt as one text or as text blocks, or None without system messages.
        messages: the turns of the user and the assistant.
    """

    system: str | list[_Block] | None
    messages: list[dict[str, Any]]


def convert_messages(messages: Sequence[Message], *, system_in_place: bool = False) -> ConversationFields:
    """Return the messages in the shape of the Messages API.

    System messages become the one system prompt, in their order; with `system_in_place`, those after the first
    turn stay where they are. An assistant's message that is an answer of the service is sent back as it was
    received. The results of tools become blocks of the user. Consecutive messages of one role become one turn,
    as the service would make them.

    Raises:
        InvalidMessageError: a message has a part that the service does not take, or there is no turn.
    """
    system: list[_Block] = []
    turns: list[dict[str, Any]] = []
    for index, message in enumerate(messages):
        role = message["role"]
        if role in ("system", "developer"):
            blocks = list(_convert_content(index, message["content"]))
            if turns and system_in_place:
                _add_blocks(turns, "system", blocks)
            else:
                system += blocks
        elif role == "tool":
            _add_blocks(turns, "user", [_tool_result(index, message)])
        elif role == "assistant":
            _add_blocks(turns, "assistant", _assistant_blocks(index, message))
        else:
            _add_blocks(turns, "user", list(_convert_content(index, message["content"])))
    if not turns:
        raise InvalidMessageError(
            None,
            "`messages` has system messages only, and this service needs something to answer.",
            hint='Add a message with the role "user".',
        )
    for turn in turns:
        turn["content"] = _simplify_text(turn["content"])
    return ConversationFields(_simplify_text(system) if system else None, turns)


def _add_blocks(turns: list[dict[str, Any]], role: str, blocks: list[_Block]) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    else:
        turns.append({"role": role, "content": blocks})


def _simplify_text(blocks: list[_Block]) -> str | list[_Block]:
    """Return a single text block as a string, which is the shorter form of the same."""
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        text: str = blocks[0]["text"]
        return text
    return blocks


# --- each role --------------------------------------------------------------------------------


def _assistant_blocks(index: int, message: Message) -> list[_Block]:
    """Return the blocks of an assistant's message in their original order, else reasoning, text, tool calls."""
    reasoning, tool_calls = list(_reasoning_blocks(message)), list(_tool_use_blocks(message))
    text = message.get("content") or ""
    blocks = arrange_blocks(
        unpack_order(ORDER_PREFIX, message),
        reasoning=reasoning,
        text=text,
        tool_calls=tool_calls,
        text_block={"type": "text"},
    )
    if blocks is not None:
        return blocks
    content = _convert_content(index, text or message.get("refusal") or "")
    # The service refuses a block with an empty text.
    return [*reasoning, *(block for block in content if block.get("text") != ""), *tool_calls]


def _reasoning_blocks(message: Message) -> Iterator[_Block]:
    for reasoning in message.get("reasoning") or ():
        signature = reasoning.get("signature")
        if not signature:  # The service refuses thinking without a signature.
            continue
        if signature.startswith(REDACTED_PREFIX):
            yield {"type": "redacted_thinking", "data": signature[len(REDACTED_PREFIX) :]}
        elif ":" not in signature:  # The service's own are base64; one with a colon is another service's.
            yield {"type": "thinking", "thinking": reasoning.get("text") or "", "signature": signature}


def _tool_use_blocks(message: Message) -> Iterator[_Block]:
    for call in message.get("tool_calls") or ():
        function = call["function"]
        yield {
            "type": "tool_use",
            "id": call["id"],
            "name": function["name"],
            "input": openai_options.parse_arguments(function.get("arguments") or ""),
        }


def _tool_result(index: int, message: Message) -> _Block:
    block: _Block = {"type": "tool_result", "tool_use_id": message["tool_call_id"]}
    content = _simplify_text(list(_convert_content(index, message["content"] or "")))
    if content:
        block["content"] = content
    if message.get("is_error"):
        block["is_error"] = True
    return block


# --- parts ------------------------------------------------------------------------------------


def _convert_content(index: int, content: str | list[dict[str, Any]]) -> Iterator[_Block]:
    if isinstance(content, str):
        yield {"type": "text", "text": content}
        return
    for part_index, part in enumerate(content):
        kind = part["type"]
        if kind in ("text", "refusal"):
            block = {"type": "text", "text": part[kind]}
        elif kind == "image_url":
            block = _image_block(part["image_url"]["url"])
        elif kind == "file":
            block = _file_block(index, part_index, part["file"])
        else:
            raise _invalid_part_error(
                index, part_index, f"has the type {kind!r}", "Pass text, images or files."
            )
        if "cache_control" in part:
            block["cache_control"] = part["cache_control"]
        yield block


def _image_block(url: str) -> _Block:
    data = data_urls.parse_data_url(url)
    source = {"type": "url", "url": url} if data is None else _base64_source(data)
    return {"type": "image", "source": source}


def _base64_source(data: data_urls.DataURL) -> dict[str, str]:
    return {"type": "base64", "media_type": data.mime_type, "data": data.base64}


def _file_block(index: int, part_index: int, file: dict[str, Any]) -> _Block:
    if "file_id" in file:
        source = {"type": "file", "file_id": file["file_id"]}
    elif "file_url" in file:
        source = {"type": "url", "url": file["file_url"]}
    else:
        data = data_urls.parse_data_url(file["file_data"])
        if data is None:
            raise _invalid_part_error(
                index, part_index, "holds no data URL", "Pass file_data as a data URL with its type."
            )
        if data.mime_type.startswith("image/"):
            return {"type": "image", "source": _base64_source(data)}
        source = _document_source(index, part_index, data)
    block: _Block = {"type": "document", "source": source}
    if file.get("filename"):
        block["title"] = file["filename"]
    return block


def _document_source(index: int, part_index: int, data: data_urls.DataURL) -> dict[str, str]:
    if data.mime_type == "application/pdf":
        return _base64_source(data)
    if data.mime_type.startswith("text/") or data.mime_type == "application/json":
        text = data_urls.decode_text(data)
        if text is not None:
            return {"type": "text", "media_type": "text/plain", "data": text}
    raise _invalid_part_error(
        index,
        part_index,
        f"is a file of the type {data.mime_type!r}",
        "The service takes PDF documents, text in UTF-8, and images.",
    )


def _invalid_part_error(index: int, part_index: int, problem: str, hint: str) -> InvalidMessageError:
    return InvalidMessageError(index, f"messages[{index}]['content'][{part_index}] {problem}.", hint=hint)
