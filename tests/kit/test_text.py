"""Push decoders return the same text for every split of the same bytes."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from g4f_lite.errors import ProviderConnectionError
from g4f_lite.kit.text import InvalidTextError, PrefixRemover, Utf8Decoder, decode

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
NASTY = "aé€😀👨‍👩‍👧e\u0301\ufeff\0\r\n"


def _split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(TEXT, st.lists(st.integers(min_value=0)))
@example(NASTY, list(range(40)))
def test_any_split_gives_the_text(text: str, cuts: list[int]) -> None:
    """For any text and split, the joined pieces are the text, and no piece is empty."""
    pieces = list(decode(_split(text.encode(), cuts), Utf8Decoder()))
    assert "".join(pieces) == text
    assert "" not in pieces


@given(st.binary(), st.lists(st.integers(min_value=0)))
@example(b"ab\xff", [1])
@example("é".encode()[:1], [])
@example(b"\xed\xa0\x80", [1, 2])
def test_wrong_bytes_are_an_error_after_the_valid_text(data: bytes, cuts: list[int]) -> None:
    """For any bytes and split, exactly the valid beginning is yielded before the error, if any."""
    got: list[str] = []
    offset = None
    try:
        want, wrong_at = data.decode(), None
    except UnicodeDecodeError as error:
        want, wrong_at = data[: error.start].decode(), error.start
    try:
        got.extend(decode(_split(data, cuts), Utf8Decoder()))
    except InvalidTextError as error:
        offset = error.offset
    assert offset == wrong_at
    assert "".join(got) == want


@given(st.lists(st.text("ab |", max_size=6)), st.text("ab |"), st.lists(st.integers(min_value=0)))
def test_prefix_is_removed_however_it_is_split(prefixes: list[str], text: str, cuts: list[int]) -> None:
    """For any prefixes, text and split, only the longest matching prefix is removed."""
    longest = max((item for item in prefixes if text.startswith(item)), key=len, default="")
    remover = PrefixRemover(prefixes)
    pieces = [remover.feed(piece.decode()) for piece in _split(text.encode(), cuts)]
    assert "".join([*pieces, remover.close()]) == text[len(longest) :]


def test_text_is_held_back_no_longer_than_needed() -> None:
    """Text is returned as soon as it cannot become a prefix any more."""
    remover = PrefixRemover(["always"])
    assert remover.feed("al") == ""
    assert remover.feed("so") == "also"
    assert remover.feed("always") == "always"


def test_failure_of_the_chunks_loses_nothing() -> None:
    """If the chunks raise, the held-back text is yielded before the error."""

    class Held:
        def __init__(self) -> None:
            self.text = ""

        def feed(self, data: bytes) -> str:
            self.text += data.decode()
            return ""

        def close(self) -> str:
            return self.text

    def chunks():
        yield b"alw"
        raise ProviderConnectionError("gone")

    got = []
    with pytest.raises(ProviderConnectionError):
        got.extend(decode(chunks(), Held()))
    assert got == ["alw"]
