"""What goes into a call, for type checkers: the `openai` package's names of messages and tools.

At run time all of them are plain dictionaries, which is what the library takes.
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
    """A part of a message: text."""

    text: str
    type: Literal["text"]


class _ImageURLNeeds(TypedDict):
    url: str


class _ImageURL(_ImageURLNeeds, total=False):
    detail: Literal["auto", "low", "high"]


class ChatCompletionContentPartImageParam(TypedDict):
    """A part of a message: a picture."""

    image_url: _ImageURL
    type: Literal["image_url"]


ChatCompletionContentPartParam: TypeAlias = (
    ChatCompletionContentPartTextParam | ChatCompletionContentPartImageParam | dict[str, Any]
)
"""A part of a message; sounds and files are written as dictionaries, see docs/messages.md."""

_Text: TypeAlias = str | Iterable[ChatCompletionContentPartTextParam]


class _Name(TypedDict, total=False):
    name: str


class ChatCompletionSystemMessageParam(_Name):
    """What the model is told to be."""

    content: _Text
    role: Literal["system"]


class ChatCompletionDeveloperMessageParam(_Name):
    """The same, under the name that newer models have for it."""

    content: _Text
    role: Literal["developer"]


class ChatCompletionUserMessageParam(_Name):
    """What the user says and shows."""

    content: str | Iterable[ChatCompletionContentPartParam]
    role: Literal["user"]


class _Function(TypedDict):
    arguments: str
    name: str


class ChatCompletionMessageToolCallParam(TypedDict):
    """A call of a tool that the model asked for."""

    id: str
    function: _Function
    type: Literal["function"]


class _AssistantNeeds(TypedDict):
    role: Literal["assistant"]


class ChatCompletionAssistantMessageParam(_AssistantNeeds, total=False):
    """What the model said."""

    content: _Text | None
    name: str
    refusal: str | None
    tool_calls: Iterable[ChatCompletionMessageToolCallParam]


class ChatCompletionToolMessageParam(TypedDict):
    """What a tool returned."""

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
    """A tool that the model can ask for."""

    function: _FunctionDefinition
    type: Literal["function"]


class _NamedFunction(TypedDict):
    name: str


class _NamedToolChoice(TypedDict):
    function: _NamedFunction
    type: Literal["function"]


ChatCompletionToolChoiceOptionParam: TypeAlias = Literal["none", "auto", "required"] | _NamedToolChoice
