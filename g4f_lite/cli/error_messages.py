"""The message that the command line shows for an error, with a next step for a shell."""

from g4f_lite.cli.exit_codes import OutputError, UsageError
from g4f_lite.cli.terminal.console import program_name
from g4f_lite.cli.terminal.redaction import redact_secrets
from g4f_lite.errors import (
    G4FLiteError,
    MissingAuthError,
    ProviderTimeoutError,
    UnsupportedOptionError,
)

__all__ = ["error_message"]


def error_message(error: BaseException, command: str = "") -> str:
    """Return the message of `error` for the user, without secrets.

    Args:
        error: the error.
        command: the sub-command that failed, or "" if it is not known.
    """
    if isinstance(error, UsageError):
        command_line = f"{program_name()} {error.command}".strip()
        return redact_secrets(f"{_as_sentence(str(error))} See `{command_line} --help`.")
    if isinstance(error, G4FLiteError):
        return redact_secrets(_with_shell_hint(error))
    if isinstance(error, OutputError):
        return redact_secrets(str(error))
    if isinstance(error, ModuleNotFoundError) and error.name:
        from g4f_lite.cli.inspection.packages import REQUIRED_PACKAGES, missing_package_message

        package = error.name.partition(".")[0]
        if package in REQUIRED_PACKAGES:
            return f"{missing_package_message(package)}."
    return redact_secrets(
        f"This is a fault of g4f-lite itself{f', in {command!r}' if command else ''}: "
        f"{type(error).__name__}: {error}. Set G4F_LITE_DEBUG=1 to see where, and please report it."
    )


def _as_sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _with_shell_hint(error: G4FLiteError) -> str:
    """Return the error's message, with a hint for the shell instead of one for a Python program."""
    message = str(error)
    hint = _shell_hint(error)
    if hint and error.hint and message.endswith(error.hint):
        return message.removesuffix(error.hint) + hint
    return message


def _shell_hint(error: G4FLiteError) -> str:
    if isinstance(error, UnsupportedOptionError):
        return "Leave it out, or pass --drop-options to have it dropped."
    if isinstance(error, MissingAuthError):
        if error.others:
            return "Set one of these environment variables, or run `g4f-lite keys set` with one of the names."
        return f"Set the environment variable {error.variable}, or run `g4f-lite keys set {error.provider}`."
    if isinstance(error, ProviderTimeoutError) and error.seconds is not None:
        return "Check the network and any proxy, or pass a larger --timeout."
    return ""
