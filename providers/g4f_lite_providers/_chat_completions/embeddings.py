"""Embeddings and lists of models of the OpenAI API: what their answers say."""

import sys
from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Served, Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._chat_completions.options import CONNECTION, Options
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._shared.json_values import count, string

__all__ = ["embedding_body", "models_in", "vectors_in"]


def embedding_body(model: str, texts: list[Any], quirks: Quirks, options: Options) -> dict[str, Any]:
    """Return the body of a request for embeddings.

    As OpenAI's own client does, base64 is asked for where the service knows it: a fifth of the bytes.
    """
    body: dict[str, Any] = {"input": texts, "model": model}
    if quirks.base64:
        body["encoding_format"] = "base64"
    for name, value in options.items():
        if value is not None and name not in (*CONNECTION, *quirks.outside, "extra_body"):
            body[quirks.names.get(name, name)] = value
    body.update(options.get("extra_body") or {})
    return body


def vectors_in(value: Any) -> Iterator[Vector | Usage | Served]:
    """Yield the embeddings of an answer, whichever way their numbers are written.

    Raises:
        ProviderResponseError: there are none in it.
    """
    answer = mapping(value)
    rows = answer.get("data")
    if not isinstance(rows, list):
        raise _broken("no embeddings")
    for place, row in enumerate(rows):
        index = count(mapping(row).get("index"))
        yield Vector(place if index is None else index, _numbers(mapping(row).get("embedding")))
    model, sent = string(answer.get("model")), count(mapping(answer.get("usage")).get("prompt_tokens"))
    if model is not None:
        yield Served(model)
    if sent is not None:
        yield Usage(sent, 0)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        import binascii
        from array import array

        try:
            numbers = array("f", binascii.a2b_base64(value))
        except ValueError:
            raise _broken("an embedding that is no base64") from None
        if sys.byteorder == "big":  # the wire's is little
            numbers.byteswap()
        return numbers.tolist()
    raise _broken("an embedding without numbers")


def models_in(value: Any) -> Iterator[str]:
    """Yield the names in a list of models, which may stand by itself or in an object.

    Raises:
        ProviderResponseError: it is none.
    """
    rows = value if isinstance(value, list) else mapping(value).get("data", mapping(value).get("models"))
    if not isinstance(rows, list):
        raise _broken("no list of models")
    for row in rows:
        name = string(mapping(row).get("id") or mapping(row).get("name") or row)
        if name is not None:
            yield name


def _broken(what: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"The service's answer has {what}.",
        hint="Check that base_url leads to the OpenAI API, or ask another provider.",
    )
