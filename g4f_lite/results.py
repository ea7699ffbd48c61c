"""What a caller gets: the answer, the completion, and where it came from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple

from g4f_lite.events import Citation, FinishReason, Media, Usage

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    Parsed = TypeVar("Parsed", default=Any)
else:  # a default comes with Python 3.13, and means nothing at run time
    from typing import TypeVar

    Parsed = TypeVar("Parsed")

__all__ = ["Answer", "Attempt", "Choice", "Completion", "Provenance", "ToolCall"]

Outcome = Literal["pending", "ok", "error", "cancelled", "skipped"]


class Attempt(NamedTuple):
    """One provider that was tried for a call.

    Attributes:
        provider: its full name, ``"distribution:name"``.
        model: the model it was asked for.
        outcome: ``"pending"`` while it runs, then how it ended; ``"skipped"``: it could not even be asked.
        seconds: from when it was asked to the outcome, or to now; wall clock.
        error: the error as one line, secrets removed; None if there was none.
        key: which of several keys it was asked with, ``"key 2 of 3"``; None if there is one, or none.
        waited: seconds that were waited before it, for a retry or for a limit.
        continued: whether it was asked to go on from the text that the attempts before it had given.
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
    """Who answered, and how it came to that.

    Attributes:
        provider: the provider's name; with `distribution` and `version`, what was installed.
        model_asked: the model the caller named, None if it left the choice open.
        model_served: the model that answered, as far as the provider says.
        streamed: whether the answer came as it was made; False if it came whole.
        attempts: every try, in order: another provider, another key, or the same once more.
        dropped_options: options left out on the caller's wish (`drop_options=True`).
        hook_errors: what hooks raised during the call, a line each.
        structured: how the provider was asked for what `response_format` says: by its own option, or by an
            instruction; None: it was not.
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
    """A call of one of the tools that the model asks for.

    Attributes:
        id: its identifier, which the tool's result is sent back with.
        name: the tool's name.
        arguments: the arguments, as the JSON text that the model wrote; it may be wrong.
        signature: what the service wants back with this call, unread; None if nothing.
    """

    id: str
    name: str
    arguments: str
    signature: str | None = None


class Choice(NamedTuple):
    """One of the answers, where the service was asked for several; `Completion` is the first of them.

    Attributes:
        position: which of them, from 0.
        reasoning: what the model thought, in its own words; `reasoning_signature` as `events.Reasoning` has it.
        refusal: the words it refused in, None if it did not.
        logprobs: tokens and their log probabilities, as the OpenAI chat API has them; None if not asked for.
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
        """The assistant's message, ready to be put behind the others for the next turn."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text or None}
        if self.refusal is not None:
            message["refusal"] = self.refusal
        if self.tool_calls:
            message["tool_calls"] = [_call_message(call) for call in self.tool_calls]
        if self.reasoning_parts:
            message["reasoning"] = [
                {"text": text, "signature": signature} for text, signature in self.reasoning_parts
            ]
        if message["content"] is None and not self.tool_calls:
            message["content"] = ""
        return message


def _call_message(call: ToolCall) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
    if call.signature is not None:
        shown["signature"] = call.signature
    return shown


class Completion(NamedTuple):
    """A whole answer, or as much of one as came.

    Attributes:
        text: the answer.
        finish_reason: why it ended; None if the provider does not say.
        usage: tokens counted; None if the provider does not say.
        provenance: who answered.
        choices: the answers, one unless several were asked for; the first is this one.
        citations, media: the sources it names, and the pictures and sounds in it.
        metadata: what else the service said, under its own names.
        id: the service's identifier of the answer; `created`: when it was made, in seconds since 1970.
        parsed: the object that `response_format` asked for; None if nothing was asked for.
    """

    text: str
    finish_reason: FinishReason | None
    usage: Usage | None
    provenance: Provenance
    choices: tuple[Choice, ...] = ()
    citations: tuple[Citation, ...] = ()
    media: tuple[Media, ...] = ()
    metadata: Mapping[str, Any] = {}  # shared: nobody may change it; a proxy could not be pickled
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
        """The model that answered, as far as the provider says."""
        return self.provenance.model_served

    @property
    def reasoning(self) -> str:
        """What the model thought, `""` if it does not tell."""
        return self.choices[0].reasoning if self.choices else ""

    @property
    def refusal(self) -> str | None:
        """The words in which the model refused, None if it did not."""
        return self.choices[0].refusal if self.choices else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools that the model asks for."""
        return self.choices[0].tool_calls if self.choices else ()

    @property
    def message(self) -> dict[str, Any]:
        """The assistant's message, ready to be put behind the others for the next turn."""
        choice = self.choices[0] if self.choices else Choice(0, self.text, self.finish_reason)
        return choice.message


class Answer(str, Generic[Parsed]):
    """The text of an answer: a `str` in every way, which also knows its `completion`.

    To a type checker it is an `Answer[City]` if the call had ``response_format=City``.
    """

    __slots__ = ("completion",)

    completion: Completion

    def __new__(cls, completion: Completion) -> "Answer[Parsed]":
        """Make the text of `completion` into a string that knows it."""
        answer = super().__new__(cls, completion.text)
        answer.completion = completion
        return answer

    @property
    def provenance(self) -> Provenance:
        """Who answered, and how it came to that."""
        return self.completion.provenance

    @property
    def parsed(self) -> Parsed | None:
        """The object that `response_format` asked for; None if nothing was asked for, or it was refused."""
        found: Parsed | None = self.completion.parsed
        return found

    def __reduce__(self) -> tuple[type["Answer[Parsed]"], tuple[Completion]]:
        return (Answer, (self.completion,))
