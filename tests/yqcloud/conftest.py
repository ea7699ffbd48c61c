"""Shared parts of the tests of `yqcloud`: a server that replaces the service, and functions for calls."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from g4f_lite import Answer, AsyncCompletionStream, ChatCompletion, CompletionStream
from g4f_lite.testing import Upstream

HELLO = [{"role": "user", "content": "Hello, how are you?"}]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.fixture
def ask(upstream: Upstream) -> Callable[..., Answer]:
    """Return a function that asks for a whole answer."""

    def create(content: str | None = None, **options: Any) -> Answer:
        return ChatCompletion.create(**arguments(upstream, content, options))

    return create


@pytest.fixture
def stream(upstream: Upstream) -> Callable[..., CompletionStream]:
    """Return a function that asks for a stream."""

    def create(content: str | None = None, **options: Any) -> CompletionStream:
        return ChatCompletion.create(**arguments(upstream, content, options), stream=True)

    return create


@pytest.fixture
def astream(upstream: Upstream) -> Callable[..., AsyncCompletionStream]:
    """Return a function that asks for an asynchronous stream."""

    def create(content: str | None = None, **options: Any) -> AsyncCompletionStream:
        return ChatCompletion.acreate(**arguments(upstream, content, options), stream=True)

    return create


def arguments(upstream: Upstream, content: str | None, options: dict[str, Any]) -> dict[str, Any]:
    messages = HELLO if content is None else [{"role": "user", "content": content}]
    return {"provider": "yqcloud", "base_url": upstream.url, "messages": messages, **options}
