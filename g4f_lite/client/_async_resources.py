"""``client.embeddings`` and ``client.models`` of `AsyncClient`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from typing import Any

from g4f_lite._core.api import embedding
from g4f_lite._core.api import model_listing as models
from g4f_lite.client import types
from g4f_lite.client._resources import (
    build_embedding_arguments,
    build_listing_arguments,
    find_model,
    list_all_models,
    to_embedding_response,
    to_model_list,
)
from g4f_lite.client._settings import Defaults
from g4f_lite.client._unsupported import UnsupportedAttributes

__all__ = ["AsyncEmbeddings", "AsyncModelList", "AsyncModels"]


class AsyncEmbeddings(UnsupportedAttributes):
    """``client.embeddings``."""

    _supported = "`create`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str | None = None,
        **options: Any,
    ) -> types.CreateEmbeddingResponse:
        """Return the vectors of texts, as `Client.embeddings.create` does."""
        arguments, is_base64 = build_embedding_arguments(self._defaults, model, options)
        return to_embedding_response(
            await embedding.Embedding.acreate(input=input, **arguments), is_base64=is_base64
        )


class AsyncModels(UnsupportedAttributes):
    """``client.models``."""

    _supported = "`list` and `retrieve`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def list(self, **options: Any) -> "AsyncModelList":
        """Return the models, as `Client.models.list` does; await the result or use ``async for``."""
        return AsyncModelList(lambda: self._list(options))

    async def _list(self, options: Mapping[str, Any]) -> types.ModelList:
        arguments = await asyncio.to_thread(build_listing_arguments, self._defaults, options)
        if arguments is None:
            return await asyncio.to_thread(list_all_models)
        return to_model_list(await asyncio.gather(*(models.alist_models(**kwargs) for kwargs in arguments)))

    async def retrieve(self, model: str, **options: Any) -> types.Model:
        """Return one model.

        Raises:
            ModelNotFoundError: no model has the name `model`.
        """
        return find_model(await self.list(**options), model)


class AsyncModelList:
    """A list of models that is requested when it is awaited or iterated."""

    def __init__(self, fetch: Callable[[], Awaitable[types.ModelList]]) -> None:
        self._fetch = fetch

    def __await__(self) -> Generator[Any, None, types.ModelList]:
        return self._fetch().__await__()

    async def __aiter__(self) -> AsyncIterator[types.Model]:
        for model in await self:
            yield model
