"""Anthropic: Claude, by the Messages API.

The wire is that of Anthropic's API reference (platform.claude.com/docs/en/api): "Messages", "Streaming
Messages", "Errors", "Models", "Versions"; and of the guides "Thinking", "Effort", "Structured outputs",
"Mid-conversation system messages". The service could not be reached from where this was written: the
tests speak recorded shapes, to this module and to the service's own Python client.

The version sent is 2023-06-01. The newest, 2026-10-21, has no `temperature`, `top_p` and `top_k`, and
otherwise changes nothing that is sent here; servers that are compatible speak the older one.
"""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, ProviderResponseError
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream, mapping
from g4f_lite.kit.service_errors import from_response
from g4f_lite_providers._shared import openai_options as _openai_values
from g4f_lite_providers._shared.headers import merged, secrets_in
from g4f_lite_providers._shared.json_values import string
from g4f_lite_providers.anthropic import messages as _anthropic_messages
from g4f_lite_providers.anthropic import options as _anthropic_options
from g4f_lite_providers.anthropic.response import Answer

url = "https://platform.claude.com/"
model = ["claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-fable-5-2"]
supports_stream = True
needs_auth = True
working = True
auth_env = "ANTHROPIC_API_KEY"
any_model = True
inputs = ["image", "file"]
params = "g4f_lite.providers.anthropic supports: (model: str, messages: list, stream: bool)"

BASE_URL = "https://api.anthropic.com"
BASE_URL_VARIABLE = "ANTHROPIC_BASE_URL"
VERSION = "2023-06-01"

_TIMEOUT = (10.0, 600.0)  # the service's own client waits 600 seconds too: a whole answer can take minutes
_OAUTH = "sk-ant-oat"
"""What a login's token begins with, which is sent otherwise than a key."""


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
    tools: list[dict[str, Any]] | None = None,
    tool_choice: str | dict[str, Any] | None = None,
    parallel_tool_calls: bool | None = None,
    response_format: dict[str, Any] | None = None,
    reasoning_effort: str | None = None,
    thinking: dict[str, Any] | None = None,
    user: str | None = None,
    metadata: dict[str, Any] | None = None,
    service_tier: str | None = None,
    system_in_place: bool = False,
    betas: str | list[str] | None = None,
    api_version: str | None = None,
    extra_body: dict[str, Any] | None = None,
    extra_headers: dict[str, str] | None = None,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = _TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange that asks for an answer; options with OpenAI's names mean what they do there.

    Args:
        model: sent as it is.
        messages: see `_anthropic_messages.conversation_of`.
        stream: whether the answer is to come as it is made.
        max_tokens: the service wants a number: without one, 16384, and less for models that can do less.
        temperature: how free the words are; models after Claude Opus 4.6 may refuse it.
        top_p: the share of likely words to choose from; the same holds.
        top_k: the number of likely words to choose from; the same holds.
        stop: texts that end the answer.
        tools: functions; and the service's own tools, in its own shape.
        tool_choice: which of them.
        parallel_tool_calls: False: one call at a time.
        response_format: a JSON schema.
        reasoning_effort: how much to think: an effort for models that decide by it, else a budget.
        thinking: the service's own option, in place of what `reasoning_effort` makes of it.
        user: an opaque name of whoever asks.
        metadata: the service's own option.
        service_tier: the service's own option.
        system_in_place: leave later system messages where they are, which newer models take.
        betas: names of features for the header ``anthropic-beta``.
        api_version: the header ``anthropic-version``.
        extra_body: keys to add to the body or to replace in it.
        extra_headers: the same for headers.
        auth: the key, or a login's token.
        base_url: the service's address; else the environment's ``ANTHROPIC_BASE_URL``.
        timeout: seconds to connect and seconds between bytes, one number or a pair.
        proxy: the proxy's URL.

    Raises:
        InvalidArgumentError: at the call, for a wrong value.
    """
    said = _anthropic_messages.conversation_of(messages, system_in_place=system_in_place)
    body: dict[str, Any] = {
        "model": model,
        "messages": said.messages,
        "system": said.system,
        **_anthropic_options.body_options(
            model,
            max_tokens=max_tokens,
            reasoning_effort=reasoning_effort,
            thinking=thinking,
            response_format=response_format,
        ),
        "temperature": temperature,
        "top_p": top_p,
        "top_k": top_k,
        "stop_sequences": _openai_values.stops_of(stop) or None,
        "metadata": {**(metadata or {}), **({"user_id": user} if user is not None else {})} or None,
        "service_tier": service_tier,
        "stream": stream or None,
        **_anthropic_options.tools_of(tools, tool_choice, parallel_tool_calls),
    }
    secrets = secrets_in(auth, extra_headers)
    answer = Answer(secrets)
    request = http.HTTPRequest(
        url=_address(base_url, "/v1/messages"),
        json={**{name: value for name, value in body.items() if value is not None}, **(extra_body or {})},
        headers=merged(_headers(auth, betas, api_version), extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_headers=answer.see_headers,
        on_status=partial(from_response, secrets=secrets),
    )
    if stream:
        return Exchange(request, JSONStream(answer, whole=answer.whole, last=None, secrets=secrets))
    return Exchange(request, JSONBody(answer.whole, secrets=secrets))


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange that asks for the models' names, a thousand at most."""
    secrets = (auth,) if auth else ()
    request = http.HTTPRequest(
        url=_address(base_url, "/v1/models?limit=1000"),
        method="GET",
        headers=_headers(auth, None, None),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_status=partial(from_response, secrets=secrets),
    )
    return Exchange(request, JSONBody(_names, secrets=secrets))


def _names(value: Any) -> list[str]:
    rows = mapping(value).get("data")
    if not isinstance(rows, list):
        raise ProviderResponseError(
            "The service's answer has no list of models.", hint="Check base_url, or ask another provider."
        )
    return [mapping(row)["id"] for row in rows if string(mapping(row).get("id"))]


def _address(base_url: str | None, path: str) -> str:
    if base_url is not None:
        return http.check_url("base_url", base_url) + path
    return http.check_url(BASE_URL_VARIABLE, os.environ.get(BASE_URL_VARIABLE) or BASE_URL) + path


def _headers(auth: str | None, betas: str | Sequence[str] | None, version: str | None) -> Mapping[str, str]:
    headers = {"anthropic-version": version or VERSION}
    if betas:
        names = [betas] if isinstance(betas, str) else betas
        if not all(isinstance(name, str) for name in names):
            raise InvalidArgumentError("betas", "`betas` has to be a list of names.", hint="Pass strings.")
        headers["anthropic-beta"] = ",".join(names)
    if auth and auth.startswith(_OAUTH):
        headers["authorization"] = f"Bearer {auth}"
    elif auth:
        headers["x-api-key"] = auth
    return headers
