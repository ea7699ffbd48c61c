"""What `ask` and `chat` have in common: whom to ask, with which options, and the answer on its way out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.routing.resolver import ResolvedTarget, resolve_target
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite._core.validation.options import accepts
from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.contract import LoadedProvider, Message
from g4f_lite.results import Answer, Completion

__all__ = ["CallSession", "report_extras"]

_OWN = {
    "model": "--model",
    "messages": "the prompt",
    "stream": "--no-stream",
    "provider": "--provider",
    "timeout": "--timeout",
    "drop_options": "--drop-options",
}

_WHERE = ("base_url", "extra_headers", "extra_query", "extra_body")
"""Options that are meant for one service. Another one's key must not go to that address."""


class CallSession:
    """Whom to ask, and how; from the command line, and changed by the commands of a chat.

    Args:
        parsed: what `add_asking` parsed.
    """

    def __init__(self, parsed: Any, command: str) -> None:
        names: list[str] = parsed.provider or []
        self.provider: str | list[str] | None = names if len(names) > 1 else names[0] if names else None
        self.model: str | None = parsed.model
        self.system: str | None = parsed.system
        self.stream = not parsed.no_stream
        self._drop: bool = parsed.drop_options
        self._given = _split(parsed.option, command)
        if len(names) > 1:
            from g4f_lite.cli.fallback_route import check_several

            check_several(names, self._given, _WHERE, command)
        self._first: str | None = None
        self._timeout = None if parsed.timeout is None else _timeout(parsed.timeout, command)

    def route(self) -> ResolvedTarget:
        """Return who would be asked, of several the first that can be; loads it.

        Raises:
            RegistryError, RequestError, AllProvidersFailedError: nobody can be.
        """
        if isinstance(self.provider, list):
            from g4f_lite.cli.fallback_route import first_of

            target = first_of(self.provider, self.model)
        else:
            target = resolve_target(self.provider, self.model, has_auth=False)
        self._first = self._first or target.provider.full_name
        return target

    def left_out(self, provider: LoadedProvider) -> list[str]:
        """Return which options are not for `provider`, since they say where the first one is."""
        return [name for name in self._given if name in _WHERE and provider.full_name != self._first]

    def answer(self, conversation: list[Message], write: Callable[[str], None]) -> Completion:
        """Ask, hand the text to `write` as it comes, and return the completion.

        On every way out, the connection to the service is closed.

        Raises:
            G4FLiteError: as `ChatCompletion.create` does.
        """
        messages = self._messages(conversation)
        if isinstance(self.provider, list):
            return self._ask_along(self.provider, {**self._arguments(), "messages": messages}, write)
        route = self.route()
        arguments = {**self._options(route.provider), **self._arguments(), "messages": messages}
        return self._ask(route.provider, arguments, write)

    def _ask(
        self, provider: LoadedProvider, arguments: dict[str, Any], write: Callable[[str], None]
    ) -> Completion:
        if not _shows_progress(provider):
            return _ask(arguments, write, stream=self.stream)
        from g4f_lite.cli.terminal.progress import Progress

        with Progress(write) as progress:
            return _ask({**arguments, "progress": progress}, progress.write, stream=self.stream)

    def _ask_along(
        self, names: list[str], arguments: dict[str, Any], write: Callable[[str], None]
    ) -> Completion:
        from g4f_lite.cli.fallback_route import steps_of
        from g4f_lite.cli.terminal.progress import Progress

        with Progress(write) as progress:
            arguments["provider"] = steps_of(names, self.model, self._given, progress)
            return _ask(arguments, progress.write, stream=self.stream)

    def _messages(self, conversation: list[Message]) -> list[Message]:
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, *conversation]

    def _options(self, provider: LoadedProvider) -> dict[str, Any]:
        if not self._given:
            return {}
        from g4f_lite.cli.args.option_values import convert

        left_out = self.left_out(provider)
        return convert(provider, {name: text for name, text in self._given.items() if name not in left_out})

    def _arguments(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "model": self.model,
            "timeout": self._timeout,
            "drop_options": self._drop,
        }


def _shows_progress(provider: LoadedProvider) -> bool:
    """Whether the provider takes a function that is told how far a download is."""
    hint = provider.options.get("progress")
    return hint is not None and accepts(hint, _shows_progress)


def _ask(arguments: dict[str, Any], write: Callable[[str], None], *, stream: bool) -> Completion:
    if not stream:
        answer: Answer = ChatCompletion.create(**arguments)
        write(str(answer))
        return answer.completion
    answering: CompletionStream
    with ChatCompletion.create(stream=True, **arguments) as answering:
        for text in answering:
            write(text)
    return answering.completion


def report_extras(completion: Completion) -> None:
    """Say what else there is to know of an answer, if there is something."""
    lines = list(_extras(completion))
    if lines:
        from g4f_lite.cli.terminal.notices import note

        for line in lines:
            note(line)


def _extras(completion: Completion) -> Iterator[str]:
    provenance = completion.provenance
    for attempt in provenance.attempts:
        if attempt.outcome in ("skipped", "error"):
            key = f" with {attempt.key}" if attempt.key else ""
            yield f"passed over {attempt.provider}{key}: {attempt.error}"
    if provenance.dropped_options:
        dropped = ", ".join(provenance.dropped_options)
        yield f"{provenance.provider} does not take, and was not given: {dropped}"
    yield from _beside_text(completion)
    if completion.finish_reason == "length":
        yield "the answer was cut at its largest length"
    elif completion.finish_reason == "content_filter":
        yield "the answer was cut by a content filter"
    yield from provenance.hook_errors


def _beside_text(completion: Completion) -> Iterator[str]:
    """Say what came that is no text; without that, a refusal would look like nothing at all."""
    if completion.refusal:
        yield f"the model refused: {completion.refusal}"
    for call in completion.tool_calls:
        yield f"the model wants a tool called, which is not done here: {call.name}({call.arguments})"
    if completion.media:
        yield f"pictures and sounds are in the answer, and not shown here: {len(completion.media)}"
    if not (completion.text or completion.refusal or completion.tool_calls or completion.media):
        yield "the answer is empty"


def _split(given: list[str], command: str) -> Mapping[str, str]:
    """Return the options by name, their values still text."""
    options: dict[str, str] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if name == "auth":
            raise UsageError("A key has no place on the command line, where others can see it: `g4f-lite keys "
                             "set PROVIDER` asks for it, or put it into the environment variable that "
                             "`g4f-lite providers` names.", command)  # fmt: skip
        if not equals or not name.isidentifier():
            raise UsageError(f"--option takes NAME=VALUE, not {item!r}.", command)
        if name in _OWN:
            raise UsageError(f"{name!r} is set by {_OWN[name]}, not by --option.", command)
        if name in options:
            raise UsageError(f"The option {name!r} is given twice.", command)
        options[name] = value
    return options


def _timeout(text: str, command: str) -> float | tuple[float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(0 < number < float("inf") for number in numbers):
        raise UsageError(f"--timeout takes seconds, as 30 or as 5,60, not {text!r}.", command)
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
