"""``client.embeddings`` and ``client.models`` of `AsyncClient`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from typing import Any

from g4f_lite._core.api import embedding
from g4f_lite._core.api import model_listing as models
from g4f_lite.client import types
from g4f_lite.client._resources import find_model, list_all_models, listing, prepared, response, to_model_list
from g4f_lite.client._settings import Defaults
from g4f_lite.client._unsupported import UnsupportedAttributes

__all__ = ["AsyncEmbeddings", "AsyncModelList", "AsyncModels"]


class AsyncEmbeddings(UnsupportedAttributes):
    """``client.embeddings``."""

    _offers = "`create`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str | None = None,
        **options: Any,
    ) -> types.CreateEmbeddingResponse:
        """Return the vectors of some texts, as `Client.embeddings.create` does."""
        arguments, encoded = prepared(self._defaults, model, options)
        return response(await embedding.Embedding.acreate(input=input, **arguments), encoded=encoded)


class AsyncModels(UnsupportedAttributes):
    """``client.models``."""

    _offers = "`list` and `retrieve`"

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults

    def list(self, **options: Any) -> "AsyncModelList":
        """Return the models, as `Client.models.list` does; to be awaited, or read with ``async for``."""
        return AsyncModelList(lambda: self._list(options))

    async def _list(self, options: Mapping[str, Any]) -> types.ModelList:
        arguments = await asyncio.to_thread(listing, self._defaults, options)
        if arguments is None:
            return await asyncio.to_thread(list_all_models)
        return to_model_list(await asyncio.gather(*(models.alist_models(**one) for one in arguments)))

    async def retrieve(self, model: str, **options: Any) -> types.Model:
        """Return one of the models.

        Raises:
            ModelNotFoundError: there is none of that name.
        """
        return find_model(await self.list(**options), model)


class AsyncModelList:
    """The models to come."""

    def __init__(self, ask: Callable[[], Awaitable[types.ModelList]]) -> None:
        self._ask = ask

    def __await__(self) -> Generator[Any, None, types.ModelList]:
        return self._ask().__await__()

    async def __aiter__(self) -> AsyncIterator[types.Model]:
        for model in await self:
            yield model
