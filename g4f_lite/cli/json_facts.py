"""Answers and failures as JSON values, for `--json`."""

from typing import Any

from g4f_lite.cli.error_messages import error_facts
from g4f_lite.cli.terminal.redaction import clean
from g4f_lite.events import Usage
from g4f_lite.results import Completion, Provenance

__all__ = ["completion_facts", "failure_facts"]


def completion_facts(completion: Completion) -> dict[str, Any]:
    """Return an answer for the JSON output."""
    usage = completion.usage
    return {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "usage": None if usage is None else _usage_facts(usage),
        "provenance": _provenance_facts(completion.provenance),
        **_beside_text(completion),
    }


def _beside_text(completion: Completion) -> dict[str, Any]:
    """Return what came that is no text; only that, since most answers have none."""
    found = {
        "reasoning": completion.reasoning,
        "refusal": completion.refusal,
        "tool_calls": [call._asdict() for call in completion.tool_calls],
        "citations": [citation._asdict() for citation in completion.citations],
        "media": [media._asdict() for media in completion.media],
    }
    return {name: value for name, value in found.items() if value}


def failure_facts(error: Exception) -> dict[str, Any]:
    """Return a failure for the JSON output, with the text that had come before it."""
    provenance = getattr(error, "provenance", None)
    return {
        "error": error_facts(error),
        "text": getattr(error, "partial_text", ""),
        "provenance": None if provenance is None else _provenance_facts(provenance),
    }


def _provenance_facts(provenance: Provenance) -> dict[str, Any]:
    attempts = [
        {**attempt._asdict(), "error": attempt.error and clean(attempt.error)}
        for attempt in provenance.attempts
    ]
    return {**provenance._asdict(), "attempts": attempts}


def _usage_facts(usage: Usage) -> dict[str, int]:
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return {name: getattr(usage, name) for name in names}
