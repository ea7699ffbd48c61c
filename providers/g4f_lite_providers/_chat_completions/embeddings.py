"""Embeddings of the OpenAI API: the request's body, and the answer as events."""

import sys
from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Served, Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._chat_completions.options import CONNECTION_OPTIONS, Options
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._shared.json_values import as_count, nonempty_str

__all__ = ["decode_embeddings", "embedding_body"]


def embedding_body(model: str, texts: list[Any], quirks: Quirks, options: Options) -> dict[str, Any]:
    """Return the body of a request for embeddings.

    As OpenAI's own client does, it requests base64 where the service knows it: a fifth of the bytes.
    """
    body: dict[str, Any] = {"input": texts, "model": model}
    if quirks.has_base64_embeddings:
        body["encoding_format"] = "base64"
    for name, value in options.items():
        if value is not None and name not in (*CONNECTION_OPTIONS, *quirks.non_body_options, "extra_body"):
            body[quirks.field_names.get(name, name)] = value
    body.update(options.get("extra_body") or {})
    return body


def decode_embeddings(value: Any) -> Iterator[Vector | Usage | Served]:
    """Yield the events of an answer; its numbers may be lists or base64.

    Raises:
        ProviderResponseError: `value` has no embeddings, or one of them cannot be read.
    """
    answer = mapping(value)
    rows = answer.get("data")
    if not isinstance(rows, list):
        raise _malformed_error("no embeddings")
    for position, row in enumerate(rows):
        index = as_count(mapping(row).get("index"))
        yield Vector(position if index is None else index, _decode_numbers(mapping(row).get("embedding")))
    model = nonempty_str(answer.get("model"))
    prompt_tokens = as_count(mapping(answer.get("usage")).get("prompt_tokens"))
    if model is not None:
        yield Served(model)
    if prompt_tokens is not None:
        yield Usage(prompt_tokens, 0)


def _decode_numbers(value: Any) -> list[float]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        import binascii
        from array import array

        try:
            numbers = array("f", binascii.a2b_base64(value))
        except ValueError:
            raise _malformed_error("an embedding that is no base64") from None
        if sys.byteorder == "big":  # The numbers in the base64 are little-endian.
            numbers.byteswap()
        return numbers.tolist()
    raise _malformed_error("an embedding without numbers")


def _malformed_error(problem: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"The service's answer has {problem}.",
        hint="Check that base_url leads to the OpenAI API, or ask another provider.",
    )
