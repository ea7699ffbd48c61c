"""Errors for attributes that only the `openai` package's clients have, with the alternatives."""

from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["UnsupportedAttributes"]

_RAW_RESPONSE_ADVICE = "an error has `response`, an answer `provenance`"
_OTHER_CLIENT_ADVICE = "use the `openai` package's client beside this one"
_ALTERNATIVES = {
    "responses": 'pass api="responses" to chat.completions.create, an option of the provider "openai"',
    "completions": "use chat.completions.create",
    "images": f"models that draw answer with message.images; else {_OTHER_CLIENT_ADVICE}",
    "audio": f"models that speak answer with message.audio; else {_OTHER_CLIENT_ADVICE}",
    "with_raw_response": _RAW_RESPONSE_ADVICE,
    "with_streaming_response": _RAW_RESPONSE_ADVICE,
    "threads": "keep the messages in the program, or pass api='responses'",
    "assistants": "keep the messages in the program, or pass api='responses'",
    **dict.fromkeys(
        (
            "admin",
            "batches",
            "containers",
            "content_provenance_checks",
            "conversations",
            "decisions",
            "evals",
            "files",
            "fine_tuning",
            "live",
            "moderations",
            "realtime",
            "safety",
            "skills",
            "uploads",
            "vector_stores",
            "videos",
            "webhooks",
        ),
        _OTHER_CLIENT_ADVICE,
    ),
}


class UnsupportedAttributes:
    """A base class with errors for missing attributes that name an alternative.

    Attributes:
        _supported: the names of the existing attributes, for the error message.
    """

    _supported = ""

    if not TYPE_CHECKING:  # a type checker has to report unknown attributes

        def __getattr__(self, name: str) -> Any:
            return self._raise_unsupported(name)

    def _raise_unsupported(self, name: str) -> NoReturn:
        alternative = _ALTERNATIVES.get(name, "see docs/client.md")
        raise AttributeError(
            f"{type(self).__name__!r} has no {name!r}: it has {self._supported}; {alternative}."
        )
