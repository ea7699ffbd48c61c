"""The fake service of a provider: an `Upstream` that answers in the provider's wire."""

from collections.abc import Sequence
from typing import Any

import pytest

from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing.received import ReceivedRequest
from g4f_lite.testing.replies import Reply, cut
from g4f_lite.testing.upstream import Upstream
from g4f_lite.testing.wires import Wire

__all__ = ["FakeService"]


class FakeService:
    """The fake service of the provider under test.

    Attributes:
        upstream: the server.
        wire: the format of its answers.
        caller: the calls of the provider, which is pointed at the server.
    """

    def __init__(self, upstream: Upstream, wire: Wire, caller: CallVariants, timeout_option: str) -> None:
        self.upstream = upstream
        self.wire = wire
        self.caller = caller
        self._timeout_option = timeout_option

    def set_reply(self, reply: Reply) -> None:
        """Answer every further request with `reply`."""
        self.upstream.script(reply)

    def require_streaming(self) -> None:
        """Skip the test if the provider cannot yield text before the answer is complete."""
        if not self.caller.loaded.supports_stream:
            pytest.skip("`supports_stream` is False: there is no text before the answer is whole")

    def set_texts(
        self, texts: Sequence[str], *further: Any, only: int | None = None, **settings: Any
    ) -> None:
        """Answer every further request with `texts`, then with `further`.

        Args:
            texts: the texts of the answer.
            further: pieces and steps after the texts, such as a `Stall`.
            only: the number of the wire's pieces to send, or None for all.
            settings: the settings of `Reply`.
        """
        self.upstream.script(
            lambda request: self.wire.reply([*self.wire.pieces(texts, request)[:only], *further], **settings)
        )

    def set_split_texts(self, texts: Sequence[str], offsets: Sequence[int] | None) -> list[bytes]:
        """Answer further requests with split `texts`; return a list that gets each body.

        Args:
            texts: the texts of the answer.
            offsets: the offsets to split the body at, modulo its length, or None to split it at every byte.
        """
        bodies: list[bytes] = []

        def reply(request: ReceivedRequest) -> Reply:
            body = b"".join(self.wire.pieces(texts, request))
            bodies.append(body)
            return self.wire.reply(cut(body, range(len(body)) if offsets is None else offsets))

        self.upstream.script(reply)
        return bodies

    def timeout_options(self, seconds: float) -> dict[str, Any]:
        """Return the option that limits how long the provider waits for its service.

        Fails the test if the provider has no such option.
        """
        loaded = self.caller.loaded
        if self._timeout_option not in loaded.options and not loaded.any_option:
            pytest.fail(
                f"the provider takes no option {self._timeout_option!r}, so a caller cannot limit how long it "
                "waits for its service: add it, or name the one it has in `timeout_option`"
            )
        return {self._timeout_option: seconds}
