r"""Wires: how to point a provider at an `Upstream`, and how its service writes an answer.

The contract suite needs both, to test a provider against every split of the bytes and every failure of a service.
A new wire is a class with `options` and `pieces`::

    class NDJSONWire(Wire):
        content_type = "application/x-ndjson"

        def options(self, url):
            return {"base_url": url}

        def pieces(self, texts, request):
            lines = [{"text": text, "done": False} for text in texts] + [{"done": True}]
            return [json.dumps(line).encode() + b"\n" for line in lines]
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from g4f_lite.testing.received import ReceivedRequest
from g4f_lite.testing.replies import Reply

__all__ = ["RawTextWire", "Wire"]

_BROKEN_BYTE_MARK = "MARK"


class Wire(ABC):
    """The format of a service's answers, and the address of the service.

    Attributes:
        content_type: the Content-Type of the answers.
    """

    content_type: str = "application/octet-stream"

    @abstractmethod
    def options(self, url: str) -> Mapping[str, Any]:
        """Return the provider's options that point it at the service at `url`."""

    def environment(self, url: str) -> Mapping[str, str]:  # noqa: ARG002 - for subclasses
        """Return the environment variables that point a provider without such an option at `url`."""
        return {}

    @abstractmethod
    def pieces(self, texts: Sequence[str], request: ReceivedRequest) -> Sequence[bytes]:
        """Return the body of an answer with `texts`, as the service writes it.

        The first piece has to contain the whole first text, the second piece the second text, and so on. Further
        pieces may end the body. Services that answer a stream and a whole answer in different forms can tell them
        apart by `request`.
        """

    def reply(self, pieces: Sequence[Any], **settings: Any) -> Reply:
        """Return a reply of this service with any `pieces`, not only those of the method `pieces`."""
        headers = {"Content-Type": self.content_type, **settings.pop("headers", {})}
        return Reply(list(pieces), headers=headers, **settings)

    def broken_pieces(self, request: ReceivedRequest) -> Sequence[bytes]:
        """Return the body of an answer with a byte in its text that is invalid in UTF-8."""
        pieces = self.pieces([f"before {_BROKEN_BYTE_MARK} after"], request)
        return [piece.replace(_BROKEN_BYTE_MARK.encode(), b"\xff") for piece in pieces]


class RawTextWire(Wire):
    """A service with a body of only the answer's text, as UTF-8.

    Args:
        option: the provider's option for the base URL of the service, or None if it has no such option.
        variable: the environment variable for the base URL, or None.
        content_type: the Content-Type of the answers.
    """

    def __init__(
        self,
        option: str | None = "base_url",
        *,
        variable: str | None = None,
        content_type: str = "text/plain; charset=utf-8",
    ) -> None:
        self.option = option
        self.variable = variable
        self.content_type = content_type

    def options(self, url: str) -> Mapping[str, Any]:
        """Return the base URL by the name of the option."""
        return {self.option: url} if self.option else {}

    def environment(self, url: str) -> Mapping[str, str]:
        """Return the base URL by the name of the environment variable."""
        return {self.variable: url} if self.variable else {}

    def pieces(self, texts: Sequence[str], request: ReceivedRequest) -> Sequence[bytes]:  # noqa: ARG002
        """Return each text as UTF-8."""
        return [text.encode() for text in texts]
