"""Yqcloud: a public chat page that answers with plain text as it is made.

The wire, as the original module of mid 2023 spoke it: ``POST /api/generateStream`` with the JSON keys
`prompt`, `userId`, `network`, `apikey`, `system` and `withoutContext`; the answer is the body, UTF-8
text without any framing. The service is a third party's: it may be gone, its terms are the user's
business, and it was never reached from where this module was written.
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

# What the service is known to say, with status 200, in place of an answer. gpt4free's versions of 2023
# looked for the same words.
_BLOCKED = "sorry, 您的ip已由于触发防滥用检测而被封禁"
_BLANKS = "\ufeff \t\r\n"
_LONGEST_OPENING = 200
"""Characters that are held back at most: no notice begins later."""


def _create_completion(
    model: str,  # noqa: ARG001 - the contract's
    messages: list[Message],
    stream: bool,  # noqa: ARG001 - the contract's
    *,
    user_id: str | None = None,
    network: bool = True,
    without_context: bool = False,
    always_english: bool = True,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
) -> TextExchange:
    """Return the exchange that sends the whole conversation and gives the answer's text as it arrives.

    Args:
        model: not sent: the service has one model.
        messages: system messages go to `system`; a lone user message is sent as it is, a longer
            conversation as a transcript.
        stream: not sent: the service always streams.
        user_id: names the conversation to the service (``userId``); a new one each time if not given.
        network: whether the service may search the web.
        without_context: whether the service should forget what it knows of `user_id`.
        always_english: put the instruction to answer in English before the prompt; its echo at the
            start of the answer is removed.
        base_url: the service's address; else the environment's ``G4F_LITE_YQCLOUD_URL``.
        proxy: the proxy's URL.
        timeout: seconds to connect and seconds between bytes, one number or a pair.

    Raises:
        InvalidArgumentError: at the call, for a wrong value.
        ProviderError: while iterating, if the service fails.
    """
    request = http.HTTPRequest(
        url=_base_url(base_url) + "/api/generateStream",
        headers=_HEADERS,
        json=_body(
            messages,
            user_id=user_id,
            network=network,
            without_context=without_context,
            always_english=always_english,
        ),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
    )
    return TextExchange(request, AnswerDecoder(echo=always_english))


def _base_url(given: str | None) -> str:
    if given is not None:
        return http.check_url("base_url", given)
    return http.check_url(BASE_URL_VARIABLE, os.environ.get(BASE_URL_VARIABLE) or BASE_URL)


def _body(
    messages: Sequence[Message],
    *,
    user_id: str | None,
    network: bool,
    without_context: bool,
    always_english: bool,
) -> dict[str, Any]:
    """Build the JSON body; the order of its keys is the original's."""
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
    """Return what a lone user message says, or the transcript of a longer conversation."""
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


class AnswerDecoder:
    """The service's bytes as the answer's text: strict UTF-8, without the echo, never an error page."""

    def __init__(self, *, echo: bool) -> None:
        self._utf8 = text.Utf8Decoder()
        self._echo = text.PrefixRemover((INSTRUCTION + _SEPARATOR, INSTRUCTION) if echo else ())
        self._signs: tuple[str, ...] = (_BLOCKED,)
        self._opening: str | None = ""
        """What is held back because it could still turn out to be no answer; None once it is one."""

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: what calls itself HTML and begins like it is a page."""
        if headers.get("content-type", "").lower().startswith("text/html"):
            self._signs = (_BLOCKED, "<")

    def feed(self, data: bytes, /) -> str:
        """Take more bytes, return the text that is certain now.

        Raises:
            InvalidTextError: the bytes are not UTF-8.
            RateLimitError, ProviderResponseError: this is a notice or a page, not an answer.
        """
        if self._opening is None:  # behind the opening, nothing is looked at any more
            return self._utf8.feed(data)
        try:
            return self._pass_on(self._echo.feed(self._utf8.feed(data)))
        except text.InvalidTextError as error:
            error.valid = self._pass_on(self._echo.feed(error.valid)) + self._rest()
            raise

    def close(self) -> str:
        """Take the end of the bytes, return the rest of the text; raises as `feed` does."""
        try:
            self._utf8.close()
        except text.InvalidTextError as error:
            error.valid = self._rest()
            raise
        return self._rest()

    def _rest(self) -> str:
        """Return what was held back, now that nothing follows it."""
        last = self._pass_on(self._echo.close())
        return last + self._release()

    def _pass_on(self, decoded: str) -> str:
        """Take text behind the echo, return what is certain to be the answer's."""
        if self._opening is None:
            return decoded
        self._opening += decoded
        start = self._opening.lstrip(_BLANKS).lower()
        if len(self._opening) <= _LONGEST_OPENING and any(
            len(start) < len(sign) and sign.startswith(start) for sign in self._signs
        ):
            return ""
        return self._release()

    def _release(self) -> str:
        """Return what was held back, now that enough is there to know it for an answer."""
        held, self._opening = self._opening or "", None
        start = held.lstrip(_BLANKS).lower()
        if start.startswith(_BLOCKED):
            raise RateLimitError(
                200,
                detail="The service says that this machine's address is blocked for abuse",
                hint="Use a proxy (proxy=...), wait, or ask another provider.",
            )
        if "<" in self._signs and start.startswith("<"):
            raise ProviderResponseError(
                "The service sent a web page in place of an answer.",
                hint="It may be down or ask for a human: try later, or ask another provider.",
            )
        return held
