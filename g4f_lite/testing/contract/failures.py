"""Every way in which a service can fail is an error of the tree, and never an answer."""

import asyncio
import pickle
import time
import traceback
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest

from g4f_lite import (
    AuthenticationError,
    EmptyAnswerError,
    NotFoundError,
    PermissionDeniedError,
    ProviderConnectionError,
    ProviderError,
    ProviderResponseError,
    ProviderStatusError,
    ProviderTimeoutError,
    RateLimitError,
    ServiceUnavailableError,
)
from g4f_lite.testing._fake_service import Service
from g4f_lite.testing.contract.base import PLANTED_KEY, ContractBase
from g4f_lite.testing.gates import Gate
from g4f_lite.testing.replies import HangUp, Raw, Reply, Reset, Stall, html_page

__all__ = ["FailureContract"]

_STATUSES: dict[int, type[ProviderStatusError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
    500: ServiceUnavailableError,
    503: ServiceUnavailableError,
}
_RETRY_AFTER = 7
_SHORT = 0.5
_GENEROUS = 10.0
_FIRST = "The beginning, "
_HTML = {"Content-Type": "text/html"}

Failure = TypeVar("Failure", bound=ProviderError)


class FailureContract(ContractBase):
    """A typed error with the text that had come, in time, without secrets."""

    @pytest.mark.parametrize("status", _STATUSES)
    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_status_is_an_error(self, service: Service, status: int, stream: bool) -> None:
        """A status that is no success is the typed error; the page that comes with it is no answer."""
        service.answers(Reply(html_page(f"{status} Oops"), status=status, headers=_HTML))
        error = failure(service, ProviderStatusError, stream=stream)
        assert type(error) is _STATUSES[status]
        assert error.status == status
        assert error.partial_text == ""

    def test_retry_after_is_passed_on(self, service: Service) -> None:
        """How long a service asks to wait is on the error."""
        headers = {**_HTML, "Retry-After": str(_RETRY_AFTER)}
        service.answers(Reply(html_page("429 Slow down"), status=429, headers=headers))
        assert failure(service, RateLimitError).retry_after == _RETRY_AFTER

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_silence_times_out(self, service: Service, stream: bool) -> None:
        """A service that takes the request and never answers is a timeout, in the time asked for."""
        service.answers(Reply([Stall()], framing="raw"))
        began = time.monotonic()
        error = failure(service, ProviderTimeoutError, stream=stream, **service.limit(_SHORT))
        assert error.phase == "read"
        assert time.monotonic() - began < _GENEROUS, "The timeout came late"

    def test_stall_times_out(self, service: Service) -> None:
        """A service that stops in the middle is a timeout that carries the text that had come."""
        service.needs_streaming()
        service.says([_FIRST, "the end."], Stall(), only=1)
        error = failure(service, ProviderTimeoutError, **service.limit(_SHORT))
        assert error.partial_text == _FIRST

    def test_reset_keeps_the_text(self, service: Service) -> None:
        """A connection broken in the middle is a connection error that carries the text that had come."""
        service.needs_streaming()
        gate = Gate()
        service.says([_FIRST, "the end."], gate, Reset(), only=1)
        stream = service.caller.stream()
        assert next(stream) == _FIRST
        gate.open()
        with pytest.raises(ProviderConnectionError) as caught:
            list(stream)
        assert caught.value.partial_text == _FIRST

    def test_refused_connection_is_an_error(self, service: Service) -> None:
        """A service that is not there is a connection error."""
        service.upstream.close()
        error = failure(service, ProviderConnectionError)
        assert not isinstance(error, ProviderTimeoutError)

    def test_garbage_is_an_error(self, service: Service) -> None:
        """A service that does not speak HTTP is an error."""
        service.answers(Reply([b"\x00\x01 this is no HTTP\r\n\r\n"], framing="raw"))
        failure(service, ProviderError)

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    @pytest.mark.parametrize("cut", ["chunked", "chunk", "length"])
    def test_truncated_body_is_an_error(self, service: Service, cut: str, stream: bool) -> None:
        """A body cut short is an error, and no answer: no last chunk, half a chunk, too few bytes."""
        if cut == "chunked":
            service.says([_FIRST, "the end."], HangUp(), only=1)
        elif cut == "chunk":
            service.says([_FIRST, "the end."], Raw(b"ff\r\n"), HangUp(), only=1)
        else:
            service.says(
                [_FIRST, "the end."], only=1, framing="length", declared_length=9999, keep_alive=False
            )
        error = failure(service, ProviderConnectionError, stream=stream)
        assert not isinstance(error, ProviderTimeoutError)
        if stream and service.caller.loaded.supports_stream:
            assert error.partial_text.startswith(_FIRST)

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_invalid_bytes_are_an_error(self, service: Service, stream: bool) -> None:
        """Bytes that are no UTF-8 are an error; they are neither dropped nor replaced."""
        service.upstream.script(lambda request: service.wire.reply(service.wire.broken_pieces(request)))
        error = failure(service, ProviderResponseError, stream=stream)
        assert "\ufffd" not in error.partial_text

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_empty_answer_is_an_error(self, service: Service, stream: bool) -> None:
        """An answer without any text is an error, unless the service says that it is whole and why it ended."""
        service.says([])
        if not says_why_it_ended(service, stream=stream):
            failure(service, EmptyAnswerError, stream=stream)

    def test_failures_are_the_same_asynchronously(self, service: Service) -> None:
        """The asynchronous call raises the same errors, streamed and whole."""
        service.answers(Reply(html_page("503 Oops"), status=503, headers=_HTML))

        async def main() -> None:
            with pytest.raises(ProviderStatusError):
                await service.caller.awhole()
            with pytest.raises(ProviderStatusError):
                async for _ in await service.caller.astream():
                    pass

        asyncio.run(main())

    def test_key_is_not_shown(self, service: Service) -> None:
        """The caller's key is in no error: not in its text, its representation, its traceback."""
        if not service.caller.loaded.needs_auth:
            pytest.skip("the provider needs no key")
        for reply in _indiscreet_replies():
            service.answers(reply)
            error = failure(service, ProviderError)
            shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            for text in (str(error), repr(error), shown, repr(vars(error)), repr(pickle.dumps(error))):
                assert PLANTED_KEY not in text, f"A {type(error).__name__} shows the caller's key"


def failure(service: Service, kind: type[Failure], *, stream: bool = True, **options: Any) -> Failure:
    """Ask, and return the error, which has to be of this kind; text that comes before it is allowed."""
    caught: ProviderError | None = None
    answer: object = None
    try:
        answer = list(service.caller.stream(**options)) if stream else str(service.caller.whole(**options))
    except ProviderError as error:
        caught = error
    assert caught is not None, f"There is no error; the failure came back as the answer {answer!r}"
    assert isinstance(caught, kind), f"{type(caught).__name__} was raised, not {kind.__name__}: {caught}"
    return caught


def says_why_it_ended(service: Service, *, stream: bool) -> bool:
    """Whether an answer comes without an error, with the reason why it ended."""
    try:
        if stream:
            with service.caller.stream() as answer:
                list(answer)
            return answer.completion.finish_reason is not None
        return service.caller.whole().completion.finish_reason is not None
    except ProviderError:
        return False


def _indiscreet_replies() -> Iterator[Reply]:
    """Yield failures of a service that says the key back."""
    for status in (400, 401, 429, 500):
        yield Reply(f"Wrong key {PLANTED_KEY} (Authorization: Bearer {PLANTED_KEY})", status=status)
    yield Reply(status=302, headers={"Location": f"https://example.org/?key={PLANTED_KEY}"})
    yield Reply([f"HTTP/1.1 {PLANTED_KEY}\r\n\r\n"], framing="raw")
