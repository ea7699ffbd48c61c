"""Embeddings of the Gemini API as events."""

from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import as_count, as_list

__all__ = ["decode_embeddings"]


def decode_embeddings(value: Any) -> Iterator[Vector | Usage]:
    """Yield the vectors of an answer to ``batchEmbedContents``, in the order of the texts.

    Raises:
        ProviderResponseError: `value` has no embeddings.
    """
    embeddings = mapping(value).get("embeddings")
    if not isinstance(embeddings, list):
        raise ProviderResponseError(
            "The service's answer has no embeddings.", hint="Check the model, or ask another provider."
        )
    for position, item in enumerate(embeddings):
        yield Vector(position, as_list(mapping(item).get("values")))
    prompt_tokens = as_count(mapping(mapping(value).get("usageMetadata")).get("promptTokenCount"))
    if prompt_tokens is not None:
        yield Usage(prompt_tokens, 0)
