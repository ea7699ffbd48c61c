"""Text in equals text out, on a real socket, however the bytes are split."""

import asyncio

import pytest

from g4f_lite.testing._fake_service import Service
from g4f_lite.testing.contract.base import SAMPLE, ContractBase
from g4f_lite.testing.replies import Encoding, Framing

__all__ = ["TextContract"]

_RANDOM_EXAMPLES = 30


class TextContract(ContractBase):
    """The text that the service wrote, the whole text, and nothing but the text."""

    def test_text_survives_every_split(self, service: Service) -> None:
        """A multi-byte sample arrives unchanged, wherever its bytes are split in two."""
        offset, length = 1, 2
        while offset < length:
            sent = service.splits([SAMPLE], [offset])
            assert "".join(service.caller.stream()) == SAMPLE, (
                f"Split at byte {offset}, the text is another one"
            )
            length = len(sent[-1])
            offset += 1

    def test_text_survives_single_bytes(self, service: Service) -> None:
        """A multi-byte sample arrives unchanged when each byte is a chunk of its own."""
        service.splits([SAMPLE], None)
        assert "".join(service.caller.stream()) == SAMPLE
        assert str(service.caller.whole()) == SAMPLE

    def test_text_survives_single_writes(self, service: Service) -> None:
        """A multi-byte sample arrives unchanged when each byte of the reply, head and all, is a write."""
        service.says([SAMPLE], drip=True)
        assert "".join(service.caller.stream()) == SAMPLE

    def test_any_text_survives_any_split(self, service: Service) -> None:
        """Random texts arrive unchanged at random splits (needs hypothesis)."""
        hypothesis = pytest.importorskip("hypothesis")
        from hypothesis import strategies as st

        def check(text: str, offsets: list[int]) -> None:
            text = f"<{text}>"  # what is only blank may count as no answer
            service.splits([text], offsets)
            assert "".join(service.caller.stream()) == text

        given = hypothesis.given(st.text(max_size=60), st.lists(st.integers(1, 400), max_size=6))
        hypothesis.settings(max_examples=_RANDOM_EXAMPLES, deadline=None, database=None)(given(check))()

    @pytest.mark.parametrize("framing", ["chunked", "length", "close"])
    @pytest.mark.parametrize("encoding", ["", "gzip", "deflate"], ids=["plain", "gzip", "deflate"])
    def test_text_survives_framing_and_compression(
        self, service: Service, framing: Framing, encoding: Encoding
    ) -> None:
        """It does not matter how HTTP delimits the body, nor whether it compresses it."""
        service.says(["Fine, ", SAMPLE], framing=framing, encoding=encoding)
        assert "".join(service.caller.stream()) == f"Fine, {SAMPLE}"
        assert str(service.caller.whole()) == f"Fine, {SAMPLE}"

    def test_text_survives_asynchronously(self, service: Service) -> None:
        """The asynchronous call reads the same text from bytes that come one by one."""
        service.splits([SAMPLE], None)

        async def main() -> str:
            return "".join([text async for text in await service.caller.astream()])

        assert asyncio.run(main()) == SAMPLE
