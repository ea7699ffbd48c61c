"""Check the messages of a call at the boundary, so that no provider has to.

They are OpenAI's: `docs/messages.md` says what one can hold. What comes out is in one form, and fresh: a
provider may change it.
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

_PLAIN = frozenset(("system", "developer", "user", "assistant"))
"""The roles of messages that need nothing beside their text."""

_KEYS = 2
"""What such a message has: `role` and `content`."""

_EXAMPLE = 'Pass a list like [{"role": "user", "content": "Hello"}].'


def check_messages(messages: object) -> list[Message]:
    """Return the messages in the one form, as a fresh list of fresh dictionaries.

    Raises:
        InvalidMessageError: naming the message, the part and the key that is wrong.
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
        and len(message) == _KEYS
        and _is_plain(message.get("role"), message.get("content"))
        else _checked(index, message)
        for index, message in enumerate(messages)
    ]


def _is_plain(role: object, content: object) -> bool:
    """Whether these two are all right as they are, as they are in most messages of most calls."""
    if type(role) is not str or role not in _PLAIN or type(content) is not str:
        return False
    if not content.isascii():
        try:
            content.encode()
        except UnicodeEncodeError:
            return False
    return True


def _checked(index: int, message: object) -> Message:
    # Only here: a conversation of plain strings needs none of it.
    from g4f_lite.messages._media import ContentError
    from g4f_lite.messages._normalize import normal_message

    try:
        return normal_message(message, f"messages[{index}]", ROLES, _EXAMPLE)
    except ContentError as error:
        problem, hint = error.message, error.hint
    raise InvalidMessageError(index, problem, hint=hint)


def require_inputs(messages: list[Message], inputs: Sequence[str], provider: str) -> list[Message]:
    """Return checked messages as a provider can take them; the ones given are not changed.

    For a provider that takes text alone, the parts of a message become one string, with a line break
    between them, as servers of open models join them.

    Args:
        messages: what `check_messages` returned.
        inputs: what the provider takes beside text.
        provider: its name.

    Raises:
        InvalidMessageError: a message holds something else, naming the message and the part.
    """
    for message in messages:
        if type(message["content"]) is list:
            break
    else:
        return messages
    return [_suited(index, message, inputs, provider) for index, message in enumerate(messages)]


def _suited(index: int, message: Message, inputs: Sequence[str], provider: str) -> Message:
    from g4f_lite.messages._content_parts import INPUT_OF

    parts = message["content"]
    if type(parts) is not list:
        return message
    for number, part in enumerate(parts):
        needed = INPUT_OF.get(part["type"])
        if needed is not None and needed not in inputs:
            takes = ", ".join(("text", *inputs))
            raise InvalidMessageError(
                index,
                f"messages[{index}]['content'][{number}] is of the type {part['type']!r}, and the provider "
                f"{provider!r} does not take it; it takes: {takes}.",
                hint=f"Ask a provider whose inputs have {needed!r}: `g4f-lite providers --json` says which.",
            )
    if inputs:
        return message
    return {**message, "content": "\n".join(part[part["type"]] for part in parts)}
