"""The ways to call a provider, all with the same arguments."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from g4f_lite import Answer, AsyncCompletionStream, ChatCompletion, CompletionStream
from g4f_lite.contract import LoadedProvider

__all__ = ["CallVariants"]


@dataclass(frozen=True, slots=True)
class CallVariants:
    """The arguments of a call, and the ways to make it.

    Attributes:
        name: the provider's name in the registry.
        loaded: the provider.
        model: the model of each call.
        messages: the messages of each call.
        options: the options of each call.
        auth: the key of each call, or None.
    """

    name: str
    loaded: LoadedProvider
    model: str
    messages: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]
    auth: str | None = None

    def answer(self, **more: Any) -> Answer:
        """Return the whole answer of `create`."""
        answer = ChatCompletion.create(**self._arguments(more))
        assert isinstance(answer, Answer), f"create returned a {type(answer).__name__}"
        return answer

    def stream(self, **more: Any) -> CompletionStream:
        """Return the stream of `create`."""
        stream = ChatCompletion.create(**self._arguments(more), stream=True)
        assert isinstance(stream, CompletionStream), f"create returned a {type(stream).__name__}"
        return stream

    async def answer_async(self, **more: Any) -> Answer:
        """Return the whole answer of `acreate`."""
        answer: Answer = await ChatCompletion.acreate(**self._arguments(more))
        return answer

    async def stream_async(self, **more: Any) -> AsyncCompletionStream:
        """Return the stream of `acreate`."""
        stream: AsyncCompletionStream = await ChatCompletion.acreate(**self._arguments(more), stream=True)
        return stream

    def call_provider(
        self, *, stream: bool, messages: Sequence[Mapping[str, Any]] | None = None
    ) -> Iterator[Any]:
        """Call the provider's own function by keyword, as the core does."""
        options = dict(self.options)
        if self.auth is not None and (self.loaded.any_option or "auth" in self.loaded.options):
            options["auth"] = self.auth
        if messages is None:
            messages = copy.deepcopy(self.messages)
        items: Iterator[Any] = self.loaded.create(
            model=self.model, messages=messages, stream=stream, **options
        )
        return items

    def _arguments(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "model": self.model,
            "provider": self.name,
            "messages": copy.deepcopy(list(self.messages)),
            "auth": self.auth,
            **self.options,
            **more,
        }
