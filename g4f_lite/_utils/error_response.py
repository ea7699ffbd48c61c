"""The part of a response with an error status that an error keeps."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["ErrorResponse"]


class _Headers(dict[str, str]):
    """Headers with lower-case names, which are looked up in any case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a header, or `default` if it is missing."""
        return super().get(name.lower(), default)


class ErrorResponse(NamedTuple):
    """The response to a refused request, with the attribute names of `httpx.Response`.

    Attributes:
        status_code: the HTTP status code.
        kept: the headers about limits and the request's identifier.
        error: the service's error under OpenAI's names: ``message``, ``type``, ``param``, ``code``.
    """

    status_code: int
    kept: Mapping[str, str]
    error: Mapping[str, Any]

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that were kept. Their names are looked up in any case."""
        return _Headers(self.kept)

    @property
    def is_success(self) -> bool:
        """Always False."""
        return False

    @property
    def text(self) -> str:
        """The service's error as OpenAI's API writes it in JSON, shortened and without secrets."""
        return json.dumps(self.json(), ensure_ascii=False)

    def json(self) -> dict[str, Any]:
        """Return the content of `text` as a dictionary."""
        return {"error": dict(self.error)}
