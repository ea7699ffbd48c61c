"""The Gemini API's lists: vectors and models."""

from collections.abc import Iterator
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Usage, Vector
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._shared.json_values import count, items

__all__ = ["names", "vectors"]


def vectors(value: Any) -> Iterator[Vector | Usage]:
    """Yield the vectors of an answer to ``batchEmbedContents``, in the order of the texts.

    Raises:
        ProviderResponseError: it has none.
    """
    found = mapping(value).get("embeddings")
    if not isinstance(found, list):
        raise ProviderResponseError(
            "The service's answer has no embeddings.", hint="Check the model, or ask another provider."
        )
    for position, item in enumerate(found):
        yield Vector(position, items(mapping(item).get("values")))
    sent = count(mapping(mapping(value).get("usageMetadata")).get("promptTokenCount"))
    if sent is not None:
        yield Usage(sent, 0)


def names(value: Any) -> Iterator[str]:
    """Yield the names of the models that answer.

    Raises:
        ProviderResponseError: it is no list of models.
    """
    models = [] if value == {} else mapping(value).get("models")  # Google's JSON leaves empty lists out
    if not isinstance(models, list):
        raise ProviderResponseError(
            "The service's answer has no list of models.", hint="Check base_url, or ask another provider."
        )
    for item in models:
        name, methods = mapping(item).get("name"), mapping(item).get("supportedGenerationMethods")
        if isinstance(name, str) and (methods is None or "generateContent" in items(methods)):
            yield name.removeprefix("models/")
