"""Results of a call: the answer, the completion, and the provenance."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple

from g4f_lite.events import Citation, FinishReason, Media, Usage

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    Parsed = TypeVar("Parsed", default=Any)
else:  # Python has defaults of type variables since 3.13; they have no effect at run time
    from typing import TypeVar

    Parsed = TypeVar("Parsed")

__all__ = ["Answer", "Attempt", "Choice", "Completion", "Provenance", "ToolCall"]

Outcome = Literal["pending", "ok", "error", "cancelled", "skipped"]


class Attempt(NamedTuple):
    """One try of a call: one provider, asked once.

    Attributes:
        provider: the full name of the provider, ``"distribution:name"``.
        model: the model that was requested.
        outcome: ``"pending"`` while the attempt runs, then ``"ok"``, ``"error"`` or ``"cancelled"``;
            ``"skipped"`` if the provider could not be asked.
        seconds: wall-clock time from the start of the attempt to its outcome, or to now.
        error: the error as one line without secrets, or None if there was no error.
        key: the number of the key, ``"key 2 of 3"``, or None if the call has one key or no key.
        waited: seconds waited before the attempt, for a retry or a limit.
        continued: whether the provider was asked to continue the text of the attempts before it.
    """

    provider: str
    model: str
    outcome: Outcome
    seconds: float
    error: str | None = None
    key: str | None = None
    waited: float = 0.0
    continued: bool = False


class Provenance(NamedTuple):
    """The origin of an answer: the provider, the model, and all attempts of the call.

    Attributes:
        provider: the name of the provider that answered.
        distribution: the distribution that the provider belongs to.
        version: the version of that distribution.
        model_asked: the model that the caller requested, or None if the caller named none.
        model_served: the model that answered, if the service reports it, else the requested model.
        streamed: whether the answer arrived piece by piece.
        attempts: all attempts in order. Each asks another provider, uses another key, or is a retry.
        dropped_options: options that the provider does not take, left out because of `drop_options=True`.
        hook_errors: exceptions of hooks during the call, one line each.
        structured: ``"native"`` if `response_format` was sent as an option of the service, ``"instructed"`` if it
            was sent as an instruction in the conversation, or None without `response_format`.
    """

    provider: str
    distribution: str
    version: str
    model_asked: str | None
    model_served: str
    streamed: bool
    attempts: tuple[Attempt, ...] = ()
    dropped_options: tuple[str, ...] = ()
    hook_errors: tuple[str, ...] = ()
    structured: Literal["native", "instructed"] | None = None


class ToolCall(NamedTuple):
    """A tool call that the model requests.

    Attributes:
        id: the identifier of the tool call, which the message with its result repeats.
        name: the name of the tool.
        arguments: the arguments as the JSON text that the model wrote. It may be invalid.
        signature: an opaque string that the service needs back with this tool call, or None.
    """

    id: str
    name: str
    arguments: str
    signature: str | None = None


class Choice(NamedTuple):
    """One of several answers to a call with ``n``. A `Completion` shows the first.

    Attributes:
        position: the index of the answer, from 0.
        text: the text of the answer.
        finish_reason: why the answer ended, or None if the service does not report it.
        reasoning: the reasoning of the model, or `""`.
        refusal: the text of the model's refusal, or None if the model did not refuse.
        tool_calls: the tool calls that the model requests.
        logprobs: tokens and their log probabilities as in OpenAI's chat API, or None if they were not requested.
        reasoning_parts: the blocks of reasoning, each with its signature, as in `events.Reasoning`.
    """

    position: int
    text: str
    finish_reason: FinishReason | None
    reasoning: str = ""
    refusal: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[Mapping[str, Any], ...] | None = None
    reasoning_parts: tuple[tuple[str, str | None], ...] = ()

    @property
    def message(self) -> dict[str, Any]:
        """The message of the assistant, to be appended to the messages of the next call."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text or None}
        if self.refusal is not None:
            message["refusal"] = self.refusal
        if self.tool_calls:
            message["tool_calls"] = [_tool_call_message(call) for call in self.tool_calls]
        if self.reasoning_parts:
            message["reasoning"] = [
                {"text": text, "signature": signature} for text, signature in self.reasoning_parts
            ]
        if message["content"] is None and not self.tool_calls:
            message["content"] = ""
        return message


def _tool_call_message(call: ToolCall) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
    if call.signature is not None:
        message["signature"] = call.signature
    return message


class Completion(NamedTuple):
    """The result of a call: a complete answer, or the part that arrived before the stream was closed.

    Attributes:
        text: the text of the answer.
        finish_reason: why the answer ended, or None if the service does not report it.
        usage: the token counts, or None if the service does not report them.
        provenance: the provider, the model, and all attempts of the call.
        choices: all answers: one, or several for a call with ``n``. The first one is this answer.
        citations: the sources that the answer cites.
        media: the pictures and sounds in the answer.
        metadata: everything else that the service reports, under its own names.
        id: the service's identifier of the answer, or None.
        created: the time of the answer in seconds since 1970, or None.
        parsed: the object that `response_format` requested, or None without `response_format`.
    """

    text: str
    finish_reason: FinishReason | None
    usage: Usage | None
    provenance: Provenance
    choices: tuple[Choice, ...] = ()
    citations: tuple[Citation, ...] = ()
    media: tuple[Media, ...] = ()
    metadata: Mapping[str, Any] = {}  # shared, so it must not be changed; a read-only proxy cannot be pickled
    id: str | None = None
    created: int | None = None
    parsed: Any = None

    def __repr__(self) -> str:
        return f"Completion(text={self.text!r}, finish_reason={self.finish_reason!r}, usage={self.usage!r})"

    @property
    def provider(self) -> str:
        """The name of the provider that answered."""
        return self.provenance.provider

    @property
    def model(self) -> str:
        """The model that answered, if the service reports it, else the requested model."""
        return self.provenance.model_served

    @property
    def reasoning(self) -> str:
        """The reasoning of the model, or `""` if the service does not send it."""
        return self.choices[0].reasoning if self.choices else ""

    @property
    def refusal(self) -> str | None:
        """The text of the model's refusal, or None if the model did not refuse."""
        return self.choices[0].refusal if self.choices else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls that the model requests."""
        return self.choices[0].tool_calls if self.choices else ()

    @property
    def message(self) -> dict[str, Any]:
        """The message of the assistant, to be appended to the messages of the next call."""
        choice = self.choices[0] if self.choices else Choice(0, self.text, self.finish_reason)
        return choice.message


class Answer(str, Generic[Parsed]):
    """The text of an answer: a `str` with the attribute `completion`.

    For a type checker, a call with ``response_format=City`` returns an ``Answer[City]``.

    Attributes:
        completion: the complete result of the call.
    """

    __slots__ = ("completion",)

    completion: Completion

    def __new__(cls, completion: Completion) -> "Answer[Parsed]":
        """Create the string from the text of `completion`."""
        answer = super().__new__(cls, completion.text)
        answer.completion = completion
        return answer

    @property
    def provenance(self) -> Provenance:
        """The provider, the model, and all attempts of the call."""
        return self.completion.provenance

    @property
    def parsed(self) -> Parsed | None:
        """The object that `response_format` requested, or None without one, or if the model refused."""
        parsed: Parsed | None = self.completion.parsed
        return parsed

    def __reduce__(self) -> tuple[type["Answer[Parsed]"], tuple[Completion]]:
        return (Answer, (self.completion,))
