"""Responses of the OpenAI chat API as text and events: chunks of a stream, and whole completions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Citation, Finish, FinishReason, Metadata, Served
from g4f_lite.kit import service_errors
from g4f_lite.kit.json_events import JSONStream, mapping
from g4f_lite_providers._chat_completions.choice import ChoiceDecoder, has_text_only
from g4f_lite_providers._chat_completions.usage import decode_usage, find_usage
from g4f_lite_providers._shared.json_values import as_int, as_list, as_objects, nonempty_str

__all__ = ["ChatResponseDecoder", "ChatStreamDecoder", "decode_models"]

_FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "model_context_window_exceeded": "length",  # Zhipu
    "sensitive": "content_filter",  # Zhipu
    "safety": "content_filter",
    "refusal": "content_filter",
}
"""The finish reasons of services; any other one ("eos", "end_turn") counts as "stop"."""

_FAILURES = {"error", "abort", "network_error", "insufficient_system_resource"}
"""Finish reasons that mean an error: Mistral's and OpenRouter's, vLLM's, Zhipu's, DeepSeek's."""

_METADATA = (
    "system_fingerprint",
    "service_tier",
    "provider",  # OpenRouter: the service behind it that answered
    "prompt_filter_results",  # Azure
    "timings",  # llama.cpp
    "time_info",  # Cerebras
    "related_questions",  # Perplexity
    "images",
)
_METADATA_NAMES = frozenset(_METADATA)
_RARE_FIELDS = frozenset(
    {
        "error",
        "x_groq",
        "citations",
        "search_results",
        "prompt_filter_results",
        "timings",
        "time_info",
        "related_questions",
        "images",
    }
)
"""A chunk without any of these fields has nothing to decode except its choices."""


class ChatResponseDecoder:
    """Decodes one answer: the chunks of a stream, or a whole completion. A handler for `JSONStream`.

    Args:
        secrets: strings that errors must not show.
        think_tag: the tag around reasoning in the text, or an empty string.
        audio_type: the MIME type of the requested sound.
        n: the number of requested choices.
    """

    def __init__(
        self,
        *,
        secrets: Iterable[str] = (),
        think_tag: str = "",
        audio_type: str | None = None,
        n: int = 1,
    ) -> None:
        self._secrets = tuple(secrets)
        self._n = n
        self._think_tag = think_tag
        self._audio_type = audio_type
        self._choices: dict[int, ChoiceDecoder] = {}
        self._served: Served | None = None
        self._header_metadata: dict[str, str] = {}
        self._emitted: dict[str, Any] = {}
        """The metadata, the sources and the usage that have been emitted, so that nothing is emitted twice."""
        self._can_pass_text = self._is_complete_body = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: they have the identifier of the request, which support asks for."""
        request_id = headers.get("x-request-id") or headers.get("apim-request-id")
        if request_id:
            self._header_metadata = {"request_id": request_id}

    # --- a stream --------------------------------------------------------------------------------

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next chunk. Return its text and events.

        Raises:
            ProviderError: the chunk is an error, or not a chunk.
        """
        if self._can_pass_text:
            try:
                (choice,) = value["choices"]
                delta = choice["delta"]
                text = delta["content"]
                if (
                    text
                    and type(text) is str
                    and (len(delta) == 1 or has_text_only(delta))
                    and not choice.get("finish_reason")
                    and not choice.get("index")
                    and not choice.get("logprobs")
                    and not value.get("usage")
                    and _RARE_FIELDS.isdisjoint(value)
                ):
                    return (text,)  # Nearly every chunk has some text of the first choice and nothing else.
            except (KeyError, TypeError, ValueError, AttributeError):
                pass
        return self._decode_chunk(name, value)

    def end(self) -> Iterable[Any]:
        """Take the end of the stream; `ChatStreamDecoder` decides whether the answer is complete."""
        return ()

    def flush(self) -> Iterator[Any]:
        """Yield what is still in buffers, once the answer is complete."""
        for choice in self._choices.values():
            yield from choice.close()

    @property
    def is_complete(self) -> bool:
        """Whether each requested choice has a finish reason."""
        if self._is_complete_body:
            return True
        finished = [choice.is_finished for choice in self._choices.values()]
        return len(finished) >= self._n and all(finished)

    def _decode_chunk(self, name: str, value: Any) -> Iterator[Any]:
        if not isinstance(value, dict):
            if name == "error":
                raise service_errors.from_value(value, secrets=self._secrets)
            raise _malformed_error(f"a {type(value).__name__} in place of a chunk")
        yield from self._decode_metadata(value)
        choices = [(self._choice_decoder(item), item) for item in as_objects(value.get("choices"))]
        for choice, item in choices:
            delta, message = item.get("delta"), item.get("message")
            if isinstance(delta, dict):
                yield from choice.feed(delta)
            elif isinstance(message, dict):
                yield from choice.feed_message_in_stream(message)
        self._raise_if_error(name, value)
        for choice, item in choices:
            yield from self._finish_choice(choice, item)
        yield from self._decode_sources_and_usage(value)
        self._can_pass_text = 0 in self._choices and self._choices[0].can_pass_text

    # --- a whole completion ------------------------------------------------------------------------

    def decode_body(self, value: Any) -> Iterator[Any]:
        """Yield the text and events of a whole completion.

        Raises:
            ProviderError: `value` is an error, or not a completion.
        """
        # Google sends an error in a list.
        body = value[0] if isinstance(value, list) and len(value) == 1 else value
        self._raise_if_error("", body)
        completion = mapping(body)
        choices = as_objects(completion.get("choices"))
        if not choices:
            raise _malformed_error("no choices")
        if len(choices) == 1 and self._is_text_choice(choices[0]):
            yield from self._decode_text_choice(completion, choices[0])
            return
        yield from self._decode_metadata(completion)
        for position, item in enumerate(choices):
            choice = self._choice_decoder({"index": position, **item})
            yield from choice.feed(mapping(item.get("message")), is_message=True)
            yield from self._finish_choice(choice, item)
            choice.is_finished = True
        yield from self.flush()
        yield from self._decode_sources_and_usage(completion)

    def _is_text_choice(self, item: Mapping[str, Any]) -> bool:
        """Whether a choice has a text and a finish reason only, as nearly all have."""
        message, reason = item.get("message"), item.get("finish_reason")
        return (
            type(message) is dict
            and type(message.get("content")) is str
            and type(reason) is str
            and reason in _FINISH_REASONS
            and not (self._think_tag or item.get("index") or item.get("logprobs"))
            and has_text_only(message)
        )

    def _decode_text_choice(self, completion: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[Any]:
        yield from self._decode_metadata(completion)
        if item["message"]["content"]:
            yield item["message"]["content"]
        reason = item["finish_reason"]
        yield Finish(_FINISH_REASONS[reason], 0, None if reason == _FINISH_REASONS[reason] else reason)
        self._is_complete_body = True
        yield from self._decode_sources_and_usage(completion)

    # --- chunks and completions ----------------------------------------------------------------------

    def _choice_decoder(self, item: Mapping[str, Any]) -> ChoiceDecoder:
        position = max(0, as_int(item.get("index")) or 0)
        choice = self._choices.get(position)
        if choice is None:
            choice = ChoiceDecoder(position, think_tag=self._think_tag, audio_type=self._audio_type)
            choice.answer_id = self._served.id if self._served else None
            self._choices[position] = choice
        return choice

    def _decode_metadata(self, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the model that answers, and metadata that is new."""
        model = nonempty_str(value.get("model"))
        if self._served is None and model is not None:
            self._served = Served(model, nonempty_str(value.get("id")), as_int(value.get("created")))
            yield self._served
        if self._header_metadata or not _METADATA_NAMES.isdisjoint(value):
            metadata = {name: value[name] for name in _METADATA if value.get(name)} | self._header_metadata
            yield from self._new_metadata(metadata)

    def _new_metadata(self, metadata: Mapping[str, Any]) -> Iterator[Metadata]:
        new = {name: item for name, item in metadata.items() if self._emitted.get(name) != item}
        if new:
            self._emitted.update(new)
            yield Metadata(new)

    def _finish_choice(self, choice: ChoiceDecoder, item: Mapping[str, Any]) -> Iterator[Any]:
        """Yield a choice's log probabilities, and its finish reason if it has one now."""
        if item.get("logprobs"):
            yield from choice.decode_logprobs(item["logprobs"])
        raw = nonempty_str(item.get("finish_reason"))
        if raw is None or choice.is_finished:
            return
        yield from choice.close()
        if raw.lower() in _FAILURES:
            self._raise_if_error("", item)
            error = {"message": f"it gave up, with the reason {raw!r}", "code": raw}
            raise service_errors.from_value({"error": error}, secrets=self._secrets, status=503)
        choice.is_finished = True
        reason = _FINISH_REASONS.get(raw.lower(), "stop")
        yield Finish(reason, choice.position, None if raw == reason else raw)

    def _decode_sources_and_usage(self, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the sources and the usage, which are not parts of the choices."""
        for item in as_list(value.get("search_results") or value.get("citations")):  # Perplexity, xAI
            source = item if isinstance(item, dict) else {"url": item}
            url = nonempty_str(source.get("url"))
            if url is not None and f"source {url}" not in self._emitted:
                self._emitted[f"source {url}"] = True
                yield Citation(url, nonempty_str(source.get("title")), nonempty_str(source.get("snippet")))
        counts = find_usage(value)
        usage = decode_usage(counts) if counts else None
        if usage is not None and usage != self._emitted.get("usage"):
            self._emitted["usage"] = usage
            yield usage
            if counts.get("cost") is not None:  # OpenRouter, Perplexity
                yield Metadata({"cost": counts["cost"]})

    def _raise_if_error(self, name: str, value: Any) -> None:
        """Raise the error that `value` is, or that it has in addition to its choices."""
        fields = mapping(value)
        is_error = name == "error" or bool(fields.get("error")) or fields.get("object") == "error"
        if is_error or ("choices" not in fields and "delta" not in fields and service_errors.read(value)):
            raise service_errors.from_value(value, secrets=self._secrets)


class ChatStreamDecoder(JSONStream):
    """Decodes the bytes of a stream, or of a whole completion that a service sent although it was to stream."""

    def __init__(self, decoder: ChatResponseDecoder, *, secrets: Iterable[str] = ()) -> None:
        super().__init__(decoder, whole=decoder.decode_body, secrets=secrets)
        self._decoder = decoder

    def close(self) -> Iterator[Any]:
        """Take the end of the bytes. Yield what is still in buffers.

        Raises:
            ProviderError: the stream has no end mark, and a choice has no finish reason.
        """
        yield from super().close()
        if self.done or self._decoder.is_complete:
            yield from self._decoder.flush()
        else:
            raise ProviderResponseError(
                "The service's answer was cut short: it has no end mark.",
                hint="Ask again, or ask another provider.",
            )


def decode_models(value: Any) -> Iterator[str]:
    """Yield the names in a list of models. The list may be the whole body, or a field of an object.

    Raises:
        ProviderResponseError: `value` is not a list of models.
    """
    models = value if isinstance(value, list) else mapping(value).get("data", mapping(value).get("models"))
    if not isinstance(models, list):
        raise _malformed_error("no list of models", api="OpenAI API")
    for item in models:
        name = nonempty_str(mapping(item).get("id") or mapping(item).get("name") or item)
        if name is not None:
            yield name


def _malformed_error(problem: str, *, api: str = "OpenAI chat API") -> ProviderResponseError:
    return ProviderResponseError(
        f"The service's answer has {problem}.",
        hint=f"Check that base_url leads to the {api}, or ask another provider.",
    )
