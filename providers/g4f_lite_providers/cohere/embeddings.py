"""Cohere's vectors, and its list of models."""

from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Served, Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers.cohere import response_parts as parts

__all__ = ["EmbeddingMeaning", "model_names"]


class EmbeddingMeaning:
    """What an answer of `/v2/embed` says."""

    def __init__(self, model: str, wanted: int) -> None:
        self._model = model
        self._wanted = wanted

    def __call__(self, value: Any) -> Iterator[Any]:
        """Yield the vectors, in the order of the texts.

        Raises:
            ProviderResponseError: there are more or fewer of them than texts.
        """
        value = mapping(value)
        vectors = parts.list_of(mapping(value.get("embeddings")), "float")
        if len(vectors) != self._wanted:
            raise ProviderResponseError(
                f"Cohere sent {len(vectors)} vectors for {self._wanted} texts.",
                hint="Check that the model is one for embeddings.",
            )
        yield Served(self._model, id=parts.word(value.get("id")))
        yield from (Vector(place, values) for place, values in enumerate(vectors))
        billed = mapping(mapping(value.get("meta")).get("billed_units"))
        if "input_tokens" in billed:
            yield Usage(parts.count(billed["input_tokens"]) or 0, 0)


def model_names(value: Any) -> Iterator[str]:
    """Yield the names that `/v1/models` lists."""
    models = mapping(value).get("models")
    if not isinstance(models, list):
        raise ProviderResponseError("Cohere did not send a list of models.", hint="Check base_url.")
    for item in models:
        name = mapping(item).get("name")
        if isinstance(name, str):
            yield name
