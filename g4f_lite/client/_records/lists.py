"""Records of lists of embeddings and models; `types` exports them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Literal

from g4f_lite.client._records.base import Record
from g4f_lite.results import Provenance

__all__ = ["CreateEmbeddingResponse", "Embedding", "EmbeddingUsage", "Model", "ModelList"]


@dataclass(slots=True)
class Embedding(Record):
    """The vector of the input at `index`: a list, or with ``encoding_format="base64"`` a string.

    The string is the base64 of little-endian 32-bit floats.
    """

    embedding: list[float] | str
    index: int
    object: Literal["embedding"] = "embedding"


@dataclass(slots=True)
class EmbeddingUsage(Record):
    """The numbers of tokens in the inputs."""

    prompt_tokens: int
    total_tokens: int


@dataclass(slots=True)
class CreateEmbeddingResponse(Record):
    """The vectors of all inputs, in the order of the inputs."""

    data: list[Embedding]
    model: str
    object: Literal["list"] = "list"
    usage: EmbeddingUsage | None = None
    provenance: Provenance | None = None


@dataclass(slots=True)
class Model(Record):
    """A model.

    Attributes:
        id: the name of the model, for the argument `model`.
        created: always 0, because it is not known.
        owned_by: the name of the provider that lists the model.
    """

    id: str
    created: int = 0
    object: Literal["model"] = "model"
    owned_by: str = ""


@dataclass(slots=True)
class ModelList(Record):
    """A list of models, which can be iterated with ``for`` and ``async for``."""

    data: list[Model]
    object: Literal["list"] = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)

    async def __aiter__(self) -> AsyncIterator[Model]:
        for model in self.data:
            yield model

    def __len__(self) -> int:
        return len(self.data)
