"""The contract of text: the answer is the service's text, however its bytes are split."""

import asyncio

import pytest

from g4f_lite.testing._fake_service import FakeService
from g4f_lite.testing.contract.base import SAMPLE, ContractBase
from g4f_lite.testing.replies import Encoding, Framing

__all__ = ["TextContract"]

_RANDOM_EXAMPLES = 30


class TextContract(ContractBase):
    """The requirements on the text of an answer, on a real socket."""

    def test_text_survives_every_split(self, service: FakeService) -> None:
        """A text of multi-byte characters arrives unchanged, wherever its bytes are split in two."""
        offset, length = 1, 2
        while offset < length:
            bodies = service.set_split_texts([SAMPLE], [offset])
            assert "".join(service.caller.stream()) == SAMPLE, (
                f"Split at byte {offset}, the text is another one"
            )
            length = len(bodies[-1])
            offset += 1

    def test_text_survives_single_bytes(self, service: FakeService) -> None:
        """A text of multi-byte characters arrives unchanged when each byte is a chunk of its own."""
        service.set_split_texts([SAMPLE], None)
        assert "".join(service.caller.stream()) == SAMPLE
        assert str(service.caller.answer()) == SAMPLE

    def test_text_survives_single_writes(self, service: FakeService) -> None:
        """A text arrives unchanged when each byte of the reply, head included, is one write."""
        service.set_texts([SAMPLE], drip=True)
        assert "".join(service.caller.stream()) == SAMPLE

    def test_any_text_survives_any_split(self, service: FakeService) -> None:
        """Random texts arrive unchanged with random splits (needs hypothesis)."""
        hypothesis = pytest.importorskip("hypothesis")
        from hypothesis import strategies as st

        def check(text: str, offsets: list[int]) -> None:
            text = f"<{text}>"  # A blank text may count as an empty answer.
            service.set_split_texts([text], offsets)
            assert "".join(service.caller.stream()) == text

        given = hypothesis.given(st.text(max_size=60), st.lists(st.integers(1, 400), max_size=6))
        hypothesis.settings(max_examples=_RANDOM_EXAMPLES, deadline=None, database=None)(given(check))()

    @pytest.mark.parametrize("framing", ["chunked", "length", "close"])
    @pytest.mark.parametrize("encoding", ["", "gzip", "deflate"], ids=["plain", "gzip", "deflate"])
    def test_text_survives_framing_and_compression(
        self, service: FakeService, framing: Framing, encoding: Encoding
    ) -> None:
        """The text arrives unchanged in every framing and compression of HTTP."""
        service.set_texts(["Fine, ", SAMPLE], framing=framing, encoding=encoding)
        assert "".join(service.caller.stream()) == f"Fine, {SAMPLE}"
        assert str(service.caller.answer()) == f"Fine, {SAMPLE}"

    def test_text_survives_asynchronously(self, service: FakeService) -> None:
        """The asynchronous call returns the same text when each byte is a chunk of its own."""
        service.set_split_texts([SAMPLE], None)

        async def main() -> str:
            return "".join([text async for text in await service.caller.stream_async()])

        assert asyncio.run(main()) == SAMPLE
