"""Validation and normalization of the messages of a call, so that no provider has to do it.

The format is OpenAI's; `docs/messages.md` describes it. The results are new dictionaries in one form, which a
provider may modify.
"""

from collections.abc import Mapping, Sequence

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidMessageError

__all__ = [
    "ROLES",
    "Message",
    "check_messages",
    "require_inputs",
]


ROLES = ("system", "developer", "user", "assistant", "tool")

_TEXT_ROLES = frozenset(("system", "developer", "user", "assistant"))
"""The roles of messages that need only a text."""

_TEXT_MESSAGE_LENGTH = 2
"""The number of keys of such a message: `role` and `content`."""

_EXAMPLE = 'Pass a list like [{"role": "user", "content": "Hello"}].'


def check_messages(messages: object) -> list[Message]:
    """Return the messages in normalized form, as a new list of new dictionaries.

    Raises:
        InvalidMessageError: `messages` is not a list of valid messages; the error names the message, the part
            and the key.
    """
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Sequence):
        kind = "None" if messages is None else type(messages).__name__
        raise InvalidMessageError(
            None, f"`messages` has to be a list of messages, not {kind}.", hint=_EXAMPLE
        )
    if not messages:
        raise InvalidMessageError(None, "`messages` is empty.", hint=_EXAMPLE)
    return [
        {"role": message["role"], "content": message["content"]}
        if type(message) is dict
        and len(message) == _TEXT_MESSAGE_LENGTH
        and _is_text_message(message.get("role"), message.get("content"))
        else _normalize_message(index, message)
        for index, message in enumerate(messages)
    ]


def _is_text_message(role: object, content: object) -> bool:
    """Whether a message with this role and content is normalized already, as most messages are."""
    if type(role) is not str or role not in _TEXT_ROLES or type(content) is not str:
        return False
    if not content.isascii():
        try:
            content.encode()
        except UnicodeEncodeError:
            return False
    return True


def _normalize_message(index: int, message: object) -> Message:
    # Imported here: a conversation of plain strings does not need these modules.
    from g4f_lite.messages._media import ContentError
    from g4f_lite.messages._normalize import normalize_message

    try:
        return normalize_message(message, f"messages[{index}]", ROLES, _EXAMPLE)
    except ContentError as error:
        problem, hint = error.message, error.hint
    raise InvalidMessageError(index, problem, hint=hint)


def require_inputs(messages: list[Message], inputs: Sequence[str], provider: str) -> list[Message]:
    """Return the messages in a form that the provider supports; the argument is not modified.

    For a provider that only supports text, the parts of a message become one string, with a line break
    between them, as servers of open models join them.

    Args:
        messages: the result of `check_messages`.
        inputs: the kinds of input that the provider supports in addition to text: ``"image"``, ``"audio"``,
            ``"file"``.
        provider: the name of the provider.

    Raises:
        InvalidMessageError: a message has a part that the provider does not support; the error names the
            message and the part.
    """
    for message in messages:
        if type(message["content"]) is list:
            break
    else:
        return messages
    return [_adapt_to_inputs(index, message, inputs, provider) for index, message in enumerate(messages)]


def _adapt_to_inputs(index: int, message: Message, inputs: Sequence[str], provider: str) -> Message:
    from g4f_lite.messages._content_parts import INPUT_OF

    parts = message["content"]
    if type(parts) is not list:
        return message
    for number, part in enumerate(parts):
        needed_input = INPUT_OF.get(part["type"])
        if needed_input is not None and needed_input not in inputs:
            supported = ", ".join(("text", *inputs))
            raise InvalidMessageError(
                index,
                f"messages[{index}]['content'][{number}] is of the type {part['type']!r}, and the provider "
                f"{provider!r} does not take it; it takes: {supported}.",
                hint=f"Ask a provider whose inputs have {needed_input!r}: `g4f-lite providers --json` says which.",
            )
    if inputs:
        return message
    return {**message, "content": "\n".join(part[part["type"]] for part in parts)}
