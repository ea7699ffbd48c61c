"""Cohere: the Command models, over version 2 of Cohere's chat API.

Wire facts: `POST /v2/chat`, whole or as server-sent events, `POST /v2/embed` and `GET /v1/models`, from
Cohere's API reference (docs.cohere.com/reference/chat, /reference/chat-stream, /reference/embed,
/reference/list-models; cohere-openapi.yaml of August 2026). The service was not called while this was
written: the tests give bodies of these shapes to this module and to the official Python client.
"""

from functools import partial
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._shared.connection import collect_secrets, merge_headers, resolve_base_url
from g4f_lite_providers._shared.json_values import without_none
from g4f_lite_providers.cohere import errors
from g4f_lite_providers.cohere.embeddings import decode_embeddings
from g4f_lite_providers.cohere.request import (
    check_choice,
    convert_messages,
    response_format_field,
    thinking_field,
    tool_fields,
)
from g4f_lite_providers.cohere.response import ChatResponseDecoder, decode_models

url = "https://cohere.com"
model = [
    "command-a-03-2025",
    "command-a-plus-05-2026",
    "command-a-reasoning-08-2025",
    "command-a-vision-07-2025",
    "command-a-translate-08-2025",
    "command-r7b-12-2024",
    "command-r-plus-08-2024",
    "command-r-08-2024",
]
embedding_model = ["embed-v4.0", "embed-multilingual-v3.0", "embed-english-v3.0"]
supports_stream = True
needs_auth = True
auth_env = "CO_API_KEY"
auth_env_also = ["COHERE_API_KEY"]
any_model = True
inputs = ["image"]
params = "g4f_lite.providers.cohere supports: (model: str, messages: list, stream: bool)"

BASE_URL = "https://api.cohere.com"
BASE_URL_VARIABLE = "CO_API_URL"

_TIMEOUT = (10.0, 300.0)
"""Seconds to connect, and seconds without a byte: as in the official client."""


def _create_completion(
    model: str,
    messages: list[Message],
    stream: bool,
    *,
    temperature: float | None = None,
    top_p: float | None = None,
    top_k: int | None = None,
    max_tokens: int | None = None,
    stop: str | list[str] | None = None,
    seed: int | None = None,
    presence_penalty: float | None = None,
    frequency_penalty: float | None = None,
    tools: list[dict[str, Any]] | None = None,
    tool_choice: str | dict[str, Any] | None = None,
    strict_tools: bool | None = None,
    response_format: dict[str, Any] | None = None,
    reasoning_effort: str | None = None,
    thinking: dict[str, Any] | None = None,
    documents: list[Any] | None = None,
    citation_options: dict[str, Any] | None = None,
    safety_mode: str | None = None,
    logprobs: bool | None = None,
    priority: int | None = None,
    extra_body: dict[str, Any] | None = None,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = _TIMEOUT,
) -> Exchange:
    """Return the exchange for an answer of `/v2/chat`.

    Args:
        model: the name of the model.
        messages: the conversation, with text and images. A tool's result that has several text parts is sent
            as several documents, each of which the answer can cite.
        stream: whether the service streams the answer.
        temperature: Cohere's option of this name, as are the following ones unless they say otherwise.
        top_p: Cohere's `p`, 0.01 to 0.99.
        top_k: Cohere's `k`, up to 500.
        max_tokens: the limit on the answer's tokens.
        stop: one text that ends the answer, or up to five: Cohere's `stop_sequences`.
        seed: for the same answer once more, as far as the service can.
        presence_penalty: 0 to 1.
        frequency_penalty: 0 to 1.
        tools: OpenAI's dictionaries.
        tool_choice: OpenAI's. To require one tool, only that tool is sent, and its use is required.
        strict_tools: whether tool calls follow the schemas; the default is whether a tool has ``"strict": True``.
        response_format: OpenAI's; a schema goes into Cohere's `json_object`.
        reasoning_effort: ``"none"`` or ``"high"``: thinking of Cohere's models is either off or on.
        thinking: Cohere's own option, ``{"type": "enabled", "token_budget": 1000}``.
        documents: texts or dictionaries that the answer may use and cite.
        citation_options: ``{"mode": "FAST"}`` and similar ones.
        safety_mode: ``"CONTEXTUAL"``, ``"STRICT"`` or ``"OFF"``.
        logprobs: whether to return the log probabilities of the tokens.
        priority: 0 is the highest.
        extra_body: fields to add to the body, or to replace.
        extra_headers: headers to add, or to replace.
        auth: the key; the default is ``CO_API_KEY``.
        base_url: the URL of the service; the default is ``CO_API_URL``, as the official client reads it.
        proxy: the URL of the proxy.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    body = without_none(
        model=model,
        messages=convert_messages(messages),
        stream=stream,
        temperature=temperature,
        p=top_p,
        k=top_k,
        max_tokens=max_tokens,
        stop_sequences=[stop] if isinstance(stop, str) else stop,
        seed=seed,
        presence_penalty=presence_penalty,
        frequency_penalty=frequency_penalty,
        **tool_fields(tools, tool_choice, strict_tools),
        response_format=response_format_field(response_format),
        thinking=thinking_field(thinking, reasoning_effort),
        documents=documents,
        citation_options=citation_options,
        safety_mode=check_choice("safety_mode", safety_mode, ("CONTEXTUAL", "STRICT", "OFF")),
        logprobs=logprobs,
        priority=priority,
    )
    request = _request(
        "/v2/chat",
        body | (extra_body or {}),
        auth=auth,
        base_url=base_url,
        extra_headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
    )
    secrets = request.secrets
    decoder = ChatResponseDecoder(model, secrets)
    if stream:
        return Exchange(request, JSONStream(decoder, whole=decoder.decode_body, secrets=secrets))
    return Exchange(request, JSONBody(decoder.decode_body, secrets=secrets))


def _create_embedding(
    model: str,
    input: list[str],
    *,
    input_type: str = "search_document",
    dimensions: int | None = None,
    truncate: str | None = None,
    extra_body: dict[str, Any] | None = None,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = _TIMEOUT,
) -> Exchange:
    """Return the exchange for the vectors of some texts, from `/v2/embed`.

    Args:
        model: an embedding model.
        input: the texts; Cohere takes up to 96 in a request.
        input_type: the purpose of the vectors: ``"search_document"``, ``"search_query"``,
            ``"classification"`` or ``"clustering"``. A search needs different types for its documents and its
            queries, and finds nothing otherwise.
        dimensions: the length of the vectors, for models that have several (`output_dimension`).
        truncate: ``"NONE"``, ``"START"`` or ``"END"``: which end of a text that is too long is cut off.
        extra_body: fields to add to the body, or to replace.
        extra_headers: headers to add, or to replace.
        auth: the key; the default is ``CO_API_KEY``.
        base_url: the URL of the service; the default is ``CO_API_URL``.
        proxy: the URL of the proxy.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    body = without_none(
        model=model,
        texts=input,
        input_type=input_type,
        embedding_types=["float"],
        output_dimension=dimensions,
        truncate=check_choice("truncate", truncate, ("NONE", "START", "END")),
    )
    request = _request(
        "/v2/embed",
        body | (extra_body or {}),
        auth=auth,
        base_url=base_url,
        extra_headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
    )
    decode_body = partial(decode_embeddings, model=model, expected=len(input))
    return Exchange(request, JSONBody(decode_body, secrets=request.secrets))


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = (10.0, 60.0),
) -> Exchange:
    """Return the exchange for the names of the chat models, from `/v1/models`."""
    path = "/v1/models?endpoint=chat&page_size=1000"
    request = _request(path, None, auth=auth, base_url=base_url, timeout=timeout, proxy=proxy)
    return Exchange(request, JSONBody(decode_models, secrets=request.secrets))


def _request(
    path: str,
    body: dict[str, Any] | None,
    *,
    auth: str | None,
    base_url: str | None,
    extra_headers: dict[str, str] | None = None,
    timeout: float | tuple[float, float],
    proxy: str | None,
) -> http.HTTPRequest:
    secrets = collect_secrets(auth, extra_headers)
    return http.HTTPRequest(
        url=resolve_base_url(base_url, BASE_URL_VARIABLE, BASE_URL) + path,
        method="GET" if body is None else "POST",
        json=body,
        headers=merge_headers({"authorization": f"Bearer {auth}"} if auth else {}, extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_status=partial(errors.from_response, secrets=secrets),
    )
