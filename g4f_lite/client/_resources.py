"""``client.embeddings`` and ``client.models``, and the functions they share with `AsyncClient`."""

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
    "build_embedding_arguments",
    "build_listing_arguments",
    "find_model",
    "list_all_models",
    "to_embedding_response",
    "to_model_list",
]

_LISTING_ARGUMENTS = ("auth", "timeout", "deadline", "retries", "base_url", "extra_headers")
"""The arguments of `list_models` that a client's defaults may contain."""

_SINGLE_PROVIDER_ARGUMENTS = ("auth", "base_url", "extra_headers")
"""Those that belong to one provider."""


class Embeddings(UnsupportedAttributes):
    """``client.embeddings``."""

    _supported = "`create`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str | None = None,
        **options: Any,
    ) -> types.CreateEmbeddingResponse:
        """Return the vectors of texts.

        Args:
            input: one text, or several.
            model: the name of the model, or ``"provider/model"``.
            **options: options of OpenAI's API (``dimensions``, ``encoding_format``), and arguments of
                `g4f_lite.Embedding.create`.

        Raises:
            InvalidArgumentError: `encoding_format` is neither ``"float"`` nor ``"base64"``.
            G4FLiteError: under the same conditions as `g4f_lite.Embedding.create`.
        """
        arguments, is_base64 = build_embedding_arguments(self._defaults, model, options)
        return to_embedding_response(
            embedding.Embedding.create(input=input, **arguments), is_base64=is_base64
        )


def build_embedding_arguments(
    defaults: Defaults, model: str | None, options: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return the arguments for `Embedding.create`, and whether the caller requests vectors in base64.

    `encoding_format` is not passed on: a provider always returns numbers.
    """
    arguments = defaults.merge({"model": model, **options})
    encoding = arguments.pop("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise InvalidArgumentError(
            "encoding_format", "`encoding_format` has to be 'float' or 'base64'.", hint="Leave it out."
        )
    return arguments, encoding == "base64"


def to_embedding_response(
    embeddings: embedding.Embeddings, *, is_base64: bool
) -> types.CreateEmbeddingResponse:
    """Return embeddings in the form of the API, with the vectors in base64 if `is_base64`."""
    usage = embeddings.usage
    return types.CreateEmbeddingResponse(
        data=[
            types.Embedding(_encode_base64(vector) if is_base64 else vector, position)
            for position, vector in enumerate(embeddings.vectors)
        ],
        model=embeddings.model,
        usage=None if usage is None else types.EmbeddingUsage(usage.prompt_tokens, usage.total_tokens),
        provenance=embeddings.provenance,
    )


def _encode_base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


class Models(UnsupportedAttributes):
    """``client.models``."""

    _supported = "`list` and `retrieve`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def list(self, **options: Any) -> types.ModelList:
        """Return the models that the client's provider offers, or those of all providers if it has none.

        The service of the client's provider is requested each time; without a provider, nothing is requested.

        Args:
            **options: arguments of `g4f_lite.list_models`; ``max_age=86400`` (seconds) allows a cached list.

        Raises:
            G4FLiteError: under the same conditions as `g4f_lite.list_models`.
        """
        arguments = build_listing_arguments(self._defaults, options)
        if arguments is None:
            return list_all_models()
        return to_model_list([models.list_models(**kwargs) for kwargs in arguments])

    def retrieve(self, model: str, **options: Any) -> types.Model:
        """Return one model.

        Raises:
            ModelNotFoundError: no model has the name `model`.
        """
        return find_model(self.list(**options), model)


def build_listing_arguments(defaults: Defaults, options: Mapping[str, Any]) -> "list[dict[str, Any]] | None":
    """Return the arguments of `list_models` for each provider, or None if the client has no provider.

    May import the providers: each one gets those additional options that its function accepts.
    """
    if "max_age" not in options:
        options = {"refresh": True, **options}  # like the `openai` package's client, request it each time
    arguments = defaults.merge(options)
    providers = arguments.pop("provider", None)
    if providers is None:
        return None
    keys = _keys_by_provider(providers)
    if len(keys) > 1:  # a key and an address belong to one provider, and it is unknown to which
        arguments = {
            name: value for name, value in arguments.items() if name not in _SINGLE_PROVIDER_ARGUMENTS
        }
    listings = []
    for name, auth in keys.items():
        function = registry.get(name).list_models
        accepted = {*_LISTING_ARGUMENTS, *options, *(function.options if function else ())}
        kwargs = {key: value for key, value in arguments.items() if key in accepted}
        if auth is not None:
            kwargs["auth"] = auth
        listings.append({**kwargs, "provider": name})
    return listings


def _keys_by_provider(providers: Any) -> dict[str, Any]:
    """Return the provider names of a route, each with the API key of its step, or None."""
    steps = [providers] if isinstance(providers, str) else getattr(providers, "steps", providers)
    keys: dict[str, Any] = {}
    for step in steps:
        name = str(getattr(step, "provider", step)).partition("/")[0]
        keys[name] = keys.get(name) or getattr(step, "auth", None)
    return keys


def to_model_list(listings: Iterable[models.ModelNames]) -> types.ModelList:
    """Return the models of several providers as one list."""
    return types.ModelList(
        [types.Model(name, owned_by=listing.provider) for listing in listings for name in listing.names]
    )


def list_all_models() -> types.ModelList:
    """Return the models of all providers, as names ``"provider/model"`` for the argument `model`."""
    infos = [info for info in registry.infos() if info.state in ("listed", "ready")]
    return types.ModelList(
        [
            types.Model(f"{info.name}/{name}", owned_by=info.name)
            for info in infos
            for name in info.models or ()
        ]
    )


def find_model(model_list: types.ModelList, model: str) -> types.Model:
    """Return the model with the name `model`.

    Raises:
        ModelNotFoundError: no model has that name.
    """
    for item in model_list.data:
        if item.id == model:
            return item
    raise ModelNotFoundError(model, [item.id for item in model_list.data])
