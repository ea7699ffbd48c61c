"""The contract of failures: a failure of a service raises its error, and is never an answer."""

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
from g4f_lite.testing._fake_service import FakeService
from g4f_lite.testing.contract.base import PLANTED_KEY, ContractBase
from g4f_lite.testing.gates import Gate
from g4f_lite.testing.replies import HangUp, Raw, Reply, Reset, Stall, html_page

__all__ = ["FailureContract"]

_STATUS_ERRORS: dict[int, type[ProviderStatusError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
    500: ServiceUnavailableError,
    503: ServiceUnavailableError,
}
_RETRY_AFTER = 7
_TIMEOUT_SECONDS = 0.5
_PATIENT_SECONDS = 10.0
_FIRST_TEXT = "The beginning, "
_HTML_HEADERS = {"Content-Type": "text/html"}

Failure = TypeVar("Failure", bound=ProviderError)


class FailureContract(ContractBase):
    """The requirements on errors: their type, in time, with the text so far, without secrets."""

    @pytest.mark.parametrize("status", _STATUS_ERRORS)
    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_status_is_an_error(self, service: FakeService, status: int, stream: bool) -> None:
        """An error status raises its typed error, and the page that comes with it is not an answer."""
        service.set_reply(Reply(html_page(f"{status} Oops"), status=status, headers=_HTML_HEADERS))
        error = expect_error(service, ProviderStatusError, stream=stream)
        assert type(error) is _STATUS_ERRORS[status]
        assert error.status == status
        assert error.partial_text == ""

    def test_retry_after_is_passed_on(self, service: FakeService) -> None:
        """The error has the seconds of the Retry-After header."""
        headers = {**_HTML_HEADERS, "Retry-After": str(_RETRY_AFTER)}
        service.set_reply(Reply(html_page("429 Slow down"), status=429, headers=headers))
        assert expect_error(service, RateLimitError).retry_after == _RETRY_AFTER

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_silence_times_out(self, service: FakeService, stream: bool) -> None:
        """A service that never answers raises a timeout error within the requested time."""
        service.set_reply(Reply([Stall()], framing="raw"))
        start = time.monotonic()
        error = expect_error(
            service, ProviderTimeoutError, stream=stream, **service.timeout_options(_TIMEOUT_SECONDS)
        )
        assert error.phase == "read"
        assert time.monotonic() - start < _PATIENT_SECONDS, "The timeout came late"

    def test_stall_times_out(self, service: FakeService) -> None:
        """A service that stalls in the middle raises a timeout error with the text so far."""
        service.require_streaming()
        service.set_texts([_FIRST_TEXT, "the end."], Stall(), only=1)
        error = expect_error(service, ProviderTimeoutError, **service.timeout_options(_TIMEOUT_SECONDS))
        assert error.partial_text == _FIRST_TEXT

    def test_reset_keeps_the_text(self, service: FakeService) -> None:
        """A connection that is reset in the middle raises a connection error with the text so far."""
        service.require_streaming()
        gate = Gate()
        service.set_texts([_FIRST_TEXT, "the end."], gate, Reset(), only=1)
        stream = service.caller.stream()
        assert next(stream) == _FIRST_TEXT
        gate.open()
        with pytest.raises(ProviderConnectionError) as caught:
            list(stream)
        assert caught.value.partial_text == _FIRST_TEXT

    def test_refused_connection_is_an_error(self, service: FakeService) -> None:
        """A refused connection raises a connection error."""
        service.upstream.close()
        error = expect_error(service, ProviderConnectionError)
        assert not isinstance(error, ProviderTimeoutError)

    def test_garbage_is_an_error(self, service: FakeService) -> None:
        """A service that does not speak HTTP raises an error."""
        service.set_reply(Reply([b"\x00\x01 this is no HTTP\r\n\r\n"], framing="raw"))
        expect_error(service, ProviderError)

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    @pytest.mark.parametrize("cut", ["chunked", "chunk", "length"])
    def test_truncated_body_is_an_error(self, service: FakeService, cut: str, stream: bool) -> None:
        """A truncated body raises an error: no last chunk, half a chunk, or too few bytes."""
        if cut == "chunked":
            service.set_texts([_FIRST_TEXT, "the end."], HangUp(), only=1)
        elif cut == "chunk":
            service.set_texts([_FIRST_TEXT, "the end."], Raw(b"ff\r\n"), HangUp(), only=1)
        else:
            service.set_texts(
                [_FIRST_TEXT, "the end."], only=1, framing="length", declared_length=9999, keep_alive=False
            )
        error = expect_error(service, ProviderConnectionError, stream=stream)
        assert not isinstance(error, ProviderTimeoutError)
        if stream and service.caller.loaded.supports_stream:
            assert error.partial_text.startswith(_FIRST_TEXT)

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_invalid_bytes_are_an_error(self, service: FakeService, stream: bool) -> None:
        """Bytes that are not UTF-8 raise an error; they are neither dropped nor replaced."""
        service.upstream.script(lambda request: service.wire.reply(service.wire.broken_pieces(request)))
        error = expect_error(service, ProviderResponseError, stream=stream)
        assert "\ufffd" not in error.partial_text

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_empty_answer_is_an_error(self, service: FakeService, stream: bool) -> None:
        """An answer without text raises an error, unless the service states why it ended."""
        service.set_texts([])
        if finish_reason_of_answer(service, stream=stream) is None:
            expect_error(service, EmptyAnswerError, stream=stream)

    def test_failures_are_the_same_asynchronously(self, service: FakeService) -> None:
        """The asynchronous call raises the same errors, streamed and whole."""
        service.set_reply(Reply(html_page("503 Oops"), status=503, headers=_HTML_HEADERS))

        async def main() -> None:
            with pytest.raises(ProviderStatusError):
                await service.caller.answer_async()
            with pytest.raises(ProviderStatusError):
                async for _ in await service.caller.stream_async():
                    pass

        asyncio.run(main())

    def test_key_is_not_shown(self, service: FakeService) -> None:
        """No error shows the caller's key: not in its text, its representation or its traceback."""
        if not service.caller.loaded.needs_auth:
            pytest.skip("the provider needs no key")
        for reply in _replies_with_key():
            service.set_reply(reply)
            error = expect_error(service, ProviderError)
            trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            for text in (str(error), repr(error), trace, repr(vars(error)), repr(pickle.dumps(error))):
                assert PLANTED_KEY not in text, f"A {type(error).__name__} shows the caller's key"


def expect_error(
    service: FakeService, kind: type[Failure], *, stream: bool = True, **options: Any
) -> Failure:
    """Call the provider, and return its error of type `kind`. Text before the error is allowed."""
    caught: ProviderError | None = None
    answer: object = None
    try:
        answer = list(service.caller.stream(**options)) if stream else str(service.caller.answer(**options))
    except ProviderError as error:
        caught = error
    assert caught is not None, f"There is no error; the failure came back as the answer {answer!r}"
    assert isinstance(caught, kind), f"{type(caught).__name__} was raised, not {kind.__name__}: {caught}"
    return caught


def finish_reason_of_answer(service: FakeService, *, stream: bool) -> str | None:
    """Return the finish reason of an answer, or None if it has none or raises an error."""
    try:
        if stream:
            with service.caller.stream() as answer:
                list(answer)
            return answer.completion.finish_reason
        return service.caller.answer().completion.finish_reason
    except ProviderError:
        return None


def _replies_with_key() -> Iterator[Reply]:
    """Yield error replies that contain the key."""
    for status in (400, 401, 429, 500):
        yield Reply(f"Wrong key {PLANTED_KEY} (Authorization: Bearer {PLANTED_KEY})", status=status)
    yield Reply(status=302, headers={"Location": f"https://example.org/?key={PLANTED_KEY}"})
    yield Reply([f"HTTP/1.1 {PLANTED_KEY}\r\n\r\n"], framing="raw")
