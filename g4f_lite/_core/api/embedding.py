"""`Embedding`: calls of embedding models, synchronous and asynchronous."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import g4f_lite
from g4f_lite._core.api.call_runner import run_call, run_call_async
from g4f_lite._core.calls.accumulator import ResponseAccumulator, contract_error
from g4f_lite._core.calls.operation import OptionalOperation
from g4f_lite._core.calls.preparation import CallSettings
from g4f_lite.contract import Function, LoadedProvider
from g4f_lite.errors import InvalidArgumentError, ProviderResponseError
from g4f_lite.events import Usage, Vector
from g4f_lite.results import Provenance

if TYPE_CHECKING:
    from g4f_lite._core.calls.call import Call

__all__ = ["Embedding", "Embeddings"]

_CHARACTERS_PER_TOKEN = 4
"""Characters that count as one token when the tokens of a call are estimated."""


class Embeddings(NamedTuple):
    """The vectors of a list of texts.

    Attributes:
        vectors: one list of floats per text, in the order of the texts, all of the same length.
        usage: the tokens of the call, or None if the provider does not count them.
        provenance: the provider, and the attempts of the call.
    """

    vectors: tuple[list[float], ...]
    usage: Usage | None
    provenance: Provenance

    @property
    def model(self) -> str:
        """The model that the provider reported, or else the requested one."""
        return self.provenance.model_served


Embeddings.__module__ = "g4f_lite"


class Embedding:
    """Compute the vectors of texts with any provider."""

    @staticmethod
    def create(
        model: str | None = None,
        input: str | Sequence[str] = (),
        provider: "str | Sequence[str | g4f_lite.Step] | g4f_lite.Route | None" = None,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        drop_options: bool = False,
        **options: Any,
    ) -> Embeddings:
        """Return the vectors of one or more texts. Blocks.

        Args:
            model: the name of a model, or ``"provider/model"``. By default the provider's default model.
            input: a text, or a list of texts.
            provider: as for `ChatCompletion.create`.
            auth: as for `ChatCompletion.create`.
            timeout: as for `ChatCompletion.create`.
            deadline: as for `ChatCompletion.create`.
            retries: as for `ChatCompletion.create`.
            limits: as for `ChatCompletion.create`.
            drop_options: as for `ChatCompletion.create`.
            **options: further options of the provider's function, such as ``dimensions``.

        Raises:
            RequestError: an argument or an option is invalid, or the provider has no embeddings.
            RegistryError: the provider cannot be found or loaded.
            ProviderError: the provider failed.
        """
        texts = _validate_input(input)
        settings = CallSettings(
            model, provider, False, auth, timeout, deadline, retries, limits, False, drop_options
        )
        return _to_embeddings(run_call(EMBEDDING, texts, settings, options))

    @staticmethod
    async def acreate(
        model: str | None = None,
        input: str | Sequence[str] = (),
        provider: "str | Sequence[str | g4f_lite.Step] | g4f_lite.Route | None" = None,
        *,
        auth: Any = None,
        timeout: float | tuple[float, float] | None = None,
        deadline: float | None = None,
        retries: "int | g4f_lite.Retry" = 0,
        limits: "g4f_lite.Limits | None" = None,
        drop_options: bool = False,
        **options: Any,
    ) -> Embeddings:
        """Do the same as `create` without blocking the event loop."""
        texts = _validate_input(input)
        settings = CallSettings(
            model, provider, False, auth, timeout, deadline, retries, limits, False, drop_options
        )
        return _to_embeddings(await run_call_async(EMBEDDING, texts, settings, options))


Embedding.__module__ = "g4f_lite"


def _validate_input(texts: object) -> list[str]:
    items = [texts] if isinstance(texts, str) else texts
    if not isinstance(items, Sequence) or isinstance(items, (bytes, bytearray)) or not items:
        raise InvalidArgumentError(
            "input",
            "`input` has to be a text, or a list of texts that is not empty.",
            hint='Pass input=["first text", "second text"].',
        )
    for position, item in enumerate(items):
        if not isinstance(item, str) or not item:
            kind = "empty" if item == "" else f"of the type {type(item).__name__}"
            raise InvalidArgumentError(
                "input", f"input[{position}] is {kind}; it has to be a text.", hint="Pass texts only."
            )
    return list(items)


def _to_embeddings(call: "Call") -> Embeddings:
    vectors = call.accumulator.vectors
    ordered = tuple(vectors[position] for position in sorted(vectors))
    return Embeddings(ordered, call.accumulator.usage, call.provenance)


class _VectorAccumulator(ResponseAccumulator):
    """An accumulator of vectors. A plain list is the vector of the next text."""

    __slots__ = ()

    @property
    def is_empty(self) -> bool:
        """Whether no vector was received."""
        return not self.vectors

    def add(self, item: Any) -> str:
        """Add a `Vector`, a list of numbers, or an event. Text is an error."""
        if isinstance(item, list):
            item = Vector(len(self.vectors), item)
        if isinstance(item, Vector) and isinstance(item.values, list):
            item = Vector(item.position, _to_floats(item.values))
        return super().add(item)


def _to_floats(values: list[Any]) -> list[float]:
    try:
        return array("d", values).tolist()
    except (TypeError, OverflowError):
        pass
    raise contract_error("The provider yielded", values, "a list of numbers")


class _EmbeddingOperation(OptionalOperation):
    """The operation of a provider's `_create_embedding`."""

    __slots__ = ()

    name = "_create_embedding"
    aname = "_create_embedding"
    models = "embedding_models"

    def signature_of(self, provider: LoadedProvider) -> Function:
        """Return the provider's function.

        Raises:
            InvalidArgumentError: the provider has no embeddings.
        """
        if provider.embed is None:
            raise InvalidArgumentError(
                "provider",
                f"The provider {provider.name!r} computes no embeddings.",
                hint="`g4f-lite providers --json` says who has embedding_models.",
            )
        return provider.embed

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:  # noqa: ARG002
        """Return the texts as the argument `input`."""
        return {"input": payload}

    def new_accumulator(self) -> ResponseAccumulator:
        """Return an accumulator of vectors."""
        return _VectorAccumulator()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:  # noqa: ARG002
        """Return a copy of the texts. Every provider accepts plain texts."""
        return list(payload)

    def estimate_tokens(self, payload: Any) -> int:
        """Return the approximate number of tokens in the texts."""
        return sum(map(len, payload)) // _CHARACTERS_PER_TOKEN

    def continuation_payload(self, payload: Any, text: str) -> None:  # noqa: ARG002
        """Return None, because the rest of a vector cannot be requested."""
        return

    def validate(self, payload: Any, gathered: ResponseAccumulator) -> ProviderResponseError | None:
        """Return an error if there is not one vector per text, or if their lengths differ."""
        vectors = gathered.vectors
        if sorted(vectors) != list(range(len(payload))):
            what = f"{len(payload)} texts with the vectors of {len(vectors)}"
        elif len(set(map(len, vectors.values()))) != 1:
            what = "with vectors of several lengths"
        else:
            return None
        return ProviderResponseError(
            f"The provider answered {what}.", hint="Ask again, or ask another provider."
        )


EMBEDDING = _EmbeddingOperation()
