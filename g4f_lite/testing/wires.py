r"""How to point a provider at an `Upstream`, and how its service writes an answer.

The contract suite needs to know both, to try a provider against every split of its bytes and every way
in which a service can fail. A new wire is a class with `options` and `pieces`::

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

_MARK = "MARK"


class Wire(ABC):
    """A service's way of answering.

    Attributes:
        content_type: what its answers say they are.
    """

    content_type: str = "application/octet-stream"

    @abstractmethod
    def options(self, url: str) -> Mapping[str, Any]:
        """Return the provider's options that make it ask the service at `url`."""

    def environment(self, url: str) -> Mapping[str, str]:  # noqa: ARG002 - for subclasses
        """Return the environment variables that do so, for a provider without such an option."""
        return {}

    @abstractmethod
    def pieces(self, texts: Sequence[str], request: ReceivedRequest) -> Sequence[bytes]:
        """Return the body of an answer made of `texts`, as the service writes it.

        The first piece has to hold the whole first text, the second the second, and so on; further pieces
        may end the body. `request` is there for services that answer a stream in one form and a whole
        answer in another.
        """

    def reply(self, pieces: Sequence[Any], **settings: Any) -> Reply:
        """Return a reply of this service with these pieces, which need not be those of `pieces`."""
        headers = {"Content-Type": self.content_type, **settings.pop("headers", {})}
        return Reply(list(pieces), headers=headers, **settings)

    def broken_pieces(self, request: ReceivedRequest) -> Sequence[bytes]:
        """Return an answer with a byte in its text that no UTF-8 has."""
        pieces = self.pieces([f"before {_MARK} after"], request)
        return [piece.replace(_MARK.encode(), b"\xff") for piece in pieces]


class RawTextWire(Wire):
    """A service whose body is the text of the answer as UTF-8, and nothing else.

    Args:
        option: the provider's option that takes the service's base URL; None if it has none.
        variable: the environment variable that does.
        content_type: what answers say they are.
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
        """Return the base URL under the option's name."""
        return {self.option: url} if self.option else {}

    def environment(self, url: str) -> Mapping[str, str]:
        """Return the base URL under the variable's name."""
        return {self.variable: url} if self.variable else {}

    def pieces(self, texts: Sequence[str], request: ReceivedRequest) -> Sequence[bytes]:  # noqa: ARG002
        """Return each text as UTF-8."""
        return [text.encode() for text in texts]
