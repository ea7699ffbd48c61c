"""What a caller gets: the answer, the completion, and where it came from."""

from typing import Literal, NamedTuple

from g4f_lite.events import FinishReason, Usage

__all__ = ["Answer", "Attempt", "Completion", "Provenance"]

Outcome = Literal["pending", "ok", "error", "cancelled", "skipped"]


class Attempt(NamedTuple):
    """One provider that was tried for a call.

    Attributes:
        provider: its full name, ``"distribution:name"``.
        model: the model it was asked for.
        outcome: ``"pending"`` while it runs, then how it ended; ``"skipped"``: it could not even be asked.
        seconds: from the call to the outcome, or to now; wall clock.
        error: the error as one line, secrets removed; None if there was none.
    """

    provider: str
    model: str
    outcome: Outcome
    seconds: float
    error: str | None = None


class Provenance(NamedTuple):
    """Who answered, and how it came to that.

    Attributes:
        provider: the provider's name; with `distribution` and `version`, what was installed.
        model_asked: the model the caller named, None if it left the choice open.
        model_served: the model that answered, as far as the provider says.
        streamed: whether the answer came as it was made; False if it came whole.
        attempts: every provider tried, in order.
        dropped_options: options left out on the caller's wish (`drop_options=True`).
        hook_errors: what hooks raised during the call, a line each.
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


class Completion(NamedTuple):
    """A whole answer, or as much of one as came.

    Attributes:
        text: the answer.
        finish_reason: why it ended; None if the provider does not say.
        usage: tokens counted; None if the provider does not say.
        provenance: who answered.
    """

    text: str
    finish_reason: FinishReason | None
    usage: Usage | None
    provenance: Provenance

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


class Answer(str):
    """The text of an answer: a `str` in every way, which also knows its `completion`."""

    __slots__ = ("completion",)

    completion: Completion

    def __new__(cls, completion: Completion) -> "Answer":
        """Make the text of `completion` into a string that knows it."""
        answer = super().__new__(cls, completion.text)
        answer.completion = completion
        return answer

    @property
    def provenance(self) -> Provenance:
        """Who answered, and how it came to that."""
        return self.completion.provenance

    def __reduce__(self) -> tuple[type["Answer"], tuple[Completion]]:
        return (Answer, (self.completion,))
