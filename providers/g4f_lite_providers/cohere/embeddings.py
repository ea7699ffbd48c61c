"""Embeddings of Cohere's API as events."""

from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Served, Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import as_list, nonempty_str
from g4f_lite_providers.cohere.response import as_whole_count

__all__ = ["decode_embeddings"]


def decode_embeddings(value: Any, *, model: str, expected: int) -> Iterator[Any]:
    """Yield the vectors of an answer of `/v2/embed`, in the order of the texts.

    Args:
        value: the body of the answer.
        model: the name of the model.
        expected: the number of texts.

    Raises:
        ProviderResponseError: the number of vectors is not `expected`.
    """
    value = mapping(value)
    vectors = as_list(mapping(value.get("embeddings")).get("float"))
    if len(vectors) != expected:
        raise ProviderResponseError(
            f"Cohere sent {len(vectors)} vectors for {expected} texts.",
            hint="Check that the model is one for embeddings.",
        )
    yield Served(model, id=nonempty_str(value.get("id")))
    yield from (Vector(position, numbers) for position, numbers in enumerate(vectors))
    billed_units = mapping(mapping(value.get("meta")).get("billed_units"))
    if "input_tokens" in billed_units:
        yield Usage(as_whole_count(billed_units["input_tokens"]) or 0, 0)
