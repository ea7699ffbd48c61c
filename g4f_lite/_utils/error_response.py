"""What is kept of a response with an error status."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["ErrorResponse"]


class _Headers(dict[str, str]):
    """Headers, of which the names are in small letters and are looked up in any case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header, `default` if there is none."""
        return super().get(name.lower(), default)


class ErrorResponse(NamedTuple):
    """A refused request's response, with the names that `httpx` has, as far as an error keeps it.

    Attributes:
        status_code: its status.
        kept: those of its headers that are about limits and the request's name.
        error: what the service said, under OpenAI's names: ``message``, ``type``, ``param``, ``code``.
    """

    status_code: int
    kept: Mapping[str, str]
    error: Mapping[str, Any]

    @property
    def headers(self) -> Mapping[str, str]:
        """What is kept of its headers; names are looked up in any case."""
        return _Headers(self.kept)

    @property
    def is_success(self) -> bool:
        """False."""
        return False

    @property
    def text(self) -> str:
        """What the service said, as the JSON that OpenAI's API has for it; shortened, secrets removed."""
        return json.dumps(self.json(), ensure_ascii=False)

    def json(self) -> dict[str, Any]:
        """Return the same as a dictionary."""
        return {"error": dict(self.error)}
