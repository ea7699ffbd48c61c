"""Ollama: models on the user's own machine, or at ollama.com, over Ollama's native API.

Wire facts: `POST /api/chat` with newline-delimited JSON, `POST /api/embed` and `GET /api/tags`, from Ollama's
API reference (docs/api.md and docs/api/errors.mdx of the ollama repository), and from its server
(server/routes.go, api/types.go; August 2026) where the reference says nothing. The address is read as the
official clients read it. No Ollama server was run while this was written: the tests give bodies of these
shapes to this module and to the official Python client.
"""

from functools import partial
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._shared.connection import collect_secrets, merge_headers
from g4f_lite_providers._shared.json_values import without_none
from g4f_lite_providers.ollama import errors
from g4f_lite_providers.ollama.embeddings import decode_embeddings
from g4f_lite_providers.ollama.request import (
    chat_body,
    format_field,
    options_field,
    resolve_base_url,
    think_field,
    tools_field,
)
from g4f_lite_providers.ollama.response import ChatResponseDecoder, decode_models

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
"""Seconds to connect, and seconds without a byte: loading a model into memory can take minutes."""


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
    """Return the exchange for an answer of `/api/chat`.

    Args:
        model: a model that the server has; `ollama pull` downloads one.
        messages: the conversation; images and sounds have to be data, because Ollama fetches no URL.
        stream: whether the server streams the answer.
        temperature: Ollama's option of this name, as are the following ones.
        top_p: nucleus sampling.
        top_k: the number of likeliest tokens to sample from.
        min_p: the lowest probability of a token to sample, relative to that of the likeliest token.
        max_tokens: the limit on the answer's tokens: Ollama's `num_predict`.
        stop: one text that ends the answer, or several.
        seed: for the same answer once more.
        presence_penalty: the penalty for tokens that the text contains.
        frequency_penalty: the penalty for tokens that the text contains often.
        repeat_penalty: the penalty for repetition; 1 is none.
        num_ctx: the size of the context in tokens; another one than before loads the model again.
        options: further options of Ollama, by its names; the parameters above replace them.
        tools: OpenAI's dictionaries.
        tool_choice: ``"auto"``, or ``"none"``, which leaves the tools out; Ollama has no other.
        response_format: OpenAI's; becomes `format`.
        reasoning_effort: OpenAI's words, or ``"max"``; ``"none"`` turns thinking off. Becomes `think`.
        think: Ollama's own option: True, False or a level.
        logprobs: whether to return the log probabilities of the tokens.
        top_logprobs: the number of alternatives for each token, up to 20.
        keep_alive: how long the model stays in memory: seconds, or a text like ``"10m"``.
        truncate: False makes a conversation that is too long an error; else its beginning is cut off.
        shift: False ends an answer that fills the context; else the beginning of the context is dropped.
        extra_body: fields to add to the body, or to replace.
        extra_headers: headers to add, or to replace.
        auth: a key of ollama.com; the default is ``OLLAMA_API_KEY``.
        base_url: the URL of the server; the default is ``OLLAMA_HOST``, in any form that Ollama takes.
        proxy: the URL of the proxy.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    body = chat_body(
        model,
        messages,
        stream,
        options=options_field(
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
        tools=tools_field(tools, tool_choice),
        format=format_field(response_format),
        think=think_field(think, reasoning_effort),
        logprobs=True if logprobs is None and top_logprobs is not None else logprobs,
        top_logprobs=top_logprobs,
        keep_alive=keep_alive,
        truncate=truncate,
        shift=shift,
    )
    request = _request(
        "/api/chat",
        body | (extra_body or {}),
        model=model,
        auth=auth,
        base_url=base_url,
        extra_headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
    )
    secrets = request.secrets
    decoder = ChatResponseDecoder(secrets)
    if stream:
        return Exchange(request, JSONStream(decoder, framing="lines", last=None, secrets=secrets))
    return Exchange(request, JSONBody(decoder.decode_body, secrets=secrets))


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
    """Return the exchange for the vectors of some texts, from `/api/embed`.

    Args:
        model: an embedding model that the server has.
        input: the texts.
        dimensions: the length of the vectors, for models that can shorten them.
        truncate: False makes a text that is too long an error; else its end is cut off.
        keep_alive: how long the model stays in memory.
        options: options of Ollama, by its names.
        extra_body: fields to add to the body, or to replace.
        extra_headers: headers to add, or to replace.
        auth: a key of ollama.com; the default is ``OLLAMA_API_KEY``.
        base_url: the URL of the server; the default is ``OLLAMA_HOST``.
        proxy: the URL of the proxy.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    body = without_none(
        model=model,
        input=input,
        dimensions=dimensions,
        truncate=truncate,
        keep_alive=keep_alive,
        options=options,
    )
    request = _request(
        "/api/embed",
        body | (extra_body or {}),
        model=model,
        auth=auth,
        base_url=base_url,
        extra_headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
    )
    secrets = request.secrets
    decode_body = partial(decode_embeddings, expected=len(input), secrets=secrets)
    return Exchange(request, JSONBody(decode_body, secrets=secrets))


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = (10.0, 60.0),
) -> Exchange:
    """Return the exchange for the names of the models that the server has, from `/api/tags`."""
    request = _request("/api/tags", None, auth=auth, base_url=base_url, timeout=timeout, proxy=proxy)
    return Exchange(request, JSONBody(decode_models, secrets=request.secrets))


def _request(
    path: str,
    body: dict[str, Any] | None,
    *,
    model: str = "",
    auth: str | None,
    base_url: str | None,
    extra_headers: dict[str, str] | None = None,
    timeout: float | tuple[float, float],
    proxy: str | None,
) -> http.HTTPRequest:
    secrets = collect_secrets(auth, extra_headers)
    return http.HTTPRequest(
        url=resolve_base_url(base_url) + path,
        method="GET" if body is None else "POST",
        json=body,
        headers=merge_headers({"authorization": f"Bearer {auth}"} if auth else {}, extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_status=partial(errors.from_response, model=model, secrets=secrets),
    )
