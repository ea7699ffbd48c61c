"""The messages of errors, with next steps for a shell."""

from g4f_lite.cli.exit_codes import Exit, OutputError, UsageError, exit_of
from g4f_lite.cli.terminal.console import program
from g4f_lite.cli.terminal.redaction import clean
from g4f_lite.errors import (
    G4FLiteError,
    MissingAuthError,
    ProviderTimeoutError,
    UnsupportedOptionError,
)

__all__ = ["error_facts", "explain"]


def explain(error: BaseException, command: str = "") -> str:
    """Return what to tell the user of an error; secrets are out of it."""
    if isinstance(error, UsageError):
        called = f"{program()} {error.command}".strip()
        return clean(f"{_sentence(str(error))} See `{called} --help`.")
    if isinstance(error, G4FLiteError):
        return clean(_in_our_words(error))
    if isinstance(error, OutputError):
        return clean(str(error))
    if isinstance(error, ModuleNotFoundError) and error.name:
        from g4f_lite.cli.inspection.facts import NEEDED, missing_package_message

        package = error.name.partition(".")[0]
        if package in NEEDED:
            return f"{missing_package_message(package)}."
    return clean(
        f"This is a fault of g4f-lite itself{f', in {command!r}' if command else ''}: "
        f"{type(error).__name__}: {error}. Set G4F_LITE_DEBUG=1 to see where, and please report it."
    )


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _in_our_words(error: G4FLiteError) -> str:
    """Return the message with a next step for the shell where the library's is for a program."""
    message = str(error)
    step = _next_step(error)
    if step and error.hint and message.endswith(error.hint):
        return message.removesuffix(error.hint) + step
    return message


def _next_step(error: G4FLiteError) -> str:
    if isinstance(error, UnsupportedOptionError):
        return "Leave it out, or pass --drop-options to have it dropped."
    if isinstance(error, MissingAuthError):
        if error.others:
            return "Set one of these environment variables, or run `g4f-lite keys set` with one of the names."
        return f"Set the environment variable {error.variable}, or run `g4f-lite keys set {error.provider}`."
    if isinstance(error, ProviderTimeoutError) and error.seconds is not None:
        return "Check the network and any proxy, or pass a larger --timeout."
    return ""


def error_facts(error: Exception) -> dict[str, object]:
    """Return an error for the JSON output."""
    code = exit_of(error)
    return {
        "type": type(error).__name__,
        "message": explain(error),
        "exit_code": int(code),
        "retry_after": getattr(error, "retry_after", None) if code == Exit.PROVIDER else None,
    }
