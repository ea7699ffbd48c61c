"""What is asked of a provider, apart from how often and of whom."""

from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite._core.validation.options import OptionSpec
from g4f_lite.contract import Function, LoadedProvider
from g4f_lite.errors import ProviderResponseError
from g4f_lite.messages import require_inputs

__all__ = ["CHAT", "Operation", "OptionalOperation"]

_CHARACTERS_A_TOKEN = 4

CONTINUE = (
    "Your answer was cut off. Go on exactly where it stopped: repeat nothing of it, and write nothing "
    "before its next character."
)


class Operation:
    """One of the functions that a provider has, here the chat; others derive from it.

    An operation knows which function it is, what it is called with beside model and options, and how what
    it yields is gathered. Keys, fallback, retries, deadlines, limits and provenance are the call's, and the
    same for all. What is asked is its `payload`, for a chat the messages. Another operation, such as
    embeddings, overrides:

    - `models`: the attribute of `LoadedProvider` and `ProviderInfo` with the models that it works with;
      `names_model`: whether the function is told which of them.
    - `takes`: the provider's `Function`; raises a `G4FLiteError` if it has none, so that a route goes on.
    - `create`, `acreate`, `both_ways`: the function, its asynchronous twin or None, and whether what the
      first returns can be read natively.
    - `arguments`: what it is called with. The payload is the attempt's own: a provider may change it.
    - `gather`: makes what collects the items; a class with a `take` of its own can accept further kinds.
    - `adapted`: the payload for one provider, checked against what that takes.
    - `tokens`: an estimate of what the payload costs, for limits.
    - `continued`: the payload that asks for the rest of a text; None if there is no such thing.
    - `fault`: what is wrong with an answer that has come whole.
    - `shown`: the messages that hooks are shown.
    """

    __slots__ = ()

    name = "_create_completion"
    aname = "_acreate_completion"
    models = "models"
    names_model = True

    def signature_of(self, provider: LoadedProvider) -> OptionSpec:
        """Return what the function takes."""
        return provider

    def create(self, provider: LoadedProvider) -> Callable[..., Any]:
        """Return the function."""
        return provider.create

    def acreate(self, provider: LoadedProvider) -> Callable[..., Any] | None:
        """Return its asynchronous twin."""
        return provider.acreate

    def is_dual_iterable(self, provider: LoadedProvider) -> bool:
        """Whether what the function returns may be read in an ``async for``."""
        return provider.both_ways

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:
        """Return what it is called with beside the model and the options."""
        return {"messages": payload, "stream": stream}

    def new_accumulator(self) -> ResponseAccumulator:
        """Return what collects the items of one attempt."""
        return ResponseAccumulator()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:
        """Return the payload as this provider takes it.

        Raises:
            RequestError: it does not.
        """
        return require_inputs(payload, provider.inputs, provider.name)

    def estimate_tokens(self, payload: Any) -> int:
        """Return about how many tokens the payload is."""
        return sum(map(_length, payload)) // _CHARACTERS_A_TOKEN

    def continuation_payload(self, payload: Any, text: str) -> Any:
        """Return the payload that asks for what comes behind `text`."""
        return [*payload, {"role": "assistant", "content": text}, {"role": "user", "content": CONTINUE}]

    def validate(self, payload: Any, gathered: ResponseAccumulator) -> ProviderResponseError | None:  # noqa: ARG002
        """Return what is wrong with a whole answer, so that the call may go on with another provider."""
        return None

    def hook_messages(self, payload: Any) -> list[Any]:
        """Return what hooks see as the request's messages."""
        return list(payload)


class OptionalOperation(Operation):
    """One of a provider's optional functions, of which there is one form, and no messages."""

    __slots__ = ()

    def signature_of(self, provider: LoadedProvider) -> Function:
        """Return the provider's function, or raise that it has none."""
        raise NotImplementedError

    def create(self, provider: LoadedProvider) -> Callable[..., Any]:
        """Return the function itself."""
        return self.signature_of(provider).call

    def acreate(self, provider: LoadedProvider) -> None:  # noqa: ARG002
        """Return None: it has no asynchronous twin, but may be readable both ways."""
        return

    def is_dual_iterable(self, provider: LoadedProvider) -> bool:
        """Whether what it returns may be read in an ``async for``."""
        return self.signature_of(provider).both_ways

    def hook_messages(self, payload: Any) -> list[Any]:  # noqa: ARG002
        """Return nothing: there are no messages."""
        return []


def _length(message: Mapping[str, Any]) -> int:
    content = message.get("content")
    if isinstance(content, str):
        return len(content)
    parts = content if isinstance(content, list) else ()
    return sum(len(part["text"]) for part in parts if isinstance(part, Mapping) and _is_text(part))


def _is_text(part: Mapping[str, Any]) -> bool:
    return isinstance(part.get("text"), str)


CHAT = Operation()
