"""Operations: the functions of a provider, and how a call uses each of them."""

from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite._core.validation.options import OptionSpec
from g4f_lite.contract import Function, LoadedProvider
from g4f_lite.errors import ProviderResponseError
from g4f_lite.messages import require_inputs

__all__ = ["CHAT", "Operation", "OptionalOperation"]

_CHARACTERS_PER_TOKEN = 4
"""Characters of text that are estimated as one token."""

CONTINUE = (
    "Your answer was cut off. Go on exactly where it stopped: repeat nothing of it, and write nothing "
    "before its next character."
)


class Operation:
    """One of the functions of a provider, here the chat; other operations derive from it.

    An operation knows the function, its arguments besides model and options, and the accumulator of its items.
    Keys, fallback, retries, deadlines, limits and provenance belong to the call, and are the same for all
    operations. Another operation, such as embeddings, overrides:

    - `models`: the attribute of `LoadedProvider` and `ProviderInfo` that lists its models.
    - `names_model`: whether the function takes the model.
    - `signature_of`: the provider's `Function`. Raises a `G4FLiteError` if the provider has none, so that a
      route continues with its next step.
    - `create`, `acreate`, `is_dual_iterable`: the function, its asynchronous form or None, and whether the
      result of the former can be read in an ``async for``.
    - `arguments`: the arguments of the function. The payload in them belongs to the attempt: a provider may
      change it.
    - `new_accumulator`: makes the accumulator of the items; a class with its own `add` can accept more kinds.
    - `adapt_payload`: the payload for one provider, checked against what the provider takes.
    - `estimate_tokens`: the estimated tokens of the payload, for rate limits.
    - `continuation_payload`: the payload that asks for the rest of a text.
    - `validate`: what is wrong with a complete answer.
    - `hook_messages`: the messages that hooks see.
    """

    __slots__ = ()

    name = "_create_completion"
    aname = "_acreate_completion"
    models = "models"
    names_model = True

    def signature_of(self, provider: LoadedProvider) -> OptionSpec:
        """Return the options that the function takes."""
        return provider

    def create(self, provider: LoadedProvider) -> Callable[..., Any]:
        """Return the synchronous function."""
        return provider.create

    def acreate(self, provider: LoadedProvider) -> Callable[..., Any] | None:
        """Return the asynchronous function, or None if the provider has none."""
        return provider.acreate

    def is_dual_iterable(self, provider: LoadedProvider) -> bool:
        """Whether the result of the function may be read in an ``async for``."""
        return provider.both_ways

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:
        """Return the arguments of the function, except the model and the options."""
        return {"messages": payload, "stream": stream}

    def new_accumulator(self) -> ResponseAccumulator:
        """Return an empty accumulator for the items of one attempt."""
        return ResponseAccumulator()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:
        """Return the payload in the form that `provider` takes.

        Raises:
            RequestError: `provider` does not take it.
        """
        return require_inputs(payload, provider.inputs, provider.name)

    def estimate_tokens(self, payload: Any) -> int:
        """Return the estimated number of tokens in the payload."""
        return sum(map(_text_length, payload)) // _CHARACTERS_PER_TOKEN

    def continuation_payload(self, payload: Any, text: str) -> Any:
        """Return the payload that asks for the rest of an answer that begins with `text`."""
        return [*payload, {"role": "assistant", "content": text}, {"role": "user", "content": CONTINUE}]

    def validate(self, payload: Any, gathered: ResponseAccumulator) -> ProviderResponseError | None:  # noqa: ARG002
        """Return what is wrong with a complete answer, or None; the call may then try another provider."""
        return None

    def hook_messages(self, payload: Any) -> list[Any]:
        """Return the messages of the request as hooks see them."""
        return list(payload)


class OptionalOperation(Operation):
    """An optional function of a provider. It has one form, and no messages."""

    __slots__ = ()

    def signature_of(self, provider: LoadedProvider) -> Function:
        """Return the provider's function, or raise a `G4FLiteError` if it has none."""
        raise NotImplementedError

    def create(self, provider: LoadedProvider) -> Callable[..., Any]:
        """Return the function."""
        return self.signature_of(provider).call

    def acreate(self, provider: LoadedProvider) -> None:  # noqa: ARG002
        """Return None: there is no asynchronous function, but the result may be readable both ways."""
        return

    def is_dual_iterable(self, provider: LoadedProvider) -> bool:
        """Whether the result may be read in an ``async for``."""
        return self.signature_of(provider).both_ways

    def hook_messages(self, payload: Any) -> list[Any]:  # noqa: ARG002
        """Return an empty list."""
        return []


def _text_length(message: Mapping[str, Any]) -> int:
    content = message.get("content")
    if isinstance(content, str):
        return len(content)
    parts = content if isinstance(content, list) else ()
    return sum(len(part["text"]) for part in parts if isinstance(part, Mapping) and _has_text(part))


def _has_text(part: Mapping[str, Any]) -> bool:
    return isinstance(part.get("text"), str)


CHAT = Operation()
