"""Call one provider in every way in which it can be called, always with the same arguments."""

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
        name: the provider's name in the registry; `loaded`: the provider itself.
        model, messages, options, auth: what each call is made with.
    """

    name: str
    loaded: LoadedProvider
    model: str
    messages: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]
    auth: str | None = None

    def whole(self, **more: Any) -> Answer:
        """Ask for the whole answer."""
        answer = ChatCompletion.create(**self._arguments(more))
        assert isinstance(answer, Answer), f"create returned a {type(answer).__name__}"
        return answer

    def stream(self, **more: Any) -> CompletionStream:
        """Ask for a stream."""
        stream = ChatCompletion.create(**self._arguments(more), stream=True)
        assert isinstance(stream, CompletionStream), f"create returned a {type(stream).__name__}"
        return stream

    async def awhole(self, **more: Any) -> Answer:
        """Ask for the whole answer, asynchronously."""
        answer: Answer = await ChatCompletion.acreate(**self._arguments(more))
        return answer

    async def astream(self, **more: Any) -> AsyncCompletionStream:
        """Ask for an asynchronous stream."""
        stream: AsyncCompletionStream = await ChatCompletion.acreate(**self._arguments(more), stream=True)
        return stream

    def direct(self, *, stream: bool, messages: Sequence[Mapping[str, Any]] | None = None) -> Iterator[Any]:
        """Call the provider's own function, as the core does: by keyword."""
        options = dict(self.options)
        if self.auth is not None and (self.loaded.any_option or "auth" in self.loaded.options):
            options["auth"] = self.auth
        given = copy.deepcopy(self.messages) if messages is None else messages
        answer: Iterator[Any] = self.loaded.create(model=self.model, messages=given, stream=stream, **options)
        return answer

    def _arguments(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "model": self.model,
            "provider": self.name,
            "messages": copy.deepcopy(list(self.messages)),
            "auth": self.auth,
            **self.options,
            **more,
        }
