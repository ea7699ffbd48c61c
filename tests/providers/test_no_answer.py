"""Responses with a good status that are not answers: a login page, an empty body, no content."""

import asyncio

import pytest

from g4f_lite import ChatCompletion, Embedding, list_models
from g4f_lite.errors import ProviderResponseError, ServiceUnavailableError
from g4f_lite.kit import http
from g4f_lite.testing import Reply, Upstream

KEY = "planted-key-77aa10"
PAGE = (
    f"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>{KEY}: Willkommen im WLAN</body></html>"
)
FOREIGN = {
    "login page": (
        Reply(PAGE, headers={"content-type": "text/html; charset=utf-8"}),
        "a web page in place of an answer (HTTP 200, text/html): '<!DOCTYPE html> <html><head><title>Log in",
    ),
    "empty": (
        Reply(b"", headers={"content-type": "text/plain"}, framing="length"),
        "an empty body in place of an answer (HTTP 200, text/plain).",
    ),
    "empty stream": (
        Reply(b"", headers={"content-type": "text/event-stream"}),
        "an empty body in place of an answer (HTTP 200, text/event-stream).",
    ),
    "no content": (
        Reply(b"", status=204),
        "an empty body in place of an answer (HTTP 204, ",
    ),
}
CHATS = {
    "openai": {},
    "openai responses": {"api": "responses"},
    "groq": {},
    "azure": {},
    "anthropic": {},
    "gemini": {},
    "ollama": {},
    "cohere": {},
}


def asked(chat, upstream, **more):
    provider, _, _ = chat.partition(" ")
    options = {"base_url": upstream.url, "auth": KEY, **CHATS[chat], **more}
    return {
        "provider": provider,
        "model": "some-model",
        "messages": [{"role": "user", "content": "Hi"}],
        **options,
    }


def failure(way, chat, upstream, *, stream, monkeypatch):
    """Return the error of a call that is made in one of three ways."""

    async def answer():
        if not stream:
            return await ChatCompletion.acreate(**asked(chat, upstream))
        return [text async for text in ChatCompletion.acreate(**asked(chat, upstream, stream=True))]

    if way == "thread":
        monkeypatch.setattr(http, "has_async", lambda: False)
    elif way == "native" and not http.has_async():
        pytest.skip("the extra `async` is not installed")
    with pytest.raises(ProviderResponseError) as caught:
        if way == "sync":
            list(ChatCompletion.create(**asked(chat, upstream, stream=stream)))
        else:
            asyncio.run(answer())
    return caught.value


@pytest.mark.parametrize("way", ["sync", "thread", "native"])
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("chat", CHATS)
def test_the_error_describes_the_response(chat, stream, way, monkeypatch):
    """The error for a page, an empty body or no content has its status, its type, its beginning and a hint."""
    for reply, said in FOREIGN.values():
        with Upstream(reply) as upstream:
            error = failure(way, chat, upstream, stream=stream, monkeypatch=monkeypatch)
        assert said in str(error)
        assert "check base_url" in error.hint
        assert "cut short" not in str(error)
        assert KEY not in f"{error!r} {error} {vars(error)}"
        assert error.partial_text == ""


@pytest.mark.parametrize("provider", ["openai", "gemini", "ollama", "cohere"])
def test_the_error_for_vectors_and_models(provider):
    """A page instead of vectors or models raises the same error."""
    reply, said = FOREIGN["login page"]
    with Upstream([reply, reply]) as upstream:
        options = {"base_url": upstream.url, "auth": KEY}
        with pytest.raises(ProviderResponseError) as vectors:
            Embedding.create(model="some-model", input=["a"], provider=provider, **options)
        with pytest.raises(ProviderResponseError) as names:
            list_models(provider, refresh=True, **options)
    assert said in str(vectors.value)
    assert said in str(names.value)


@pytest.mark.parametrize("provider", ["openai", "groq", "azure", "anthropic", "gemini", "ollama", "cohere"])
@pytest.mark.parametrize(
    "value", ['{"error": {"message": "No."}}', '{"data": 1, "models": 1}', "null", '"m"']
)
def test_what_is_no_list_of_models_is_an_error(provider, value):
    """JSON without a list of models raises an error, and is not an empty list that is kept for a day."""
    with (
        Upstream(Reply(value, headers={"content-type": "application/json"})) as upstream,
        pytest.raises((ProviderResponseError, ServiceUnavailableError)),
    ):
        list_models(provider, refresh=True, base_url=upstream.url, auth=KEY)


def test_an_empty_list_of_models_is_one():
    """A service without models has an empty list, which Google's JSON leaves out."""
    for provider, value in (("openai", '{"data": []}'), ("anthropic", '{"data": []}'), ("gemini", "{}")):
        with Upstream(Reply(value, headers={"content-type": "application/json"})) as upstream:
            found = list_models(provider, refresh=True, base_url=upstream.url, auth=KEY)
        assert (found.names, found.source) == ((), "live")


@pytest.mark.parametrize("chat", CHATS)
def test_a_stream_that_has_begun_is_cut_short(chat):
    """A stream that ends too early is reported as cut short, not as a response of another kind."""
    body = b'{"model": "m"}\n' if chat == "ollama" else b": a comment\n\n"
    with (
        Upstream(Reply(body, headers={"content-type": "text/event-stream"})) as upstream,
        pytest.raises(ProviderResponseError, match="cut short"),
    ):
        list(ChatCompletion.create(**asked(chat, upstream, stream=True)))
