"""Answers of the Responses API as text and events: the events of a stream, and whole answers.

Wire facts: OpenAI's API reference, "The Response object" and "Streaming events", and what its official
Python client reads. Deltas are optional: what comes only with the end of a part, of an item or of the answer
is handed out then, and nothing twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from g4f_lite.errors import ProviderResponseError
from g4f_lite.events import Finish, FinishReason, Metadata, Served
from g4f_lite.kit import service_errors
from g4f_lite.kit.json_events import mapping
from g4f_lite_providers._chat_completions.usage import usage_of
from g4f_lite_providers._responses.parts import Parts

__all__ = ["ResponsesAnswer"]

_DELTAS = {
    "response.output_text.delta": ("message", "output_text", "content_index"),
    "response.refusal.delta": ("message", "refusal", "content_index"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary_text", "summary_index"),
    "response.reasoning_text.delta": ("reasoning", "reasoning_text", "content_index"),
    "response.function_call_arguments.delta": ("function_call", "arguments", ""),
    "response.custom_tool_call_input.delta": ("custom_tool_call", "input", ""),
}
"""Events with a piece: the kind of the item, the kind of the part, the field that numbers the part."""

_WHOLE = {
    "response.output_text.done": (*_DELTAS["response.output_text.delta"], "text"),
    "response.refusal.done": (*_DELTAS["response.refusal.delta"], "refusal"),
    "response.reasoning_summary_text.done": (*_DELTAS["response.reasoning_summary_text.delta"], "text"),
    "response.reasoning_text.done": (*_DELTAS["response.reasoning_text.delta"], "text"),
    "response.function_call_arguments.done": (
        *_DELTAS["response.function_call_arguments.delta"],
        "arguments",
    ),
    "response.custom_tool_call_input.done": (*_DELTAS["response.custom_tool_call_input.delta"], "input"),
}
"""Events with a whole part, and the field that has it."""

_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}

_REASONS: dict[str, FinishReason] = {"content_filter": "content_filter"}
"""Why an answer is incomplete; any other word means that it ran into a limit."""

_FACTS = ("service_tier", "system_fingerprint", "moderation", "tool_usage")


class ResponsesAnswer:
    """What the events of one answer say, or the one value of a whole answer.

    Args:
        secrets: strings that must not show in errors.
        stored: whether the service keeps the answer, and knows its items again by their identifiers.
    """

    def __init__(self, *, secrets: Iterable[str] = (), stored: bool = False) -> None:
        self._secrets = tuple(secrets)
        self._parts = Parts(stored=stored)
        self._by_id = self._parts.items.by_id
        self._served: Served | None = None
        self._headers: dict[str, str] = {}
        self._told: dict[str, Any] = {}
        self._finished = False

    def see_headers(self, headers: Mapping[str, str]) -> None:
        """Take the response's headers: the number of the request, which a service's support asks for."""
        found = headers.get("x-request-id") or headers.get("apim-request-id")
        if found:
            self._headers = {"request_id": found}

    # --- a stream --------------------------------------------------------------------------------

    def event(self, name: str, value: Any) -> Iterable[Any]:
        """Take the next event; return what it says."""
        try:
            if value["type"] == "response.output_text.delta" and not value.get("logprobs"):
                text = value["delta"]
                part = self._by_id[value["item_id"]].parts["output_text", value.get("content_index", 0)]
                if part.given and type(text) is str:
                    part.given += len(text)
                    return (text,)  # a further piece of a text that has begun: nearly every event
        except (KeyError, TypeError, AttributeError):
            pass
        return self._event(name, value)

    def end(self) -> Iterable[Any]:
        """Take the end of the stream.

        Raises:
            ProviderResponseError: the answer is not whole.
        """
        if not self._finished:
            raise ProviderResponseError(
                "The service's answer was cut short: it has no end mark.",
                hint="Ask again, or ask another provider.",
            )
        return ()

    def _event(self, name: str, value: Any) -> Iterator[Any]:
        if not isinstance(value, dict):
            if name == "error":
                self._raise(value)
            raise _no_answer(f"a {type(value).__name__} in place of an event")
        if self._finished:
            return
        kind = str(value.get("type") or name)
        if kind == "error" or ("type" not in value and service_errors.read(value)):
            self._raise(value)
        elif kind in _DELTAS:
            yield from self._parts.delta(*_DELTAS[kind], value)
        elif kind in _WHOLE:
            yield from self._parts.rest(*_WHOLE[kind], value)
        elif kind == "response.output_text.annotation.added":
            yield from self._parts.annotation(value)
        elif kind in ("response.content_part.done", "response.reasoning_summary_part.done"):
            yield from self._parts.part(value)
        elif kind == "response.output_item.added":
            yield from self._parts.begin(value)
        elif kind == "response.output_item.done":
            yield from self._parts.end(value)
        elif isinstance(value.get("response"), dict):
            yield from self._about(value["response"])
            if kind in _ENDS:
                yield from self._fresh({"timings": value.get("timings")})  # llama.cpp
                yield from self._ended(value["response"], kind.rpartition(".")[2])

    # --- a whole answer ----------------------------------------------------------------------------

    def whole(self, value: Any) -> Iterator[Any]:
        """Yield what an answer says that came as one value.

        Raises:
            ProviderError: it is none, or not whole.
        """
        response = mapping(value)
        if not isinstance(response.get("output"), list):
            if response.get("error") or service_errors.read(value):
                self._raise(value)
            raise _no_answer("no output")
        yield from self._about(response)
        yield from self._ended(response, "completed")

    # --- what both have ------------------------------------------------------------------------------

    def _about(self, response: Mapping[str, Any]) -> Iterator[Any]:
        """Yield which model answers, and what was not said before of the facts that are kept."""
        model, identifier, created = (response.get(name) for name in ("model", "id", "created_at"))
        if isinstance(model, str) and model:
            served = Served(
                model,
                identifier if isinstance(identifier, str) and identifier else None,
                int(created) if isinstance(created, (int, float)) and abs(created) < float("inf") else None,
            )
            if self._served is None or self._served.model != model:
                self._served = served
                yield served
        yield from self._fresh({name: response.get(name) for name in _FACTS} | self._headers)

    def _fresh(self, facts: Mapping[str, Any]) -> Iterator[Metadata]:
        new = {name: fact for name, fact in facts.items() if fact and self._told.get(name) != fact}
        if new:
            self._told.update(new)
            yield Metadata(new)

    def _ended(self, response: Mapping[str, Any], default: str) -> Iterator[Any]:
        """Yield what no event has said yet, the tokens, and why the answer ended."""
        output = response.get("output")
        for number, item in enumerate(output if isinstance(output, list) else ()):
            yield from self._parts.end({"output_index": number, "item": item}, again=True)
        usage = _usage(mapping(response.get("usage")))
        if usage is not None:
            yield usage
        status = response.get("status") or default
        if response.get("error") or status not in ("completed", "incomplete"):
            self._give_up(response, status)
        self._finished = True
        yield from self._parts.last()
        reason = mapping(response.get("incomplete_details")).get("reason")
        if status == "incomplete":
            word = reason if isinstance(reason, str) else status
            yield Finish(_REASONS.get(word, "length"), 0, None if word in _REASONS else word)
        else:
            yield Finish("tool_calls" if self._parts.items.called else "stop", 0, None)

    def _give_up(self, response: Mapping[str, Any], status: Any) -> None:
        """Raise the error that stands in place of the rest of an answer."""
        if response.get("error"):
            self._raise(response)
        if status in ("queued", "in_progress"):
            raise _no_answer(f"the status {status!r}, and no end")
        self._raise({"error": {"message": f"It gave up ({status!r}).", "code": str(status)}})

    def _raise(self, value: Any) -> None:
        inner = mapping(value).get("error") or value
        facts = {name: fact for name, fact in mapping(inner).items() if (name, fact) != ("type", "error")}
        code = facts.get("code")
        if isinstance(code, str) and "policy" in code:
            facts.setdefault("type", "content_filter")
        told = {"error": facts or inner}
        raise service_errors.from_value(told, secrets=self._secrets, status=_status(code))


def _status(code: Any) -> int:
    """Return the HTTP status that a code means: most say that something in the request is wrong."""
    ours = not isinstance(code, str) or code in _FAILURES or "timeout" in code
    return 500 if ours else 400


_FAILURES = {"server_error", "internal_error", "failed", "cancelled"}


def _usage(value: Mapping[str, Any]) -> Any:
    """Return the tokens, which the chat API counts under other names."""
    return usage_of(
        {
            "prompt_tokens": value.get("input_tokens"),
            "completion_tokens": value.get("output_tokens"),
            "total_tokens": value.get("total_tokens"),
            "prompt_tokens_details": value.get("input_tokens_details"),
            "completion_tokens_details": value.get("output_tokens_details"),
        }
    )


def _no_answer(what: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"The service's answer has {what}.",
        hint='Check that base_url leads to a service of the Responses API, or ask with api="chat".',
    )
