"""Answers of the OpenAI chat API as text and events: chunks of a stream, and whole completions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Citation, Finish, FinishReason, Metadata, Served
from g4f_lite.kit import service_errors
from g4f_lite.kit.json_events import JSONStream, mapping
from g4f_lite_providers._chat_completions.choice import ChoiceDecoder, says_no_more
from g4f_lite_providers._chat_completions.usage import usage_in, usage_of
from g4f_lite_providers._shared.json_values import integer, items, objects, string

__all__ = ["ChatResponseDecoder", "ChatStream"]

_REASONS: dict[str, FinishReason] = {
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
"""What services call it; any other word ("eos", "end_turn") means that the model was done."""

_FAILURES = {"error", "abort", "network_error", "insufficient_system_resource"}
"""Reasons that are no end of an answer: Mistral's and OpenRouter's, vLLM's, Zhipu's, DeepSeek's."""

_FACTS = (
    "system_fingerprint",
    "service_tier",
    "provider",  # OpenRouter: who really answered
    "prompt_filter_results",  # Azure
    "timings",  # llama.cpp
    "time_info",  # Cerebras
    "related_questions",  # Perplexity
    "images",
)
_FACT_NAMES = frozenset(_FACTS)
_RARE = frozenset(
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
"""With none of these in a chunk, it says no more than its choices do."""


class ChatResponseDecoder:
    """What the chunks of one answer say, or the one value of a whole answer.

    Args:
        secrets: strings that must not show in errors.
        think_tag: the tag around reasoning in the text, `""` for none.
        audio_type: the type of the sound that was asked for.
        wanted: how many choices were asked for.
    """

    def __init__(
        self,
        *,
        secrets: Iterable[str] = (),
        think_tag: str = "",
        audio_type: str | None = None,
        wanted: int = 1,
    ) -> None:
        self._secrets = tuple(secrets)
        self._wanted = wanted
        self._think_tag = think_tag
        self._audio_type = audio_type
        self._choices: dict[int, ChoiceDecoder] = {}
        self._served: Served | None = None
        self._headers: dict[str, str] = {}
        self._told: dict[str, Any] = {}
        self._plain = self._is_whole = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: the number of the request, which a service's support asks for."""
        found = headers.get("x-request-id") or headers.get("apim-request-id")
        if found:
            self._headers = {"request_id": found}

    # --- a stream --------------------------------------------------------------------------------

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next chunk; return what it says."""
        if self._plain:
            try:
                (choice,) = value["choices"]
                delta = choice["delta"]
                text = delta["content"]
                if (
                    text
                    and type(text) is str
                    and (len(delta) == 1 or says_no_more(delta))
                    and not choice.get("finish_reason")
                    and not choice.get("index")
                    and not choice.get("logprobs")
                    and not value.get("usage")
                    and _RARE.isdisjoint(value)
                ):
                    return (text,)  # a piece of the first choice's text and nothing else: nearly every chunk
            except (KeyError, TypeError, ValueError, AttributeError):
                pass
        return self._chunk(name, value)

    def end(self) -> Iterable[Any]:
        """Take the end of the stream; whether it is the answer's end too, `ChatStream` knows."""
        return ()

    def rest(self) -> Iterator[Any]:
        """Yield what was held back, now that the answer is whole."""
        for choice in self._choices.values():
            yield from choice.close()

    @property
    def is_complete(self) -> bool:
        """Whether each choice has said why it ended."""
        if self._is_whole:
            return True
        finished = [choice.finished for choice in self._choices.values()]
        return len(finished) >= self._wanted and all(finished)

    def _chunk(self, name: str, value: Any) -> Iterator[Any]:
        if not isinstance(value, dict):
            if name == "error":
                raise service_errors.from_value(value, secrets=self._secrets)
            raise _no_answer(f"a {type(value).__name__} in place of a chunk")
        yield from self._about(value)
        found = [(self._choice(item), item) for item in objects(value.get("choices"))]
        for choice, item in found:
            delta, message = item.get("delta"), item.get("message")
            if isinstance(delta, dict):
                yield from choice.take(delta)
            elif isinstance(message, dict):
                yield from choice.repeat(message)
        self._raise_if_error(name, value)
        for choice, item in found:
            yield from self._ended(choice, item)
        yield from self._beside(value)
        self._plain = 0 in self._choices and self._choices[0].is_plain

    # --- a whole answer ----------------------------------------------------------------------------

    def whole(self, value: Any) -> Iterator[Any]:
        """Yield what a completion says that came as one value.

        Raises:
            ProviderError: it is none.
        """
        only = value[0] if isinstance(value, list) and len(value) == 1 else value  # a list: Google's errors
        self._raise_if_error("", only)
        answer = mapping(only)
        found = objects(answer.get("choices"))
        if not found:
            raise _no_answer("no choices")
        if len(found) == 1 and self._is_plain_choice(found[0]):
            yield from self._plain_choice(answer, found[0])
            return
        yield from self._about(answer)
        for place, item in enumerate(found):
            choice = self._choice({"index": place, **item})
            yield from choice.take(mapping(item.get("message")), whole=True)
            yield from self._ended(choice, item)
            choice.finished = True
        yield from self.rest()
        yield from self._beside(answer)

    def _is_plain_choice(self, item: Mapping[str, Any]) -> bool:
        """Whether a choice is a text and why it ended, as nearly all are."""
        message, word = item.get("message"), item.get("finish_reason")
        return (
            type(message) is dict
            and type(message.get("content")) is str
            and type(word) is str
            and word in _REASONS
            and not (self._think_tag or item.get("index") or item.get("logprobs"))
            and says_no_more(message)
        )

    def _plain_choice(self, answer: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[Any]:
        yield from self._about(answer)
        if item["message"]["content"]:
            yield item["message"]["content"]
        word = item["finish_reason"]
        yield Finish(_REASONS[word], 0, None if word == _REASONS[word] else word)
        self._is_whole = True
        yield from self._beside(answer)

    # --- what both have ------------------------------------------------------------------------------

    def _choice(self, item: Mapping[str, Any]) -> ChoiceDecoder:
        position = max(0, integer(item.get("index")) or 0)
        choice = self._choices.get(position)
        if choice is None:
            choice = ChoiceDecoder(position, think_tag=self._think_tag, audio_type=self._audio_type)
            choice.answer = self._served.id if self._served else None
            self._choices[position] = choice
        return choice

    def _about(self, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield which model answers, and what was not said before of the facts that are kept."""
        model = string(value.get("model"))
        if self._served is None and model is not None:
            self._served = Served(model, string(value.get("id")), integer(value.get("created")))
            yield self._served
        if self._headers or not _FACT_NAMES.isdisjoint(value):
            yield from self._fresh({name: value[name] for name in _FACTS if value.get(name)} | self._headers)

    def _fresh(self, facts: Mapping[str, Any]) -> Iterator[Metadata]:
        new = {name: fact for name, fact in facts.items() if self._told.get(name) != fact}
        if new:
            self._told.update(new)
            yield Metadata(new)

    def _ended(self, choice: ChoiceDecoder, item: Mapping[str, Any]) -> Iterator[Any]:
        """Yield a choice's log probabilities, and why it ended, if it did now."""
        if item.get("logprobs"):
            yield from choice.logprobs(item["logprobs"])
        word = string(item.get("finish_reason"))
        if word is None or choice.finished:
            return
        yield from choice.close()
        if word.lower() in _FAILURES:
            self._raise_if_error("", item)
            said = {"message": f"it gave up, with the reason {word!r}", "code": word}
            raise service_errors.from_value({"error": said}, secrets=self._secrets, status=503)
        choice.finished = True
        reason = _REASONS.get(word.lower(), "stop")
        yield Finish(reason, choice.position, None if word == reason else word)

    def _beside(self, value: Mapping[str, Any]) -> Iterator[Any]:
        """Yield what stands beside the choices: sources and tokens."""
        for source in items(value.get("search_results") or value.get("citations")):  # Perplexity, xAI
            facts = source if isinstance(source, dict) else {"url": source}
            address = string(facts.get("url"))
            if address is not None and f"source {address}" not in self._told:
                self._told[f"source {address}"] = True
                yield Citation(address, string(facts.get("title")), string(facts.get("snippet")))
        counted = usage_in(value)
        usage = usage_of(counted) if counted else None
        if usage is not None and usage != self._told.get("usage"):
            self._told["usage"] = usage
            yield usage
            if counted.get("cost") is not None:  # OpenRouter, Perplexity
                yield Metadata({"cost": counted["cost"]})

    def _raise_if_error(self, name: str, value: Any) -> None:
        """Raise the error that a value is, or has beside its choices."""
        found = mapping(value)
        is_error = name == "error" or bool(found.get("error")) or found.get("object") == "error"
        if is_error or ("choices" not in found and "delta" not in found and service_errors.read(value)):
            raise service_errors.from_value(value, secrets=self._secrets)


class ChatStream(JSONStream):
    """The decoder of a streamed answer, or of a whole one that came although a stream was asked for."""

    def __init__(self, answer: ChatResponseDecoder, *, secrets: Iterable[str] = ()) -> None:
        super().__init__(answer, whole=answer.whole, secrets=secrets)
        self._answer = answer

    def close(self) -> Iterator[Any]:
        """Take the end of the bytes, yield the rest.

        Raises:
            ProviderError: the stream says neither that it is over nor why each choice ended.
        """
        yield from super().close()
        if self.done or self._answer.is_complete:
            yield from self._answer.rest()
        else:
            raise ProviderResponseError(
                "The service's answer was cut short: it has no end mark.",
                hint="Ask again, or ask another provider.",
            )


def _no_answer(what: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"The service's answer has {what}.",
        hint="Check that base_url leads to the OpenAI chat API, or ask another provider.",
    )
