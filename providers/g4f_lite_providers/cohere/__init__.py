"""Cohere: the Command models, over version 2 of Cohere's chat API.

The wire is `POST /v2/chat`, whole or as server-sent events, `POST /v2/embed` and `GET /v1/models`, as
Cohere's API reference (docs.cohere.com/reference/chat, /reference/chat-stream, /reference/embed,
/reference/list-models; cohere-openapi.yaml of August 2026) has them. The service could not be reached
from where this was written: it is tested with bodies of that shape, which the official Python client
reads in the same tests.
"""

import os
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Decoder, Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._shared.headers import merged, secrets_in
from g4f_lite_providers.cohere import embeddings as lists
from g4f_lite_providers.cohere import errors
from g4f_lite_providers.cohere import request as wire
from g4f_lite_providers.cohere import response as answers

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
"""As the official client waits."""


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
    """Ask `/v2/chat`.

    Args:
        model: the model.
        messages: text and pictures; a tool's result that has several text parts is sent as as many
            documents, each of which the answer can cite.
        stream: whether the answer comes as it is made.
        temperature: Cohere's option of this name, as are the next unless they say otherwise.
        top_p: Cohere's `p`, 0.01 to 0.99.
        top_k: Cohere's `k`, up to 500.
        max_tokens: the most tokens of the answer.
        stop: one sequence, or up to five; Cohere's `stop_sequences`.
        seed: for the same answer again, as far as that can be had.
        presence_penalty: 0 to 1.
        frequency_penalty: 0 to 1.
        tools: OpenAI's dictionaries.
        tool_choice: OpenAI's. To have one tool used, only that one is sent, and its use is required.
        strict_tools: whether calls keep to the tools' schemas; else whether a tool says ``"strict": True``.
        response_format: OpenAI's; a schema goes into Cohere's `json_object`.
        reasoning_effort: ``"none"`` or ``"high"``: Cohere's models think, or they do not.
        thinking: Cohere's own, ``{"type": "enabled", "token_budget": 1000}``.
        documents: texts or dictionaries that the answer may rest on and cite.
        citation_options: ``{"mode": "FAST"}`` and the like.
        safety_mode: ``"CONTEXTUAL"``, ``"STRICT"`` or ``"OFF"``.
        logprobs: whether to have log probabilities.
        priority: 0 is the highest.
        extra_body: more for the body, put in last.
        extra_headers: more headers, put in last.
        auth: the key; else ``CO_API_KEY``.
        base_url: the service's URL; else ``CO_API_URL``, as the official client reads it.
        proxy: the proxy's URL.
        timeout: seconds to connect and seconds between bytes, one number or a pair.
    """
    chosen, choice = wire.chosen_tools(tools, tool_choice)
    body = wire.given(
        model=model,
        messages=wire.messages_of(messages),
        stream=stream,
        temperature=temperature,
        p=top_p,
        k=top_k,
        max_tokens=max_tokens,
        stop_sequences=[stop] if isinstance(stop, str) else stop,
        seed=seed,
        presence_penalty=presence_penalty,
        frequency_penalty=frequency_penalty,
        tools=wire.bare_tools(chosen),
        tool_choice=choice,
        strict_tools=strict_tools if strict_tools is not None else wire.is_strict(chosen),
        response_format=wire.answer_format(response_format),
        thinking=wire.thinking(thinking, reasoning_effort),
        documents=documents,
        citation_options=citation_options,
        safety_mode=wire.one_of("safety_mode", safety_mode, ("CONTEXTUAL", "STRICT", "OFF")),
        logprobs=logprobs,
        priority=priority,
    )
    secrets = secrets_in(auth, extra_headers)
    decoder: Decoder = JSONBody(answers.WholeAnswer(model, secrets), secrets=secrets)
    if stream:
        decoder = JSONStream(
            answers.ChatHandler(model, secrets), whole=answers.WholeAnswer(model, secrets), secrets=secrets
        )
    return Exchange(
        _request("/v2/chat", auth, body | (extra_body or {}), extra_headers, base_url, proxy, timeout),
        decoder,
    )


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
    """Ask `/v2/embed`.

    Args:
        model: an embedding model.
        input: the texts; Cohere takes up to 96 at once.
        input_type: what the vectors are for: ``"search_document"``, ``"search_query"``,
            ``"classification"`` or ``"clustering"``. A search finds nothing where its documents and its
            queries are not told apart.
        dimensions: how long the vectors shall be, for models that can choose (`output_dimension`).
        truncate: ``"NONE"``, ``"START"`` or ``"END"``: what becomes of a text that is too long.
        extra_body: more for the body, put in last.
        extra_headers: more headers, put in last.
        auth: the key; else ``CO_API_KEY``.
        base_url: the service's URL; else ``CO_API_URL``.
        proxy: the proxy's URL.
        timeout: seconds to connect and seconds between bytes, one number or a pair.
    """
    secrets = secrets_in(auth, extra_headers)
    body = wire.given(
        model=model,
        texts=input,
        input_type=input_type,
        embedding_types=["float"],
        output_dimension=dimensions,
        truncate=wire.one_of("truncate", truncate, ("NONE", "START", "END")),
    )
    return Exchange(
        _request("/v2/embed", auth, body | (extra_body or {}), extra_headers, base_url, proxy, timeout),
        JSONBody(lists.EmbeddingMeaning(model, len(input)), secrets=secrets),
    )


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    timeout: float | tuple[float, float] = (10.0, 60.0),
) -> Exchange:
    """Yield the names of the models that chat (`/v1/models`)."""
    request = _request("/v1/models?endpoint=chat&page_size=1000", auth, None, None, base_url, proxy, timeout)
    return Exchange(request._replace(method="GET"), JSONBody(lists.model_names, secrets=request.secrets))


def _request(
    path: str,
    auth: str | None,
    body: dict[str, Any] | None,
    extra_headers: dict[str, str] | None,
    base_url: str | None,
    proxy: str | None,
    timeout: float | tuple[float, float],
) -> http.HTTPRequest:
    secrets = secrets_in(auth, extra_headers)
    return http.HTTPRequest(
        url=_base_url(base_url) + path,
        json=body,
        headers=merged({"authorization": f"Bearer {auth}"} if auth else {}, extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_status=lambda *response: errors.from_response(*response, secrets=secrets),
    )


def _base_url(given: str | None) -> str:
    if given is not None:
        return http.check_url("base_url", given)
    return http.check_url(BASE_URL_VARIABLE, os.environ.get(BASE_URL_VARIABLE) or BASE_URL)
