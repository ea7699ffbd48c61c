"""Anthropic: the Claude models, over the Messages API.

Wire facts: Anthropic's API reference (platform.claude.com/docs/en/api): "Messages", "Streaming
Messages", "Errors", "Models", "Versions"; and the guides "Thinking", "Effort", "Structured outputs",
"Mid-conversation system messages". The service was not called while this was written: the tests give
bodies of these shapes to this module and to the service's own Python client.

The version sent is 2023-06-01. The newest, 2026-10-21, has no `temperature`, `top_p` and `top_k`, and
otherwise changes nothing that is sent here; compatible servers know the older one.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit import http
from g4f_lite.kit.exchange import Exchange
from g4f_lite.kit.json_events import JSONBody, JSONStream
from g4f_lite.kit.service_errors import from_response
from g4f_lite_providers._shared.connection import collect_secrets, merge_headers, resolve_base_url
from g4f_lite_providers._shared.json_values import without_none
from g4f_lite_providers._shared.openai_options import parse_stop
from g4f_lite_providers.anthropic.messages import convert_messages
from g4f_lite_providers.anthropic.options import output_fields, tool_fields
from g4f_lite_providers.anthropic.response import ChatResponseDecoder, decode_models

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

_TIMEOUT = (10.0, 600.0)
"""Seconds to connect, and seconds without a byte. The service's own client waits 600 seconds too: a whole answer
can take minutes.
"""
_OAUTH_PREFIX = "sk-ant-oat"
"""The beginning of the token of a login, which goes into another header than a key."""


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
    """Return the exchange for an answer; options with OpenAI's names have OpenAI's meaning.

    Args:
        model: the name of the model, which is sent unchanged.
        messages: the conversation; see `messages.convert_messages`.
        stream: whether the service streams the answer.
        max_tokens: the limit on the answer's tokens. The service needs one: the default is 16384, and less for
            models that can write less.
        temperature: the sampling temperature; models after Claude Opus 4.6 may refuse it.
        top_p: nucleus sampling; models after Claude Opus 4.6 may refuse it.
        top_k: the number of likeliest tokens to sample from; models after Claude Opus 4.6 may refuse it.
        stop: texts that end the answer.
        tools: functions, and tools of the service in its own shape.
        tool_choice: which tools the model may or has to call.
        parallel_tool_calls: False for one tool call at a time.
        response_format: a JSON schema.
        reasoning_effort: how much to think: an effort, or a budget for models that do not know efforts.
        thinking: the service's own option; it replaces the one made from `reasoning_effort`.
        user: an opaque name of the user.
        metadata: the service's own option.
        service_tier: the service's own option.
        system_in_place: True leaves later system messages where they are, which newer models accept.
        betas: names of features for the header ``anthropic-beta``.
        api_version: the header ``anthropic-version``.
        extra_body: fields to add to the body, or to replace.
        extra_headers: headers to add, or to replace.
        auth: the key, or the token of a login.
        base_url: the address of the service; the default is ``ANTHROPIC_BASE_URL`` of the environment.
        timeout: seconds to connect and seconds between bytes, as one number or a pair.
        proxy: the URL of the proxy.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value.
    """
    fields = convert_messages(messages, system_in_place=system_in_place)
    body = without_none(
        model=model,
        messages=fields.messages,
        system=fields.system,
        **output_fields(
            model,
            max_tokens=max_tokens,
            reasoning_effort=reasoning_effort,
            thinking=thinking,
            response_format=response_format,
        ),
        temperature=temperature,
        top_p=top_p,
        top_k=top_k,
        stop_sequences=parse_stop(stop) or None,
        metadata={**(metadata or {}), **({"user_id": user} if user is not None else {})} or None,
        service_tier=service_tier,
        stream=stream or None,
        **tool_fields(tools, tool_choice, parallel_tool_calls),
    )
    secrets = collect_secrets(auth, extra_headers)
    decoder = ChatResponseDecoder(secrets)
    request = http.HTTPRequest(
        url=resolve_base_url(base_url, BASE_URL_VARIABLE, BASE_URL) + "/v1/messages",
        json={**body, **(extra_body or {})},
        headers=merge_headers(_headers(auth, betas, api_version), extra_headers),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_headers=decoder.see_headers,
        on_status=partial(from_response, secrets=secrets),
    )
    if stream:
        return Exchange(request, JSONStream(decoder, whole=decoder.decode_body, last=None, secrets=secrets))
    return Exchange(request, JSONBody(decoder.decode_body, secrets=secrets))


def _list_models(
    *,
    auth: str | None = None,
    base_url: str | None = None,
    timeout: float | tuple[float, float] = http.DEFAULT_TIMEOUT,
    proxy: str | None = None,
) -> Exchange:
    """Return the exchange for the names of the models, at most a thousand."""
    secrets = collect_secrets(auth, None)
    request = http.HTTPRequest(
        url=resolve_base_url(base_url, BASE_URL_VARIABLE, BASE_URL) + "/v1/models?limit=1000",
        method="GET",
        headers=_headers(auth, None, None),
        timeout=http.check_timeout(timeout),
        proxy=proxy,
        secrets=secrets,
        on_status=partial(from_response, secrets=secrets),
    )
    return Exchange(request, JSONBody(decode_models, secrets=secrets))


def _headers(auth: str | None, betas: str | Sequence[str] | None, version: str | None) -> Mapping[str, str]:
    headers = {"anthropic-version": version or VERSION}
    if betas:
        names = [betas] if isinstance(betas, str) else betas
        if not all(isinstance(name, str) for name in names):
            raise InvalidArgumentError("betas", "`betas` has to be a list of names.", hint="Pass strings.")
        headers["anthropic-beta"] = ",".join(names)
    if auth and auth.startswith(_OAUTH_PREFIX):
        headers["authorization"] = f"Bearer {auth}"
    elif auth:
        headers["x-api-key"] = auth
    return headers
