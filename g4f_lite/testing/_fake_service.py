"""A provider's service, played by an `Upstream` in the provider's own wire."""

from collections.abc import Sequence
from typing import Any

import pytest

from g4f_lite.testing._call_variants import CallVariants
from g4f_lite.testing.received import ReceivedRequest
from g4f_lite.testing.replies import Reply, cut
from g4f_lite.testing.upstream import Upstream
from g4f_lite.testing.wires import Wire

__all__ = ["Service"]


class Service:
    """The provider's service, played by an `Upstream`.

    Attributes:
        upstream, wire, caller: the server, its way of writing, and the provider that asks it.
    """

    def __init__(self, upstream: Upstream, wire: Wire, caller: CallVariants, timeout_option: str) -> None:
        self.upstream = upstream
        self.wire = wire
        self.caller = caller
        self._timeout_option = timeout_option

    def answers(self, reply: Reply) -> None:
        """Answer every request with this from now on."""
        self.upstream.script(reply)

    def needs_streaming(self) -> None:
        """Skip the test if the provider cannot hand out a text before the answer is whole."""
        if not self.caller.loaded.supports_stream:
            pytest.skip("`supports_stream` is False: there is no text before the answer is whole")

    def says(self, texts: Sequence[str], *further: Any, only: int | None = None, **settings: Any) -> None:
        """Answer with `texts`, then with `further` pieces and steps.

        Args:
            texts: the texts of the answer.
            further: what follows them, such as a `Stall`.
            only: how many of the wire's pieces to send; all of them if None.
            settings: those of `Reply`.
        """
        self.upstream.script(
            lambda request: self.wire.reply([*self.wire.pieces(texts, request)[:only], *further], **settings)
        )

    def splits(self, texts: Sequence[str], offsets: Sequence[int] | None) -> list[bytes]:
        """Answer with `texts`, the body cut at the offsets, or at every byte if None.

        Offsets are taken modulo the body's length. Returns a list that gets the body of each answer.
        """
        bodies: list[bytes] = []

        def reply(request: ReceivedRequest) -> Reply:
            body = b"".join(self.wire.pieces(texts, request))
            bodies.append(body)
            return self.wire.reply(cut(body, range(len(body)) if offsets is None else offsets))

        self.upstream.script(reply)
        return bodies

    def limit(self, seconds: float) -> dict[str, Any]:
        """Return the option that makes the provider wait no longer than that."""
        loaded = self.caller.loaded
        if self._timeout_option not in loaded.options and not loaded.any_option:
            pytest.fail(
                f"the provider takes no option {self._timeout_option!r}, so a caller cannot limit how long it "
                "waits for its service: add it, or name the one it has in `timeout_option`"
            )
        return {self._timeout_option: seconds}
