"""`Embedding`: texts as vectors, whoever computes them."""

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

_CHARACTERS_A_TOKEN = 4


class Embeddings(NamedTuple):
    """The vectors of some texts.

    Attributes:
        vectors: one for each text, in the order of the texts; floats, all of one length.
        usage: tokens counted; None if the provider does not say.
        provenance: who computed them.
    """

    vectors: tuple[list[float], ...]
    usage: Usage | None
    provenance: Provenance

    @property
    def model(self) -> str:
        """The model that computed them, as far as the provider says."""
        return self.provenance.model_served


Embeddings.__module__ = "g4f_lite"


class Embedding:
    """Turn texts into vectors, whoever computes them."""

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
        """Return the vectors of some texts.

        Args:
            model: a model's name, or ``"provider/model"``. Left out: the provider's default.
            input: a text, or several.
            provider: as `ChatCompletion.create` takes it.
            auth: as `ChatCompletion.create` takes it; so are `timeout`, `deadline`, `retries`, `limits` and
                `drop_options`.
            timeout: seconds, for providers that take it.
            deadline: seconds for the whole call.
            retries: how often the same provider is asked once more where that is safe.
            limits: what this program allows itself to ask of a provider.
            drop_options: drop options that the provider does not take.
            **options: what the provider's function takes beside these, such as ``dimensions``.

        Raises:
            RequestError: the call cannot be made as asked.
            RegistryError: the provider cannot be had.
            ProviderError: the provider failed.
        """
        texts = _checked(input)
        settings = CallSettings(
            model, provider, False, auth, timeout, deadline, retries, limits, False, drop_options
        )
        return _result(run_call(EMBEDDING, texts, settings, options))

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
        """Do what `create` does without blocking the event loop."""
        texts = _checked(input)
        settings = CallSettings(
            model, provider, False, auth, timeout, deadline, retries, limits, False, drop_options
        )
        return _result(await run_call_async(EMBEDDING, texts, settings, options))


Embedding.__module__ = "g4f_lite"


def _checked(texts: object) -> list[str]:
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


def _result(call: "Call") -> Embeddings:
    vectors = call.accumulator.vectors
    ordered = tuple(vectors[position] for position in sorted(vectors))
    return Embeddings(ordered, call.accumulator.usage, call.provenance)


class _Vectors(ResponseAccumulator):
    """Vectors as they come: each says its place, or stands for the next one."""

    __slots__ = ()

    @property
    def is_empty(self) -> bool:
        """Whether no vector has come."""
        return not self.vectors

    def add(self, item: Any) -> str:
        """Take a `Vector`, a list of numbers, or an event; text is none of these."""
        if isinstance(item, list):
            item = Vector(len(self.vectors), item)
        if isinstance(item, Vector) and isinstance(item.values, list):
            item = Vector(item.position, _floats(item.values))
        return super().add(item)


def _floats(values: list[Any]) -> list[float]:
    try:
        return array("d", values).tolist()
    except (TypeError, OverflowError):
        pass
    raise contract_error("The provider yielded", values, "a list of numbers")


class _EmbeddingOperation(OptionalOperation):
    """A provider's `_create_embedding`."""

    __slots__ = ()

    name = "_create_embedding"
    aname = "_create_embedding"
    models = "embedding_models"

    def signature_of(self, provider: LoadedProvider) -> Function:
        """Return the provider's function.

        Raises:
            InvalidArgumentError: it has none.
        """
        if provider.embed is None:
            raise InvalidArgumentError(
                "provider",
                f"The provider {provider.name!r} computes no embeddings.",
                hint="`g4f-lite providers --json` says who has embedding_models.",
            )
        return provider.embed

    def arguments(self, payload: Any, *, stream: bool) -> dict[str, Any]:  # noqa: ARG002
        """Return the texts."""
        return {"input": payload}

    def new_accumulator(self) -> ResponseAccumulator:
        """Return what collects vectors."""
        return _Vectors()

    def adapt_payload(self, payload: Any, provider: LoadedProvider) -> Any:  # noqa: ARG002
        """Return the texts, which every provider takes; a list of its own."""
        return list(payload)

    def estimate_tokens(self, payload: Any) -> int:
        """Return about how many tokens the texts are."""
        return sum(map(len, payload)) // _CHARACTERS_A_TOKEN

    def continuation_payload(self, payload: Any, text: str) -> None:  # noqa: ARG002
        """Return None: there is no rest of a vector to be asked for."""
        return

    def validate(self, payload: Any, gathered: ResponseAccumulator) -> ProviderResponseError | None:
        """Return what is wrong with the vectors: there is not one for each text, or they differ in length."""
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
