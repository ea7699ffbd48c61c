"""Gemini: Google's models, by the Gemini API's `generateContent` and its stream.

The wire is that of the Gemini API's reference (ai.google.dev/api: "Generating content", "Embeddings",
"Models", "Caching") and of the guides "Function calling", "Structured outputs", "Thinking", "Thought
Signatures", "Grounding with Google Search". The service could not be reached from where this was
written: the tests speak recorded shapes, to this module and to the service's own Python client.
"""

import os
import re
from functools import partial
from typing import Any
from urllib.parse import quote

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite_providers._shared import openai_options as _openai_values
from g4f_lite_providers._shared.headers import merged, secrets_in
from g4f_lite_providers.gemini import (
    contents as _gemini_contents,
)
from g4f_lite_providers.gemini import (
    embeddings as _gemini_lists,
)
from g4f_lite_providers.gemini import (
    options as _gemini_options,
)
from g4f_lite_providers.gemini.errors import with_status
from g4f_lite_providers.gemini.response import Answer

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
"""It has all that ``v1`` has, and more models; the service's own client went over to ``v1`` in its version 3."""

_TIMEOUT = (10.0, 600.0)  # a whole answer of a model that thinks can take minutes
_MAX_PICTURES = 256 * 1024 * 1024
"""Bytes of a whole answer, which may have pictures in it."""


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
    """Return the exchange that asks for an answer; options with OpenAI's names mean what they do there.

    Args:
        model: ``"gemini-..."``, or a resource's whole name, ``"tunedModels/..."``.
        messages: see `_gemini_contents.conversation_of`.
        stream: whether the answer is to come as it is made.
        max_tokens: the most tokens of an answer, those of thinking with them.
        temperature: how free the words are.
        top_p: the share of likely words to choose from.
        top_k: the number of likely words to choose from.
        stop: texts that end the answer.
        seed: for the same answer once more, as far as the service can.
        n: how many answers.
        presence_penalty: against words that came already.
        frequency_penalty: against words that came often.
        logprobs: whether to tell the tokens' log probabilities.
        top_logprobs: of how many other tokens too.
        tools: functions; and the service's own tools, such as ``{"googleSearch": {}}``.
        tool_choice: which of them.
        response_format: JSON, with a schema or without.
        reasoning_effort: how much to think: a level, or a budget for models before Gemini 3.
        thinking_config: the service's `thinkingConfig`, in place of what `reasoning_effort` makes of it.
        modalities: what to answer with, ``["text", "image"]``.
        safety_settings: the service's `safetySettings`.
        cached_content: the name of what the service has cached.
        service_tier: the service's own option.
        api_version: the version of the API.
        extra_body: keys to add to the body or to replace in it; those of `generationConfig` one by one.
        extra_headers: headers to add or to replace.
        auth: the key.
        base_url: the service's address; else the environment's ``GOOGLE_GEMINI_BASE_URL``.
        timeout: seconds to connect and seconds between bytes, one number or a pair.
        proxy: the proxy's URL.

    Raises:
        InvalidArgumentError: at the call, for a wrong value.
    """
    said = _gemini_contents.conversation_of(messages, signed=not _gemini_options.is_before(model, 3))
    config: dict[str, Any] = {
        "maxOutputTokens": max_tokens,
        "temperature": temperature,
        "topP": top_p,
        "topK": top_k,
        "stopSequences": _openai_values.stops_of(stop) or None,
        "seed": seed,
        "candidateCount": n,
        "presencePenalty": presence_penalty,
        "frequencyPenalty": frequency_penalty,
        "responseLogprobs": logprobs or None,
        "logprobs": top_logprobs,
        "responseModalities": _modalities(modalities),
        "thinkingConfig": _gemini_options.thinking_of(model, reasoning_effort, thinking_config),
        **_gemini_options.format_of(response_format),
    }
    body = {
        "contents": said.contents,
        "systemInstruction": said.system,
        "generationConfig": _present(config) or None,
        "safetySettings": safety_settings,
        "cachedContent": cached_content,
        "serviceTier": service_tier,
        **_gemini_options.tools_of(tools, tool_choice),
    }
    answer = Answer(secrets_in(auth, extra_headers))
    request = _request(
        base_url,
        f"{_path(model)}:{'streamGenerateContent?alt=sse' if stream else 'generateContent'}",
        _gemini_options.merged(_present(body), extra_body),
        version=api_version,
        auth=auth,
        headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
        max_body=_MAX_PICTURES,
    )
    if stream:
        return Exchange(request, JSONStream(answer, whole=answer.whole, last=None, secrets=request.secrets))
    return Exchange(request, JSONBody(answer.whole, secrets=request.secrets, limit=_MAX_PICTURES))


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
    """Return the exchange that asks for the vectors of some texts.

    Args:
        model: as for an answer.
        input: the texts.
        dimensions: numbers of a vector, fewer than the model's own.
        task_type: what the vectors are for, ``"RETRIEVAL_QUERY"``.
        api_version: as for an answer.
        extra_headers: headers to add or to replace.
        auth: the key.
        base_url: as for an answer.
        timeout: as for an answer.
        proxy: the proxy's URL.

    Raises:
        InvalidArgumentError: at the call, for a wrong value.
    """
    wanted = _present({"outputDimensionality": dimensions, "taskType": task_type})
    if not all(isinstance(item, str) for item in input):
        raise InvalidArgumentError("input", "`input` has to be a list of texts.", hint="Pass strings.")
    requests = [
        {"model": _resource(model), "content": {"parts": [{"text": text}]}, **wanted} for text in input
    ]
    request = _request(
        base_url,
        f"{_path(model)}:batchEmbedContents",
        {"requests": requests},
        version=api_version,
        auth=auth,
        headers=extra_headers,
        timeout=timeout,
        proxy=proxy,
    )
    return Exchange(request, JSONBody(_gemini_lists.vectors, secrets=request.secrets))


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange that asks for the names of the models that answer, a thousand at most."""
    request = _request(base_url, "models?pageSize=1000", None, auth=auth, timeout=timeout, proxy=proxy)
    return Exchange(request, JSONBody(_gemini_lists.names, secrets=request.secrets))


# --- requests ---------------------------------------------------------------------------------


def _request(
    base_url: str | None,
    path: str,
    body: dict[str, Any] | None,
    *,
    version: str = API_VERSION,
    auth: str | None,
    headers: dict[str, str] | None = None,
    timeout: float | tuple[float, float],
    proxy: str | None,
    max_body: int | None = None,
) -> http.HTTPRequest:
    if base_url is not None:
        address = http.check_url("base_url", base_url)
    else:
        address = http.check_url(BASE_URL_VARIABLE, os.environ.get(BASE_URL_VARIABLE) or BASE_URL)
    if not re.fullmatch(r"v\d\w*", version):
        raise InvalidArgumentError(
            "api_version", "`api_version` names no version.", hint='Pass "v1" or "v1beta", or leave it out.'
        )
    secrets = secrets_in(auth, headers)
    return http.HTTPRequest(
        url=f"{address}/{version}/{path}",
        method="GET" if body is None else "POST",
        json=body,
        headers=merged({"x-goog-api-key": auth} if auth else {}, headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        max_body=max_body,
        on_status=partial(with_status, secrets=secrets),
    )


def _resource(model: str) -> str:
    return model if "/" in model else f"models/{model}"


def _path(model: str) -> str:
    """Return the path of the model's resource; it cannot lead anywhere else."""
    return quote(_resource(model)).replace("..", "%2E%2E")


def _modalities(names: object) -> list[str] | None:
    if names is None:
        return None
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return [name.upper() for name in names] or None
    raise InvalidArgumentError(
        "modalities", "`modalities` has to be a list of names.", hint='Pass ["text", "image"], say.'
    )


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
