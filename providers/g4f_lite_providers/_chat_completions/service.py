"""A provider of the OpenAI chat API, or of a compatible service, that consists of data only.

Wire facts: OpenAI's API reference, "Create chat completion", "The chat completion chunk object", "Create
embeddings" and "List models". None of the services was called while this was written.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit import http, service_errors
from g4f_lite.kit.exchange import Decoder, Exchange
from g4f_lite.kit.json_events import JSONBody, mapping
from g4f_lite_providers._chat_completions.embeddings import decode_embeddings, embedding_body
from g4f_lite_providers._chat_completions.options import (
    CHAT_OPTIONS,
    CONNECTION_OPTIONS,
    EMBEDDING_OPTIONS,
    SPECIAL_OPTIONS,
    Options,
    with_signature,
)
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._chat_completions.request import chat_body
from g4f_lite_providers._chat_completions.response import (
    ChatResponseDecoder,
    ChatStreamDecoder,
    decode_models,
)
from g4f_lite_providers._shared.connection import collect_secrets, merge_headers

__all__ = ["Service"]

TIMEOUT = (10.0, 600.0)
"""Seconds to connect, and seconds without a byte. OpenAI's own client waits as long for a whole answer."""

_CHAT_PARAMETERS = {"model": str, "messages": list[Message], "stream": bool}
_EMBEDDING_PARAMETERS = {"model": str, "input": list[Any]}
_NO_QUIRKS = Quirks()


class Service:
    """A provider that speaks the OpenAI chat API.

    Args:
        name: the provider's name.
        base_url: the address that the paths of the API are added to, with the ``/v1`` if there is one.
        quirks: the differences between the service and OpenAI's own.
        url, model, supports_stream, needs_auth, auth_env, any_model, inputs, embedding_model, working: the
            constants of the provider contract. Without `embedding_model` the provider has no embeddings.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        base_url: str,
        model: list[str],
        supports_stream: bool,
        needs_auth: bool,
        auth_env: str,
        any_model: bool = True,
        inputs: list[str] | None = None,
        embedding_model: list[str] | None = None,
        working: bool = True,
        quirks: Quirks = _NO_QUIRKS,
    ) -> None:
        self.name = name
        self.url = url
        self.base_url = base_url
        self.model = model
        self.supports_stream = supports_stream
        self.needs_auth = needs_auth
        self.auth_env = auth_env
        self.any_model = any_model
        self.inputs = inputs or []
        self.embedding_model = embedding_model or []
        self.working = working
        self.quirks = quirks
        self.params = f"g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"

    def __repr__(self) -> str:
        return f"Service({self.name!r})"

    # --- the contract's functions ------------------------------------------------------------------
    # Created on access: a program imports the whole table and uses one or two rows.

    @property
    def _create_completion(self) -> Callable[..., Exchange]:
        special = {name: SPECIAL_OPTIONS[name] for name in self.quirks.openai_options}
        options = {**CHAT_OPTIONS, **special, **self.quirks.options, **self._common_options}
        return with_signature(self.complete, _CHAT_PARAMETERS, options, self.quirks.unsupported_options)

    @property
    def _create_embedding(self) -> Callable[..., Exchange] | None:
        if not self.embedding_model:
            return None
        options = {**EMBEDDING_OPTIONS, **self.quirks.embedding_options, **self._common_options}
        return with_signature(self.embed, _EMBEDDING_PARAMETERS, options, self.quirks.unsupported_options)

    @property
    def _list_models(self) -> Callable[..., Exchange] | None:
        return with_signature(self.list_models, {}, self._common_options) if self.quirks.models_path else None

    @property
    def _common_options(self) -> Options:
        return {**self.quirks.non_body_options, **CONNECTION_OPTIONS}

    def complete(self, model: str, messages: list[Message], stream: bool, **options: Any) -> Exchange:
        """Return the exchange for a chat completion.

        Raises:
            InvalidArgumentError: at the call, an option has a wrong value.
        """
        body = chat_body(model, messages, self.quirks, options, stream=stream)
        secrets = self._secrets(options)
        audio_format = mapping(options.get("audio")).get("format")
        decoder = ChatResponseDecoder(
            secrets=secrets,
            think_tag=self.quirks.think_tag,
            audio_type=f"audio/{audio_format}" if isinstance(audio_format, str) else None,
            n=options.get("n") or 1,
        )
        see_headers = decoder.see_headers
        if stream:
            request = self.request("/chat/completions", body, options, model=model, on_headers=see_headers)
            return Exchange(request, ChatStreamDecoder(decoder, secrets=secrets))
        body_decoder = JSONBody(decoder.decode_body, secrets=secrets, on_headers=see_headers)
        see_headers = body_decoder.see_headers
        request = self.request("/chat/completions", body, options, model=model, on_headers=see_headers)
        return Exchange(request, body_decoder)

    def embed(self, model: str, input: list[Any], **options: Any) -> Exchange:
        """Return the exchange for embeddings.

        Raises:
            InvalidArgumentError: at the call, an option has a wrong value.
        """
        body = embedding_body(model, input, self.quirks, options)
        decoder = JSONBody(decode_embeddings, secrets=self._secrets(options))
        return Exchange(self.request("/embeddings", body, options, model=model), decoder)

    def list_models(self, **options: Any) -> Exchange:
        """Return the exchange for the names of the models.

        Raises:
            InvalidArgumentError: at the call, an option has a wrong value.
        """
        decoder: Decoder = JSONBody(decode_models, secrets=self._secrets(options))
        return Exchange(self.request(self.quirks.models_path, None, options), decoder)

    # --- the HTTP request ----------------------------------------------------------------------------

    def request(
        self,
        path: str,
        body: Any,
        options: Options,
        *,
        model: str = "",
        on_headers: Callable[[Mapping[str, str]], None] | None = None,
    ) -> http.HTTPRequest:
        """Return the request for a path of the API: a POST, or a GET if `body` is None."""
        secrets = self._secrets(options)
        timeout = options.get("timeout")
        return http.HTTPRequest(
            url=self._add_query(self.endpoint(path, options, model), options),
            json=body,
            headers=self._headers(options),
            method="GET" if body is None else "POST",
            timeout=TIMEOUT if timeout is None else http.check_timeout(timeout),
            proxy=options.get("proxy"),
            secrets=secrets,
            on_headers=on_headers,
            on_status=partial(service_errors.from_response, secrets=secrets),
        )

    def endpoint(self, path: str, options: Options, model: str) -> str:  # noqa: ARG002 - for Azure
        """Return the URL for a path of the API, or for a `path` that is a URL itself."""
        base_url = self.resolve_base_url(options)
        if "://" not in path:
            return base_url + path
        # A caller that sets another base URL means all requests: the key must not go to any other host.
        return path if base_url == self.base_url else f"{base_url}/models"

    def resolve_base_url(self, options: Options) -> str:
        """Return the base URL: that of the call, of the environment, or of the service.

        Raises:
            InvalidArgumentError: the one that counts is not a URL.
        """
        base_url = options.get("base_url")
        if base_url is not None:
            return http.check_url("base_url", base_url)
        for variable in self.address_variables:
            value = os.environ.get(variable, "").strip()
            if value:
                return http.check_url(variable, value)
        return self.base_url

    @property
    def address_variables(self) -> tuple[str, ...]:
        """The environment variables that may hold the base URL; the first one that is set counts."""
        return (f"G4F_LITE_{self.name.upper().replace('-', '_')}_URL", *self.quirks.address_env)

    def key(self, options: Options) -> str | None:
        """Return the key of the call, which the core also reads from the environment and the key store.

        Raises:
            InvalidArgumentError: the key has characters that a header cannot carry.
        """
        key: str | None = options.get("auth")
        if key and not (key.isascii() and key.isprintable()):
            raise InvalidArgumentError(
                "auth", "The key has characters that no header can carry.", hint="Copy it once more."
            )
        return key or None

    def key_header(self, key: str) -> tuple[str, str]:
        """Return the name and the value of the header for `key`."""
        return "Authorization", f"Bearer {key}"

    def _headers(self, options: Options) -> dict[str, str]:
        headers = dict(self.quirks.headers)
        key = self.key(options)
        if key is not None:
            name, value = self.key_header(key)
            headers[name] = value
        for option, (header, variable) in self.quirks.header_options.items():
            header_value: str | None = options.get(option)
            # The environment's value is for this service: it must not go to another base URL.
            if header_value is None and variable and options.get("base_url") is None:
                header_value = os.environ.get(variable)
            if header_value:
                headers[header] = header_value
        return merge_headers(headers, options.get("extra_headers"))

    def _secrets(self, options: Options) -> tuple[str, ...]:
        return collect_secrets(self.key(options), options.get("extra_headers"))

    @staticmethod
    def _add_query(url: str, options: Options) -> str:
        query = options.get("extra_query")
        return f"{url}{'&' if '?' in url else '?'}{urlencode(query, doseq=True)}" if query else url
