"""The JSON object that `ask --json` prints: an answer, or an error."""

from typing import Any

from g4f_lite.cli.error_messages import error_message
from g4f_lite.cli.exit_codes import ExitCode, exit_code_for
from g4f_lite.cli.terminal.redaction import redact_secrets
from g4f_lite.events import Usage
from g4f_lite.results import Completion, Provenance

__all__ = ["completion_json", "error_json"]


def completion_json(completion: Completion) -> dict[str, Any]:
    """Return the JSON object of an answer."""
    usage = completion.usage
    return {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "usage": None if usage is None else _usage_json(usage),
        "provenance": _provenance_json(completion.provenance),
        **_non_text_json(completion),
    }


def error_json(error: Exception) -> dict[str, Any]:
    """Return the JSON object of an error, with the text that had arrived before it."""
    code = exit_code_for(error)
    provenance = getattr(error, "provenance", None)
    return {
        "error": {
            "type": type(error).__name__,
            "message": error_message(error),
            "exit_code": int(code),
            "retry_after": getattr(error, "retry_after", None) if code == ExitCode.PROVIDER else None,
        },
        "text": getattr(error, "partial_text", ""),
        "provenance": None if provenance is None else _provenance_json(provenance),
    }


def _non_text_json(completion: Completion) -> dict[str, Any]:
    """Return the fields of an answer that are not text and not empty; most answers have none."""
    fields = {
        "reasoning": completion.reasoning,
        "refusal": completion.refusal,
        "tool_calls": [tool_call._asdict() for tool_call in completion.tool_calls],
        "citations": [citation._asdict() for citation in completion.citations],
        "media": [media._asdict() for media in completion.media],
    }
    return {name: value for name, value in fields.items() if value}


def _provenance_json(provenance: Provenance) -> dict[str, Any]:
    attempts = [
        {**attempt._asdict(), "error": attempt.error and redact_secrets(attempt.error)}
        for attempt in provenance.attempts
    ]
    return {**provenance._asdict(), "attempts": attempts}


def _usage_json(usage: Usage) -> dict[str, int]:
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return {name: getattr(usage, name) for name in names}
