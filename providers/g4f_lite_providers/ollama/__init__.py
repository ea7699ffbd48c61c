"""Ollama: models on one's own machine, or at ollama.com, over Ollama's native API.

The wire is `POST /api/chat` with newline-delimited JSON, `POST /api/embed` and `GET /api/tags`, as
Ollama's API reference (docs/api.md and docs/api/errors.mdx of the ollama repository) has them, and
where that is silent, as its server (server/routes.go, api/types.go; August 2026) writes them. The
address is read as the official clients read it. No Ollama server could be run where this was written:
it is tested with bodies of that shape, which the official Python client reads in the same tests.
"""

from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import ProviderStatusError
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Decoder, Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._shared.headers import merged, secrets_in
from g4f_lite_providers.ollama import errors
from g4f_lite_providers.ollama import request as wire
from g4f_lite_providers.ollama import response as answers

url = "https://ollama.com"
model = ["llama3.2", "qwen3:8b", "gpt-oss:20b", "gemma3:4b", "deepseek-r1:8b"]
embedding_model = ["nomic-embed-text", "embeddinggemma", "mxbai-embed-large", "all-minilm", "bge-m3"]
supports_stream = True
needs_auth = False
auth_env = "OLLAMA_API_KEY"
any_model = True
inputs = ["image", "audio"]
params = "g4f_lite.providers.ollama supports: (model: str, messages: list, stream: bool)"

_TIMEOUT = (10.0, 600.0)
"""A model that is not in memory yet can take minutes to be loaded before the first byte."""


def _create_completion(
    model: str,
    messages: list[Message],
    stream: bool,
    *,
    temperature: float | None = None,
    top_p: float | None = None,
    top_k: int | None = None,
    min_p: float | None = None,
    max_tokens: int | None = None,
    stop: str | list[str] | None = None,
    seed: int | None = None,
    presence_penalty: float | None = None,
    frequency_penalty: float | None = None,
    repeat_penalty: float | None = None,
    num_ctx: int | None = None,
    options: dict[str, Any] | None = None,
    tools: list[dict[str, Any]] | None = None,
    tool_choice: str | dict[str, Any] | None = None,
    response_format: dict[str, Any] | None = None,
    reasoning_effort: str | None = None,
    think: bool | str | None = None,
    logprobs: bool | None = None,
    top_logprobs: int | None = None,
    keep_alive: float | str | None = None,
    truncate: bool | None = None,
    shift: bool | None = None,
    extra_body: dict[str, Any] | None = None,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = _TIMEOUT,
) -> Exchange:
    """Ask `/api/chat`.

    Args:
        model: a model that the server has: `ollama pull` fetches one.
        messages: pictures and sounds have to be there as data; Ollama fetches no URL.
        stream: whether the answer comes as it is made.
        temperature: Ollama's option of this name, as are the next.
        top_p: how much of the probability is looked at.
        top_k: how many tokens are looked at.
        min_p: how probable a token has to be, measured by the most probable one.
        max_tokens: Ollama's `num_predict`.
        stop: one sequence, or several.
        seed: for the same answer again.
        presence_penalty: against tokens that are there.
        frequency_penalty: against tokens that are often there.
        repeat_penalty: against repetition; 1 is none.
        num_ctx: the size of the context in tokens; another one than before loads the model anew.
        options: further options of Ollama's, by its names; they go before those above.
        tools: OpenAI's dictionaries.
        tool_choice: ``"auto"``, or ``"none"``, which leaves the tools out; Ollama has no other.
        response_format: OpenAI's; becomes `format`.
        reasoning_effort: OpenAI's words, or ``"max"``; ``"none"`` turns thinking off. Becomes `think`.
        think: Ollama's own: True, False or a level.
        logprobs: whether to have log probabilities.
        top_logprobs: how many alternatives to each token, up to 20.
        keep_alive: how long the model stays in memory: seconds, or a text like ``"10m"``.
        truncate: False: a conversation that is too long is an error, and not cut at its beginning.
        shift: False: an answer that fills the context ends, and does not push the beginning out.
        extra_body: more for the body, put in last.
        extra_headers: more headers, put in last.
        auth: a key of ollama.com; else ``OLLAMA_API_KEY``.
        base_url: the server's URL; else ``OLLAMA_HOST``, in any form that Ollama takes.
        proxy: the proxy's URL.
        timeout: seconds to connect and seconds between bytes, one number or a pair.
    """
    body = wire.chat(
        model,
        messages,
        stream,
        options=wire.options(
            options,
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            min_p=min_p,
            num_predict=max_tokens,
            stop=[stop] if isinstance(stop, str) else stop,
            seed=seed,
            presence_penalty=presence_penalty,
            frequency_penalty=frequency_penalty,
            repeat_penalty=repeat_penalty,
            num_ctx=num_ctx,
        ),
        tools=wire.chosen_tools(tools, tool_choice),
        format=wire.answer_format(response_format),
        think=wire.thinking(think, reasoning_effort),
        logprobs=True if logprobs is None and top_logprobs is not None else logprobs,
        top_logprobs=top_logprobs,
        keep_alive=keep_alive,
        truncate=truncate,
        shift=shift,
    )
    secrets = secrets_in(auth, extra_headers)
    handler = answers.ChatHandler(secrets)
    decoder: Decoder = JSONBody(handler.whole, secrets=secrets)
    if stream:
        decoder = JSONStream(handler, framing="lines", last=None, secrets=secrets)
    return Exchange(
        _request(
            "/api/chat", auth, body | (extra_body or {}), model, extra_headers, base_url, proxy, timeout
        ),
        decoder,
    )


def _create_embedding(
    model: str,
    input: list[str],
    *,
    dimensions: int | None = None,
    truncate: bool | None = None,
    keep_alive: float | str | None = None,
    options: dict[str, Any] | None = None,
    extra_body: dict[str, Any] | None = None,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = _TIMEOUT,
) -> Exchange:
    """Ask `/api/embed`.

    Args:
        model: an embedding model that the server has.
        input: the texts.
        dimensions: how long the vectors shall be, for models that can shorten them.
        truncate: False: a text that is too long is an error, and not cut at its end.
        keep_alive: how long the model stays in memory.
        options: Ollama's options, by its names.
        extra_body: more for the body, put in last.
        extra_headers: more headers, put in last.
        auth: a key of ollama.com; else ``OLLAMA_API_KEY``.
        base_url: the server's URL; else ``OLLAMA_HOST``.
        proxy: the proxy's URL.
        timeout: seconds to connect and seconds between bytes, one number or a pair.
    """
    secrets = secrets_in(auth, extra_headers)
    body = wire.given(
        model=model,
        input=input,
        dimensions=dimensions,
        truncate=truncate,
        keep_alive=keep_alive,
        options=options,
    )
    return Exchange(
        _request(
            "/api/embed", auth, body | (extra_body or {}), model, extra_headers, base_url, proxy, timeout
        ),
        JSONBody(answers.EmbeddingMeaning(len(input), secrets), secrets=secrets),
    )


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = (10.0, 60.0),
) -> Exchange:
    """Yield the names of the models that the server has (`/api/tags`)."""
    request = _request("/api/tags", auth, None, "", None, base_url, proxy, timeout)
    return Exchange(request._replace(method="GET"), JSONBody(answers.model_names, secrets=request.secrets))


def _request(
    path: str,
    auth: str | None,
    body: dict[str, Any] | None,
    model: str,
    extra_headers: dict[str, str] | None,
    base_url: str | None,
    proxy: str | None,
    timeout: float | tuple[float, float],
) -> http.HTTPRequest:
    secrets = secrets_in(auth, extra_headers)

    def on_status(status: int, headers: Any, said: bytes) -> ProviderStatusError:
        return errors.from_response(status, headers, said, model=model, secrets=secrets)

    return http.HTTPRequest(
        url=wire.base_url(base_url) + path,
        json=body,
        headers=merged({"authorization": f"Bearer {auth}"} if auth else {}, extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_status=on_status,
    )
