"""Recorded answers of services, and what a provider has to make of each.

A family of providers has a ``cases.py`` whose `CASES` lists them; ``tests/providers/test_conformance.py``
runs every case through splits, both ways of reading, cuts, cancels and failures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

KEY = "planted-key-7f3a9c51e2"
"""The key that conformance tests call every provider with; it may show nowhere."""

MESSAGES = [{"role": "user", "content": "Say hello."}]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recorded body, and what it means.

    Attributes:
        id: a word for the test's name.
        provider: the provider's name.
        body: the body as it stands on the wire.
        stream: what the provider is asked for; also what `body` is.
        function: which of the provider's functions reads it.
        model, messages, options: what it is asked with, beside `base_url` and `auth`.
        content_type: the response's.
        headers: further response headers.
        text, reasoning, refusal, tool_calls, finish_reason, usage, media, citations: what the completion has
            to have; `tool_calls` as (name, arguments), `usage` as (prompt, completion); the counts of the
            last two. None or empty: it has to have none.
        choices: the texts of all choices, where there are several.
        names: the models, for ``function="models"``; `vectors`: for ``"embedding"``, by position.
        error: the class of the error that the body ends in, None if it is whole; `text` is then what came before.
        error_attributes: what that error has to have.
        ends_early: whether the body may be cut after its last byte of meaning without an error.
    """

    id: str
    provider: str
    body: bytes
    stream: bool = True
    function: Literal["completion", "embedding", "models"] = "completion"
    model: str = "test-model"
    messages: list[dict[str, Any]] = field(default_factory=lambda: [dict(message) for message in MESSAGES])
    options: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    reasoning: str = ""
    refusal: str | None = None
    tool_calls: tuple[tuple[str, str], ...] = ()
    finish_reason: str | None = None
    usage: tuple[int, int] | None = None
    media: int = 0
    citations: int = 0
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    vectors: tuple[tuple[float, ...], ...] = ()
    error: type[Exception] | None = None
    error_attributes: Mapping[str, Any] = field(default_factory=dict)
    ends_early: bool = False

    @property
    def media_type(self) -> str:
        """The response's content type, by default what the way of answering says."""
        return self.content_type or ("text/event-stream" if self.stream else "application/json")


@dataclass(frozen=True, kw_only=True)
class ErrorCase:
    """A response with an error status, as the service words it, and what it has to come to.

    Attributes:
        check: more to look at in the error.
    """

    id: str
    provider: str
    status: int
    body: bytes
    error: type[Exception]
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    code: str | None = None
    kind: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Any], bool] | None = None
