"""Yqcloud: a public chat page that streams its answer as plain text.

Wire facts, from the original module of mid 2023: ``POST /api/generateStream`` with the JSON fields `prompt`,
`userId`, `network`, `apikey`, `system` and `withoutContext`; the body of the response is the answer, as UTF-8
text without any framing. A third party runs the service: it may not exist any more, the user is responsible for
following its terms, and it was not called while this module was written.
"""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import (
    InvalidArgumentError,
    InvalidMessageError,
    ProviderResponseError,
    RateLimitError,
)
from g4f_lite.kit import http, text
from g4f_lite.kit.text_exchange import TextExchange

url = "https://chat9.yqcloud.top/"
model = ["gpt-3.5-turbo"]
supports_stream = True
needs_auth = False
working = True
params = "g4f_lite.providers.yqcloud supports: (model: str, messages: list, stream: bool)"

BASE_URL = "https://api.aichatos.cloud"
BASE_URL_VARIABLE = "G4F_LITE_YQCLOUD_URL"

INSTRUCTION = "always respond in english"
_SEPARATOR = " | "

_HEADERS = {
    "authority": "api.aichatos.cloud",
    "origin": "https://chat9.yqcloud.top",
    "referer": "https://chat9.yqcloud.top/",
    "user-agent": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/112.0.0.0 Safari/537.36"
    ),
}

# The notice that the service is known to send, with status 200, if it blocks an address. gpt4free's versions of
# 2023 looked for the same text.
_BLOCK_NOTICE = "sorry, 您的ip已由于触发防滥用检测而被封禁"
_WHITE_SPACE = "\ufeff \t\r\n"
_MAX_OPENING = 200
"""The limit on the characters in the buffer: no notice begins later."""


def _create_completion(
    model: str,  # noqa: ARG001 - the contract has it
    messages: list[Message],
    stream: bool,  # noqa: ARG001 - the contract has it
    *,
    user_id: str | None = None,
    network: bool = True,
    without_context: bool = False,
    always_english: bool = True,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
) -> TextExchange:
    """Return the exchange for an answer to the whole conversation.

    Args:
        model: not sent, because the service has one model.
        messages: the conversation. System messages go to `system`; a single user message is sent unchanged, and
            a longer conversation as a transcript.
        stream: not sent, because the service always streams.
        user_id: the identifier of the conversation at the service (``userId``); the default is a new one.
        network: whether the service may search the web.
        without_context: whether the service should ignore earlier prompts of `user_id`.
        always_english: put the instruction to answer in English before the prompt; its echo at the
            start of the answer is removed.
        base_url: the address of the service; the default is ``G4F_LITE_YQCLOUD_URL`` of the environment.
        proxy: the URL of the proxy.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
        ProviderError: while iterating, the service has failed.
    """
    request = http.HTTPRequest(
        url=_resolve_base_url(base_url) + "/api/generateStream",
        headers=_HEADERS,
        json=_chat_body(
            messages,
            user_id=user_id,
            network=network,
            without_context=without_context,
            always_english=always_english,
        ),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
    )
    return TextExchange(request, ChatResponseDecoder(echo=always_english))


def _resolve_base_url(base_url: str | None) -> str:
    if base_url is not None:
        return http.check_url("base_url", base_url)
    return http.check_url(BASE_URL_VARIABLE, os.environ.get(BASE_URL_VARIABLE) or BASE_URL)


def _chat_body(
    messages: Sequence[Message],
    *,
    user_id: str | None,
    network: bool,
    without_context: bool,
    always_english: bool,
) -> dict[str, Any]:
    """Return the JSON body; the order of its fields is that of the original module."""
    if user_id == "":
        raise InvalidArgumentError("user_id", "`user_id` is empty.", hint="Leave it out to have one made.")
    prompt = _prompt([message for message in messages if message["role"] not in ("system", "developer")])
    return {
        "prompt": f"{INSTRUCTION}{_SEPARATOR}{prompt}" if always_english else prompt,
        "userId": user_id if user_id is not None else f"#/chat/{int(time.time() * 1000)}",
        "network": network,
        "apikey": "",
        "system": "\n\n".join(
            message["content"] for message in messages if message["role"] in ("system", "developer")
        ),
        "withoutContext": without_context,
    }


def _prompt(conversation: Sequence[Message]) -> str:
    """Return the content of a single user message, or the transcript of a longer conversation."""
    if not conversation:
        raise InvalidMessageError(
            None,
            "`messages` has system messages only, and this provider needs something to answer.",
            hint='Add a message with the role "user".',
        )
    if len(conversation) == 1 and conversation[0]["role"] == "user":
        content: str = conversation[0]["content"]
        return content
    return "\n\n".join(f"{message['role'].capitalize()}: {message['content']}" for message in conversation)


class ChatResponseDecoder:
    """Decodes one answer: strict UTF-8, without the echo of the instruction. An error page is an error.

    Args:
        echo: whether the answer may begin with the echo.
    """

    def __init__(self, *, echo: bool) -> None:
        self._utf8 = text.Utf8Decoder()
        self._echo_remover = text.PrefixRemover((INSTRUCTION + _SEPARATOR, INSTRUCTION) if echo else ())
        self._error_prefixes: tuple[str, ...] = (_BLOCK_NOTICE,)
        self._buffer: str | None = ""
        """The text that may still be the beginning of a notice or of a page; None once it is an answer."""

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: a response of the type HTML that begins with a tag is a page."""
        if headers.get("content-type", "").lower().startswith("text/html"):
            self._error_prefixes = (_BLOCK_NOTICE, "<")

    def feed(self, data: bytes, /) -> str:
        """Take more bytes. Return the text that is certain now.

        Raises:
            InvalidTextError: the bytes are not UTF-8.
            RateLimitError: the response is the notice of a block.
            ProviderResponseError: the response is a page.
        """
        if self._buffer is None:  # The answer has started: nothing more to check.
            return self._utf8.feed(data)
        try:
            return self._add_text(self._echo_remover.feed(self._utf8.feed(data)))
        except text.InvalidTextError as error:
            error.valid = self._add_text(self._echo_remover.feed(error.valid)) + self._flush()
            raise

    def close(self) -> str:
        """Take the end of the bytes. Return the rest of the text; raises the errors of `feed`."""
        try:
            self._utf8.close()
        except text.InvalidTextError as error:
            error.valid = self._flush()
            raise
        return self._flush()

    def _flush(self) -> str:
        """Return all text that is in buffers, because nothing follows it."""
        last = self._add_text(self._echo_remover.close())
        return last + self._release_buffer()

    def _add_text(self, decoded: str) -> str:
        """Take text after the echo. Return the text that is certain to be the answer's."""
        if self._buffer is None:
            return decoded
        self._buffer += decoded
        start = self._buffer.lstrip(_WHITE_SPACE).lower()
        if len(self._buffer) <= _MAX_OPENING and any(
            len(start) < len(prefix) and prefix.startswith(start) for prefix in self._error_prefixes
        ):
            return ""
        return self._release_buffer()

    def _release_buffer(self) -> str:
        """Return the buffer, once it is long enough to be recognized as an answer.

        Raises:
            RateLimitError: it is the notice of a block.
            ProviderResponseError: it is a page.
        """
        opening, self._buffer = self._buffer or "", None
        start = opening.lstrip(_WHITE_SPACE).lower()
        if start.startswith(_BLOCK_NOTICE):
            raise RateLimitError(
                200,
                detail="The service says that this machine's address is blocked for abuse",
                hint="Use a proxy (proxy=...), wait, or ask another provider.",
            )
        if "<" in self._error_prefixes and start.startswith("<"):
            raise ProviderResponseError(
                "The service sent a web page in place of an answer.",
                hint="It may be down or ask for a human: try later, or ask another provider.",
            )
        return opening
