"""One service of the OpenAI chat API, or compatible with it: a provider made of data.

Wire facts: OpenAI's API reference, "Create chat completion", "The chat completion chunk object", "Create
embeddings" and "List models". None of the services could be reached from where this was written.
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
from g4f_lite_providers._chat_completions.embeddings import embedding_body, models_in, vectors_in
from g4f_lite_providers._chat_completions.options import CHAT, CONNECTION, EMBEDDING, SPECIAL, Options, signed
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._chat_completions.request import chat_body
from g4f_lite_providers._chat_completions.response import ChatResponseDecoder, ChatStream
from g4f_lite_providers._shared.headers import merged, secrets_in

__all__ = ["Service"]

TIMEOUT = (10.0, 600.0)
"""Seconds to connect, and seconds without a byte: OpenAI's own client waits as long for a whole answer."""

_CHAT_REQUIRED = {"model": str, "messages": list[Message], "stream": bool}
_EMBEDDING_REQUIRED = {"model": str, "input": list[Any]}
_NONE = Quirks()


class Service:
    """A provider that speaks the OpenAI chat API.

    Args:
        name: the provider's name.
        base_url: where the paths of the API begin, with the ``/v1`` or whatever stands there.
        quirks: in what it departs from OpenAI's own.
        url, model, supports_stream, needs_auth, auth_env, any_model, inputs, embedding_model, working: the
            constants of the provider contract. Without `embedding_model` it has no embeddings.
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
        quirks: Quirks = _NONE,
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
    # Made when they are asked for: a program imports the whole table and uses a row or two.

    @property
    def _create_completion(self) -> Callable[..., Exchange]:
        special = {name: SPECIAL[name] for name in self.quirks.takes}
        options = {**CHAT, **special, **self.quirks.options, **self._common}
        return signed(self.complete, _CHAT_REQUIRED, options, self.quirks.refuses)

    @property
    def _create_embedding(self) -> Callable[..., Exchange] | None:
        if not self.embedding_model:
            return None
        options = {**EMBEDDING, **self.quirks.embedding_options, **self._common}
        return signed(self.embed, _EMBEDDING_REQUIRED, options, self.quirks.refuses)

    @property
    def _list_models(self) -> Callable[..., Exchange] | None:
        return signed(self.list_models, {}, self._common) if self.quirks.list_models else None

    @property
    def _common(self) -> Options:
        return {**self.quirks.outside, **CONNECTION}

    def complete(self, model: str, messages: list[Message], stream: bool, **options: Any) -> Exchange:
        """Ask for a chat completion.

        Raises:
            InvalidArgumentError: at the call, for a wrong value.
        """
        body = chat_body(model, messages, self.quirks, options, stream=stream)
        secrets = self._secrets(options)
        sound = mapping(options.get("audio")).get("format")
        answer = ChatResponseDecoder(
            secrets=secrets,
            think_tag=self.quirks.think_tag,
            audio_type=f"audio/{sound}" if isinstance(sound, str) else None,
            wanted=options.get("n") or 1,
        )
        see = answer.see_headers
        if stream:
            request = self.request("/chat/completions", body, options, model=model, on_headers=see)
            return Exchange(request, ChatStream(answer, secrets=secrets))
        whole = JSONBody(answer.whole, secrets=secrets, on_headers=see)
        request = self.request("/chat/completions", body, options, model=model, on_headers=whole.see_headers)
        return Exchange(request, whole)

    def embed(self, model: str, input: list[Any], **options: Any) -> Exchange:
        """Ask for embeddings."""
        body = embedding_body(model, input, self.quirks, options)
        decoder = JSONBody(vectors_in, secrets=self._secrets(options))
        return Exchange(self.request("/embeddings", body, options, model=model), decoder)

    def list_models(self, **options: Any) -> Exchange:
        """Ask for the names of the models."""
        decoder: Decoder = JSONBody(models_in, secrets=self._secrets(options))
        return Exchange(self.request(self.quirks.list_models, None, options), decoder)

    # --- a request -----------------------------------------------------------------------------------

    def request(
        self,
        path: str,
        body: Any,
        options: Options,
        *,
        model: str = "",
        on_headers: Callable[[Mapping[str, str]], None] | None = None,
    ) -> http.HTTPRequest:
        """Return the request for a path of the API; without a body, it is a GET."""
        secrets = self._secrets(options)
        timeout = options.get("timeout")
        return http.HTTPRequest(
            url=self._with_query(self.address(path, options, model), options),
            json=body,
            headers=self._headers(options),
            method="GET" if body is None else "POST",
            timeout=TIMEOUT if timeout is None else http.check_timeout(timeout),
            proxy=options.get("proxy"),
            secrets=secrets,
            on_headers=on_headers,
            on_status=partial(service_errors.from_response, secrets=secrets),
        )

    def address(self, path: str, options: Options, model: str) -> str:  # noqa: ARG002 - Azure's has it
        """Return the URL of a path of the API; a path that is a URL itself is one below its own host."""
        base = self.base(options)
        if "://" not in path:
            return base + path
        # Whoever named another address means all requests: the key goes to no other host.
        return path if base == self.base_url else f"{base}/models"

    def base(self, options: Options) -> str:
        """Return the base URL: the call's, the environment's, or the service's own.

        Raises:
            InvalidArgumentError: it is no URL.
        """
        given = options.get("base_url")
        if given is not None:
            return http.check_url("base_url", given)
        for variable in self.address_variables:
            found = os.environ.get(variable, "").strip()
            if found:
                return http.check_url(variable, found)
        return self.base_url

    @property
    def address_variables(self) -> tuple[str, ...]:
        """The environment variables that may hold the base URL, the first one that is set counts."""
        return (f"G4F_LITE_{self.name.upper().replace('-', '_')}_URL", *self.quirks.address_env)

    def key(self, options: Options) -> str | None:
        """Return the key: the core looks for it, in the environment and the key store too."""
        given: str | None = options.get("auth")
        if given and not (given.isascii() and given.isprintable()):
            raise InvalidArgumentError(
                "auth", "The key has characters that no header can carry.", hint="Copy it once more."
            )
        return given or None

    def key_header(self, key: str) -> tuple[str, str]:
        """Return the header that carries the key."""
        return "Authorization", f"Bearer {key}"

    def _headers(self, options: Options) -> dict[str, str]:
        headers = dict(self.quirks.headers)
        key = self.key(options)
        if key is not None:
            name, value = self.key_header(key)
            headers[name] = value
        for option, (header, variable) in self.quirks.header_options.items():
            said: str | None = options.get(option)
            if said is None and variable and options.get("base_url") is None:  # not for any other service
                said = os.environ.get(variable)
            if said:
                headers[header] = said
        return merged(headers, options.get("extra_headers"))

    def _secrets(self, options: Options) -> tuple[str, ...]:
        return secrets_in(self.key(options), options.get("extra_headers"))

    @staticmethod
    def _with_query(url: str, options: Options) -> str:
        query = options.get("extra_query")
        return f"{url}{'&' if '?' in url else '?'}{urlencode(query, doseq=True)}" if query else url
