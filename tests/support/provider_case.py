"""Recorded answers of services, each with the result that a provider must return.

A family of providers has a ``cases.py``, in which `CASES` lists them. ``tests/providers/test_conformance.py``
runs every case with splits, sync and async reading, truncation, cancels and failures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

KEY = "planted-key-7f3a9c51e2"
"""The key that conformance tests pass to every provider. It must not appear anywhere."""

MESSAGES = [{"role": "user", "content": "Say hello."}]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recorded body and its expected result.

    Attributes:
        id: the id of the test.
        provider: the name of the provider.
        body: the bytes of the body on the wire.
        stream: whether the provider is asked for a stream, so that `body` is one.
        function: the function of the provider that reads the body.
        model, messages, options: further arguments of the call.
        content_type: the content type of the response.
        headers: further headers of the response.
        text, reasoning, refusal, finish_reason: expected values of the completion; None or empty if it has none.
        tool_calls: expected tool calls as (name, arguments).
        usage: expected counts as (prompt, completion).
        media, citations: expected numbers of items.
        choices: expected texts of all choices, if there are several.
        names: expected models, for ``function="models"``.
        vectors: expected vectors by position, for ``function="embedding"``.
        error: the class of the error at the end of the body, or None. `text` is then the text before it.
        error_attributes: expected attributes of that error.
        ends_early: whether the body may be truncated after its last meaningful byte without an error.
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
        """The content type of the response, by default that of the format."""
        return self.content_type or ("text/event-stream" if self.stream else "application/json")


@dataclass(frozen=True, kw_only=True)
class ErrorCase:
    """A recorded response with an error status, and the expected error.

    Attributes:
        check: a further check of the error.
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
