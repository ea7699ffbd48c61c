"""Embeddings of Ollama's API as events."""

from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Served, Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import as_count
from g4f_lite_providers.ollama.response import raise_if_error

__all__ = ["decode_embeddings"]


def decode_embeddings(value: Any, *, expected: int, secrets: tuple[str, ...]) -> Iterator[Any]:
    """Yield the vectors of an answer of `/api/embed`, in the order of the texts.

    Args:
        value: the body of the answer.
        expected: the number of texts.
        secrets: strings that errors must not show.

    Raises:
        ProviderStatusError: `value` is an error.
        ProviderResponseError: the number of vectors is not `expected`.
    """
    value = mapping(value)
    raise_if_error(value, secrets)
    vectors = value.get("embeddings")
    if not isinstance(vectors, list) or len(vectors) != expected:
        raise ProviderResponseError(
            f"Ollama did not send one vector for each of the {expected} texts.",
            hint="Check that the model is one for embeddings.",
        )
    if "model" in value:
        yield Served(str(value["model"]))
    yield from (Vector(position, numbers) for position, numbers in enumerate(vectors))
    if "prompt_eval_count" in value:
        yield Usage(as_count(value["prompt_eval_count"]) or 0, 0)
