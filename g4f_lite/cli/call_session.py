"""The calls of `ask` and `chat`: the target, the options, and the answer as it is written."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from g4f_lite._core.api.chat import ChatCompletion
from g4f_lite._core.routing.resolver import ResolvedTarget, resolve_target
from g4f_lite._core.streams.stream import CompletionStream
from g4f_lite._core.validation.options import may_have_type
from g4f_lite.cli.exit_codes import UsageError
from g4f_lite.contract import LoadedProvider, Message
from g4f_lite.results import Answer, Completion

__all__ = ["CallSession", "show_answer_notes"]

_DEDICATED_ARGUMENTS = {
    "model": "--model",
    "messages": "the prompt",
    "stream": "--no-stream",
    "provider": "--provider",
    "timeout": "--timeout",
    "drop_options": "--drop-options",
}
"""The arguments of a call that `--option` does not set, and what sets them."""

_ENDPOINT_OPTIONS = ("base_url", "extra_headers", "extra_query", "extra_body")
"""Options that are meant for one service.

The key of another service must not go to that address.
"""


class CallSession:
    """The target and the options of calls, from the command line.

    The commands of a chat change them.

    Args:
        parsed: the parsed options of `CALL_OPTIONS`.
        command: the sub-command, for errors.

    Attributes:
        provider: the name of the provider, a list of several to try in order, or None.
        model: the name of the model, or None.
        system: the system message, or None.
        stream: whether to write the answer as it arrives.

    Raises:
        UsageError: an option or the timeout is wrong.
    """

    def __init__(self, parsed: Any, command: str) -> None:
        names: list[str] = parsed.provider or []
        self.provider: str | list[str] | None = names if len(names) > 1 else names[0] if names else None
        self.model: str | None = parsed.model
        self.system: str | None = parsed.system
        self.stream = not parsed.no_stream
        self._drop_options: bool = parsed.drop_options
        self._option_texts = _split_options(parsed.option, command)
        if len(names) > 1:
            from g4f_lite.cli.fallback_route import check_fallback_usage

            check_fallback_usage(names, self._option_texts, _ENDPOINT_OPTIONS, command)
        self._first_provider: str | None = None
        self._timeout = None if parsed.timeout is None else _parse_timeout(parsed.timeout, command)

    def resolve_target(self) -> ResolvedTarget:
        """Return the target of the next call; of several providers, the first that can be used.

        Imports the provider.

        Raises:
            RegistryError, RequestError, AllProvidersFailedError: no provider can be used.
        """
        if isinstance(self.provider, list):
            from g4f_lite.cli.fallback_route import resolve_first_provider

            target = resolve_first_provider(self.provider, self.model)
        else:
            target = resolve_target(self.provider, self.model, has_auth=False)
        self._first_provider = self._first_provider or target.provider.full_name
        return target

    def withheld_options(self, provider: LoadedProvider) -> list[str]:
        """Return the options that `provider` does not get: they address the first provider."""
        if provider.full_name == self._first_provider:
            return []
        return [name for name in self._option_texts if name in _ENDPOINT_OPTIONS]

    def ask(self, conversation: list[Message], write: Callable[[str], None]) -> Completion:
        """Call the provider, pass the text to `write` as it arrives, and return the completion.

        The connection to the service is closed when this returns or raises.

        Raises:
            G4FLiteError: `ChatCompletion.create` raises it.
        """
        messages = self._with_system_message(conversation)
        if isinstance(self.provider, list):
            return self._call_route(self.provider, {**self._arguments(), "messages": messages}, write)
        target = self.resolve_target()
        arguments = {**self._options(target.provider), **self._arguments(), "messages": messages}
        return self._call_provider(target.provider, arguments, write)

    def _call_provider(
        self, provider: LoadedProvider, arguments: dict[str, Any], write: Callable[[str], None]
    ) -> Completion:
        if not _has_progress_option(provider):
            return _create_completion(arguments, write, stream=self.stream)
        from g4f_lite.cli.terminal.progress import DownloadProgress

        with DownloadProgress(write) as progress:
            arguments = {**arguments, "progress": progress}
            return _create_completion(arguments, progress.write, stream=self.stream)

    def _call_route(
        self, names: list[str], arguments: dict[str, Any], write: Callable[[str], None]
    ) -> Completion:
        from g4f_lite.cli.fallback_route import route_steps
        from g4f_lite.cli.terminal.progress import DownloadProgress

        with DownloadProgress(write) as progress:
            arguments["provider"] = route_steps(names, self.model, self._option_texts, progress)
            return _create_completion(arguments, progress.write, stream=self.stream)

    def _with_system_message(self, conversation: list[Message]) -> list[Message]:
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, *conversation]

    def _options(self, provider: LoadedProvider) -> dict[str, Any]:
        if not self._option_texts:
            return {}
        from g4f_lite.cli.args.option_values import convert_options

        withheld = self.withheld_options(provider)
        texts = {name: text for name, text in self._option_texts.items() if name not in withheld}
        return convert_options(provider, texts)

    def _arguments(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "model": self.model,
            "timeout": self._timeout,
            "drop_options": self._drop_options,
        }


def _has_progress_option(provider: LoadedProvider) -> bool:
    """Return whether the provider has an option `progress` that takes a function."""
    hint = provider.options.get("progress")
    return hint is not None and may_have_type(_has_progress_option, hint)  # any function will do


def _create_completion(
    arguments: dict[str, Any], write: Callable[[str], None], *, stream: bool
) -> Completion:
    """Call `ChatCompletion.create`, pass the text to `write`, and return the completion."""
    if not stream:
        answer: Answer = ChatCompletion.create(**arguments)
        write(str(answer))
        return answer.completion
    chunks: CompletionStream
    with ChatCompletion.create(stream=True, **arguments) as chunks:
        for text in chunks:
            write(text)
    return chunks.completion


def show_answer_notes(completion: Completion) -> None:
    """Write notes about what the text does not show: skipped providers, a refusal, a cut."""
    notes = list(_answer_notes(completion))
    if notes:
        from g4f_lite.cli.terminal.notices import show_note

        for note in notes:
            show_note(note)


def _answer_notes(completion: Completion) -> Iterator[str]:
    provenance = completion.provenance
    for attempt in provenance.attempts:
        if attempt.outcome in ("skipped", "error"):
            key = f" with {attempt.key}" if attempt.key else ""
            yield f"passed over {attempt.provider}{key}: {attempt.error}"
    if provenance.dropped_options:
        dropped = ", ".join(provenance.dropped_options)
        yield f"{provenance.provider} does not take, and was not given: {dropped}"
    yield from _non_text_notes(completion)
    if completion.finish_reason == "length":
        yield "the answer was cut at its largest length"
    elif completion.finish_reason == "content_filter":
        yield "the answer was cut by a content filter"
    yield from provenance.hook_errors


def _non_text_notes(completion: Completion) -> Iterator[str]:
    """Yield notes about what is not text: without them, a refusal would look empty."""
    if completion.refusal:
        yield f"the model refused: {completion.refusal}"
    for tool_call in completion.tool_calls:
        call = f"{tool_call.name}({tool_call.arguments})"
        yield f"the model wants a tool called, which is not done here: {call}"
    if completion.media:
        yield f"pictures and sounds are in the answer, and not shown here: {len(completion.media)}"
    if not (completion.text or completion.refusal or completion.tool_calls or completion.media):
        yield "the answer is empty"


def _split_options(assignments: list[str], command: str) -> Mapping[str, str]:
    """Return the text of each option by its name, from ``NAME=VALUE``.

    Raises:
        UsageError: an assignment is malformed, repeated, a key, or of an argument with its own option.
    """
    texts: dict[str, str] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if name == "auth":
            raise UsageError("A key has no place on the command line, where others can see it: `g4f-lite keys "
                             "set PROVIDER` asks for it, or put it into the environment variable that "
                             "`g4f-lite providers` names.", command)  # fmt: skip
        if not equals or not name.isidentifier():
            raise UsageError(f"--option takes NAME=VALUE, not {assignment!r}.", command)
        if name in _DEDICATED_ARGUMENTS:
            raise UsageError(f"{name!r} is set by {_DEDICATED_ARGUMENTS[name]}, not by --option.", command)
        if name in texts:
            raise UsageError(f"The option {name!r} is given twice.", command)
        texts[name] = text
    return texts


def _parse_timeout(text: str, command: str) -> float | tuple[float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(0 < number < float("inf") for number in numbers):
        raise UsageError(f"--timeout takes seconds, as 30 or as 5,60, not {text!r}.", command)
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
