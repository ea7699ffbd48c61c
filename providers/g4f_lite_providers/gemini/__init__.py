"""Gemini: Google's models, over `generateContent` and `streamGenerateContent` of the Gemini API.

Wire facts: the Gemini API's reference (ai.google.dev/api: "Generating content", "Embeddings",
"Models", "Caching") and the guides "Function calling", "Structured outputs", "Thinking", "Thought
Signatures", "Grounding with Google Search". The service was not called while this was written: the
tests give bodies of these shapes to this module and to the service's own Python client.
"""

import re
from functools import partial
from typing import Any
from urllib.parse import quote

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._shared.connection import collect_secrets, merge_headers, resolve_base_url
from g4f_lite_providers._shared.json_values import without_none
from g4f_lite_providers._shared.openai_options import parse_stop
from g4f_lite_providers.gemini import errors
from g4f_lite_providers.gemini.contents import convert_messages
from g4f_lite_providers.gemini.embeddings import decode_embeddings
from g4f_lite_providers.gemini.options import (
    format_fields,
    is_before,
    merge_extra_body,
    thinking_config_field,
    tool_fields,
)
from g4f_lite_providers.gemini.response import ChatResponseDecoder, decode_models

url = "https://ai.google.dev/"
model = ["gemini-3.8-flash", "gemini-4-argon", "gemini-3.5-flash-lite"]
embedding_model = ["gemini-embedding-2", "gemini-embedding-001"]
supports_stream = True
needs_auth = True
working = True
auth_env = "GOOGLE_API_KEY"
auth_env_also = ["GEMINI_API_KEY"]
any_model = True
inputs = ["image", "audio", "file"]
params = "g4f_lite.providers.gemini supports: (model: str, messages: list, stream: bool)"

BASE_URL = "https://generativelanguage.googleapis.com"
BASE_URL_VARIABLE = "GOOGLE_GEMINI_BASE_URL"

API_VERSION = "v1beta"
"""``v1beta`` has all that ``v1`` has, and more models; the service's own client uses ``v1`` since its version 3."""

_TIMEOUT = (10.0, 600.0)
"""Seconds to connect, and seconds without a byte: the whole answer of a thinking model can take minutes."""
_MAX_BODY = 256 * 1024 * 1024
"""The limit in bytes of a whole answer, which may contain images."""


def _create_completion(
    model: str,
    messages: list[Message],
    stream: bool,
    *,
    max_tokens: int | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    top_k: int | None = None,
    stop: str | list[str] | None = None,
    seed: int | None = None,
    n: int | None = None,
    presence_penalty: float | None = None,
    frequency_penalty: float | None = None,
    logprobs: bool | None = None,
    top_logprobs: int | None = None,
    tools: list[dict[str, Any]] | None = None,
    tool_choice: str | dict[str, Any] | None = None,
    response_format: dict[str, Any] | None = None,
    reasoning_effort: str | None = None,
    thinking_config: dict[str, Any] | None = None,
    modalities: list[str] | None = None,
    safety_settings: list[dict[str, Any]] | None = None,
    cached_content: str | None = None,
    service_tier: str | None = None,
    api_version: str = API_VERSION,
    extra_body: dict[str, Any] | None = None,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = _TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange for an answer; options with OpenAI's names have OpenAI's meaning.

    Args:
        model: ``"gemini-..."``, or the full name of a resource, ``"tunedModels/..."``.
        messages: the conversation; see `contents.convert_messages`.
        stream: whether the service streams the answer.
        max_tokens: the limit on the answer's tokens, which includes those of thinking.
        temperature: the sampling temperature.
        top_p: nucleus sampling.
        top_k: the number of likeliest tokens to sample from.
        stop: texts that end the answer.
        seed: for the same answer once more, as far as the service can.
        n: the number of answers.
        presence_penalty: the penalty for tokens that the text contains.
        frequency_penalty: the penalty for tokens that the text contains often.
        logprobs: whether to return the log probabilities of the tokens.
        top_logprobs: the number of alternatives for each token.
        tools: functions, and tools of the service such as ``{"googleSearch": {}}``.
        tool_choice: which tools the model may or has to call.
        response_format: JSON, with or without a schema.
        reasoning_effort: how much to think: a level, or a budget for models before Gemini 3.
        thinking_config: the service's `thinkingConfig`; it replaces the one made from `reasoning_effort`.
        modalities: the modalities of the answer, ``["text", "image"]``.
        safety_settings: the service's `safetySettings`.
        cached_content: the name of content that the service has cached.
        service_tier: the service's own option.
        api_version: the version of the API.
        extra_body: fields to add to the body, or to replace; those of `generationConfig` one by one.
        extra_headers: headers to add, or to replace.
        auth: the key.
        base_url: the address of the service; the default is ``GOOGLE_GEMINI_BASE_URL`` of the environment.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.
        proxy: the URL of the proxy.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    fields = convert_messages(messages, needs_signature=not is_before(model, 3))
    generation_config = without_none(
        maxOutputTokens=max_tokens,
        temperature=temperature,
        topP=top_p,
        topK=top_k,
        stopSequences=parse_stop(stop) or None,
        seed=seed,
        candidateCount=n,
        presencePenalty=presence_penalty,
        frequencyPenalty=frequency_penalty,
        responseLogprobs=logprobs or None,
        logprobs=top_logprobs,
        responseModalities=_modalities(modalities),
        thinkingConfig=thinking_config_field(model, reasoning_effort, thinking_config),
        **format_fields(response_format),
    )
    body = without_none(
        contents=fields.contents,
        systemInstruction=fields.system_instruction,
        generationConfig=generation_config or None,
        safetySettings=safety_settings,
        cachedContent=cached_content,
        serviceTier=service_tier,
        **tool_fields(tools, tool_choice),
    )
    decoder = ChatResponseDecoder(collect_secrets(auth, extra_headers))
    request = _request(
        f"{_path(model)}:{'streamGenerateContent?alt=sse' if stream else 'generateContent'}",
        merge_extra_body(body, extra_body),
        api_version=api_version,
        auth=auth,
        base_url=base_url,
        extra_headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
        max_body=_MAX_BODY,
    )
    secrets = request.secrets
    if stream:
        return Exchange(request, JSONStream(decoder, whole=decoder.decode_body, last=None, secrets=secrets))
    return Exchange(request, JSONBody(decoder.decode_body, secrets=secrets, limit=_MAX_BODY))


def _create_embedding(
    model: str,
    input: list[str],
    *,
    dimensions: int | None = None,
    task_type: str | None = None,
    api_version: str = API_VERSION,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange for the vectors of some texts.

    Args:
        model: as for an answer.
        input: the texts.
        dimensions: the length of the vectors, smaller than the model's own.
        task_type: the purpose of the vectors, ``"RETRIEVAL_QUERY"``.
        api_version: as for an answer.
        extra_headers: headers to add, or to replace.
        auth: the key.
        base_url: as for an answer.
        timeout: as for an answer.
        proxy: the URL of the proxy.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    embedding_options = without_none(outputDimensionality=dimensions, taskType=task_type)
    if not all(isinstance(item, str) for item in input):
        raise InvalidArgumentError("input", "`input` has to be a list of texts.", hint="Pass strings.")
    requests = [
        {"model": _resource(model), "content": {"parts": [{"text": text}]}, **embedding_options}
        for text in input
    ]
    request = _request(
        f"{_path(model)}:batchEmbedContents",
        {"requests": requests},
        api_version=api_version,
        auth=auth,
        base_url=base_url,
        extra_headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
    )
    return Exchange(request, JSONBody(decode_embeddings, secrets=request.secrets))


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange for the names of the models that generate content, at most a thousand."""
    request = _request(
        "models?pageSize=1000", None, auth=auth, base_url=base_url, timeout=timeout, proxy=proxy
    )
    return Exchange(request, JSONBody(decode_models, secrets=request.secrets))


# --- requests ---------------------------------------------------------------------------------


def _request(
    path: str,
    body: dict[str, Any] | None,
    *,
    api_version: str = API_VERSION,
    auth: str | None,
    base_url: str | None,
    extra_headers: dict[str, str] | None = None,
    timeout: float | tuple[float, float],
    proxy: str | None,
    max_body: int | None = None,
) -> http.HTTPRequest:
    address = resolve_base_url(base_url, BASE_URL_VARIABLE, BASE_URL)
    if not re.fullmatch(r"v\d\w*", api_version):
        raise InvalidArgumentError(
            "api_version", "`api_version` names no version.", hint='Pass "v1" or "v1beta", or leave it out.'
        )
    secrets = collect_secrets(auth, extra_headers)
    return http.HTTPRequest(
        url=f"{address}/{api_version}/{path}",
        method="GET" if body is None else "POST",
        json=body,
        headers=merge_headers({"x-goog-api-key": auth} if auth else {}, extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        max_body=max_body,
        on_status=partial(errors.from_response, secrets=secrets),
    )


def _resource(model: str) -> str:
    return model if "/" in model else f"models/{model}"


def _path(model: str) -> str:
    """Return the path of the model's resource, escaped so that a model name cannot lead to another path."""
    return quote(_resource(model)).replace("..", "%2E%2E")


def _modalities(names: object) -> list[str] | None:
    if names is None:
        return None
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return [name.upper() for name in names] or None
    raise InvalidArgumentError(
        "modalities", "`modalities` has to be a list of names.", hint='Pass ["text", "image"], say.'
    )
