"""``client.embeddings`` and ``client.models``, and what their asynchronous twins share with them."""

import base64
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from g4f_lite._core.api import embedding
from g4f_lite._core.api import model_listing as models
from g4f_lite._core.registry.registry import registry
from g4f_lite.client import types
from g4f_lite.client._settings import Defaults
from g4f_lite.client._unsupported import UnsupportedAttributes
from g4f_lite.errors import InvalidArgumentError, ModelNotFoundError

__all__ = [
    "Embeddings",
    "Models",
    "find_model",
    "list_all_models",
    "listing",
    "prepared",
    "response",
    "to_model_list",
]

_LISTING = ("auth", "timeout", "deadline", "retries", "base_url", "extra_headers")
"""What of a client's defaults a listing of models takes."""

_OF_ONE = ("auth", "base_url", "extra_headers")
"""What of it is meant for one provider."""


class Embeddings(UnsupportedAttributes):
    """``client.embeddings``."""

    _offers = "`create`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str | None = None,
        **options: Any,
    ) -> types.CreateEmbeddingResponse:
        """Return the vectors of some texts.

        Args:
            input: a text, or several.
            model: the model's name, or ``"provider/model"``.
            **options: what OpenAI's API names (``dimensions``, ``encoding_format``), and what
                `g4f_lite.Embedding.create` takes.

        Raises:
            G4FLiteError: as `g4f_lite.Embedding.create` does.
        """
        arguments, encoded = prepared(self._defaults, model, options)
        return response(embedding.Embedding.create(input=input, **arguments), encoded=encoded)


def prepared(
    defaults: Defaults, model: str | None, options: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return the arguments for the library's function, and whether vectors are wanted in base64.

    A provider always hands out numbers, however the service was asked to write them.
    """
    arguments = defaults.merged({"model": model, **options})
    encoding = arguments.pop("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise InvalidArgumentError(
            "encoding_format", "`encoding_format` has to be 'float' or 'base64'.", hint="Leave it out."
        )
    return arguments, encoding == "base64"


def response(found: embedding.Embeddings, *, encoded: bool) -> types.CreateEmbeddingResponse:
    """Return vectors as the API has them; `encoded`: in base64."""
    usage = found.usage
    return types.CreateEmbeddingResponse(
        data=[
            types.Embedding(_encoded(vector) if encoded else vector, position)
            for position, vector in enumerate(found.vectors)
        ],
        model=found.model,
        usage=None if usage is None else types.EmbeddingUsage(usage.prompt_tokens, usage.total_tokens),
        provenance=found.provenance,
    )


def _encoded(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


class Models(UnsupportedAttributes):
    """``client.models``."""

    _offers = "`list` and `retrieve`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def list(self, **options: Any) -> types.ModelList:
        """Return the models of the client's provider, asked of its service; of all providers if it has none.

        Args:
            **options: what `g4f_lite.list_models` takes; ``max_age=86400``: an earlier list will do.
        """
        arguments = listing(self._defaults, options)
        if arguments is None:
            return list_all_models()
        return to_model_list([models.list_models(**one) for one in arguments])

    def retrieve(self, model: str, **options: Any) -> types.Model:
        """Return one of the models.

        Raises:
            ModelNotFoundError: there is none of that name.
        """
        return find_model(self.list(**options), model)


def listing(defaults: Defaults, options: Mapping[str, Any]) -> "list[dict[str, Any]] | None":
    """Return the arguments for each provider that the client asks, None if it has none in particular.

    May import the providers: of the client's further options, each gets those that its function takes.
    """
    if "max_age" not in options:
        options = {"refresh": True, **options}  # as the `openai` package's client, it asks each time
    given = defaults.merged(options)
    providers = given.pop("provider", None)
    if providers is None:
        return None
    keys = _keys_of(providers)
    if len(keys) > 1:  # whose key, and whose address, is not said: they go to nobody
        given = {name: value for name, value in given.items() if name not in _OF_ONE}
    found = []
    for name, auth in keys.items():
        function = registry.get(name).list_models
        wanted = {*_LISTING, *options, *(function.options if function else ())}
        own = {} if auth is None else {"auth": auth}
        taken = {key: value for key, value in given.items() if key in wanted}
        found.append({**taken, **own, "provider": name})
    return found


def _keys_of(providers: Any) -> dict[str, Any]:
    """Return the names of the providers of a route, each with the key that its step has."""
    steps = [providers] if isinstance(providers, str) else getattr(providers, "steps", providers)
    keys: dict[str, Any] = {}
    for step in steps:
        name = str(getattr(step, "provider", step)).partition("/")[0]
        keys[name] = keys.get(name) or getattr(step, "auth", None)
    return keys


def to_model_list(found: Iterable[models.ModelNames]) -> types.ModelList:
    """Return the models of several providers as one list."""
    return types.ModelList(
        [types.Model(name, owned_by=item.provider) for item in found for name in item.names]
    )


def list_all_models() -> types.ModelList:
    """Return what all providers list, under names that `model` takes."""
    infos = [info for info in registry.infos() if info.state in ("listed", "ready")]
    return types.ModelList(
        [
            types.Model(f"{info.name}/{name}", owned_by=info.name)
            for info in infos
            for name in info.models or ()
        ]
    )


def find_model(found: types.ModelList, model: str) -> types.Model:
    """Return the model of that name.

    Raises:
        ModelNotFoundError: there is none.
    """
    for item in found.data:
        if item.id == model:
            return item
    raise ModelNotFoundError(model, [item.id for item in found.data])
