"""Types of the arguments of a call, for type checkers, with the `openai` package's names.

At run time messages and tools are plain dictionaries, which the library accepts.
"""

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, TypedDict

__all__ = [
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionUserMessageParam",
]


class ChatCompletionContentPartTextParam(TypedDict):
    """A text part of a message."""

    text: str
    type: Literal["text"]


class _ImageURLNeeds(TypedDict):
    url: str


class _ImageURL(_ImageURLNeeds, total=False):
    detail: Literal["auto", "low", "high"]


class ChatCompletionContentPartImageParam(TypedDict):
    """An image part of a message."""

    image_url: _ImageURL
    type: Literal["image_url"]


ChatCompletionContentPartParam: TypeAlias = (
    ChatCompletionContentPartTextParam | ChatCompletionContentPartImageParam | dict[str, Any]
)
"""A part of a message; audio and files are dictionaries, see docs/messages.md."""

_Text: TypeAlias = str | Iterable[ChatCompletionContentPartTextParam]


class _Name(TypedDict, total=False):
    name: str


class ChatCompletionSystemMessageParam(_Name):
    """A message with instructions for the model."""

    content: _Text
    role: Literal["system"]


class ChatCompletionDeveloperMessageParam(_Name):
    """A message with instructions for the model, under the role name of newer models."""

    content: _Text
    role: Literal["developer"]


class ChatCompletionUserMessageParam(_Name):
    """A message of the user, with text and media."""

    content: str | Iterable[ChatCompletionContentPartParam]
    role: Literal["user"]


class _Function(TypedDict):
    arguments: str
    name: str


class ChatCompletionMessageToolCallParam(TypedDict):
    """A tool call that the model requested."""

    id: str
    function: _Function
    type: Literal["function"]


class _AssistantNeeds(TypedDict):
    role: Literal["assistant"]


class ChatCompletionAssistantMessageParam(_AssistantNeeds, total=False):
    """An earlier answer of the model."""

    content: _Text | None
    name: str
    refusal: str | None
    tool_calls: Iterable[ChatCompletionMessageToolCallParam]


class ChatCompletionToolMessageParam(TypedDict):
    """The result of a tool call."""

    content: _Text
    role: Literal["tool"]
    tool_call_id: str


ChatCompletionMessageParam: TypeAlias = (
    ChatCompletionDeveloperMessageParam
    | ChatCompletionSystemMessageParam
    | ChatCompletionUserMessageParam
    | ChatCompletionAssistantMessageParam
    | ChatCompletionToolMessageParam
)


class _FunctionNeeds(TypedDict):
    name: str


class _FunctionDefinition(_FunctionNeeds, total=False):
    description: str
    parameters: dict[str, Any]
    strict: bool | None


class ChatCompletionToolParam(TypedDict):
    """A tool that the model can call."""

    function: _FunctionDefinition
    type: Literal["function"]


class _NamedFunction(TypedDict):
    name: str


class _NamedToolChoice(TypedDict):
    function: _NamedFunction
    type: Literal["function"]


ChatCompletionToolChoiceOptionParam: TypeAlias = Literal["none", "auto", "required"] | _NamedToolChoice
