"""What the `openai` package's clients have and these do not, and what there is instead."""

from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["UnsupportedAttributes"]

_RAW = "an error has `response`, an answer `provenance`"
_KEEP = "use the `openai` package's client beside this one"
_INSTEAD = {
    "responses": 'pass api="responses" to chat.completions.create, an option of the provider "openai"',
    "completions": "use chat.completions.create",
    "images": f"models that draw answer with message.images; else {_KEEP}",
    "audio": f"models that speak answer with message.audio; else {_KEEP}",
    "with_raw_response": _RAW,
    "with_streaming_response": _RAW,
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
        _KEEP,
    ),
}


class UnsupportedAttributes:
    """A base whose missing attributes say what there is instead.

    Attributes:
        _offers: what there is, in words.
    """

    _offers = ""

    if not TYPE_CHECKING:  # to a type checker, what is not there is not there

        def __getattr__(self, name: str) -> Any:
            return self._lacks(name)

    def _lacks(self, name: str) -> NoReturn:
        step = _INSTEAD.get(name, "see docs/client.md")
        raise AttributeError(f"{type(self).__name__!r} has no {name!r}: it has {self._offers}; {step}.")
