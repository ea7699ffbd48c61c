"""The records of lists: embeddings and models; `types` has them among the others."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Literal

from g4f_lite.client._records.base import Record
from g4f_lite.results import Provenance

__all__ = ["CreateEmbeddingResponse", "Embedding", "EmbeddingUsage", "Model", "ModelList"]


@dataclass(slots=True)
class Embedding(Record):
    """The vector of the input at `index`; a base64 string of little-endian floats if that was asked for."""

    embedding: list[float] | str
    index: int
    object: Literal["embedding"] = "embedding"


@dataclass(slots=True)
class EmbeddingUsage(Record):
    """Tokens of the inputs."""

    prompt_tokens: int
    total_tokens: int


@dataclass(slots=True)
class CreateEmbeddingResponse(Record):
    """The vectors of all inputs, in their order."""

    data: list[Embedding]
    model: str
    object: Literal["list"] = "list"
    usage: EmbeddingUsage | None = None
    provenance: Provenance | None = None


@dataclass(slots=True)
class Model(Record):
    """A model that can be asked for; `owned_by` is the provider that lists it, and `created` is not known."""

    id: str
    created: int = 0
    object: Literal["model"] = "model"
    owned_by: str = ""


@dataclass(slots=True)
class ModelList(Record):
    """The models, to be iterated."""

    data: list[Model]
    object: Literal["list"] = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)

    async def __aiter__(self) -> AsyncIterator[Model]:
        for model in self.data:
            yield model

    def __len__(self) -> int:
        return len(self.data)
