"""The decoder of `yqcloud` without a socket: properties for any text and any split."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from g4f_lite import ProviderConnectionError, ProviderResponseError, RateLimitError
from g4f_lite.kit.text import InvalidTextError, decode
from g4f_lite.testing import cut
from g4f_lite_providers.yqcloud import INSTRUCTION, ChatResponseDecoder

ECHOES = ["", INSTRUCTION, f"{INSTRUCTION} | "]
NASTY = (
    "e\u0301 日本 \U0001d11e \U0001f469\u200d\U0001f467\r\n\ufeff\x00|\u2028 always respond in english | yes"
)
BLOCKED = "sorry, 您的ip已由于触发防滥用检测而被封禁,本服务网址是xxx"
HTML = {"content-type": "text/html; charset=utf-8"}

offsets = st.lists(st.integers(0, 400), max_size=8)
words = st.sampled_from(
    [INSTRUCTION, " | ", "always", "always respond", "sorry, ", "<html", "\ufeff", "\r\n", "é", "𝄞", " "]
)
texts = st.one_of(st.text(), st.lists(st.one_of(words, st.text(max_size=3)), max_size=6).map("".join))


def read(chunks, *, echo=True, headers=None) -> str:
    decoder = ChatResponseDecoder(echo=echo)
    if headers:
        decoder.see_headers(headers)
    return "".join(decode(chunks, decoder))


@pytest.mark.parametrize("echo", ECHOES, ids=["no-echo", "echo", "echo-with-bar"])
@given(text=texts, places=offsets)
@settings(max_examples=300, deadline=None)
def test_text_out_is_text_in(echo, text, places):
    """Any text in any split of its bytes comes out unchanged, with each form of the echo and without."""
    assume(not text.startswith((INSTRUCTION, " | ")))  # After an echo, this is the end of the echo.
    assert read(cut(f"{echo}{text}".encode(), places)) == text


@given(text=texts, places=offsets)
@settings(max_examples=200, deadline=None)
def test_nothing_is_removed_when_nothing_was_asked(text, places):
    """Without the instruction in the prompt, no text is removed as an echo."""
    assert read(cut(text.encode(), places), echo=False) == text


@pytest.mark.parametrize("echo", ECHOES, ids=["no-echo", "echo", "echo-with-bar"])
def test_every_split_gives_the_same_text(echo):
    """Split in two and in three at every offset, a text that contains the words of the echo is complete."""
    data = f"{echo}{NASTY}".encode()
    for first in range(len(data) + 1):
        assert read([data[:first], data[first:]]) == NASTY
        second = first + (len(data) - first) // 2
        assert read([data[:first], data[first:second], data[second:]]) == NASTY
    assert read([bytes([byte]) for byte in data]) == NASTY


@pytest.mark.parametrize(
    "text",
    [
        f"You should {INSTRUCTION} | please",
        f" {INSTRUCTION}",
        "always respond in Spanish",
        "always",
        "Always respond in english",
        f"{INSTRUCTION[:-1]}",
        "sorry, I cannot",
        "sorry, 您的ip",
        "<html",
        "<!DOCTYPE html><p>an answer about HTML</p>",
        " \n",
    ],
)
def test_words_of_an_answer_stay(text):
    """Text that is not an echo at the very start stays, even if it looks like one."""
    for size in (1, 2, 3, 1000):
        data = text.encode()
        assert read([data[at : at + size] for at in range(0, len(data), size)]) == text


def test_echo_is_removed_once():
    """Only one echo is removed; the same words after it belong to the answer."""
    assert read([f"{INSTRUCTION} | {INSTRUCTION} | yes".encode()]) == f"{INSTRUCTION} | yes"


def test_text_is_not_held_back():
    """Text that cannot be an echo is returned at once."""
    decoder = ChatResponseDecoder(echo=True)
    assert decoder.feed(b"Hel") == "Hel"
    assert decoder.feed(b"lo \xc3") == "lo "
    assert decoder.feed(b"\xa9") == "\xe9"


def test_no_more_is_held_back_than_could_be_an_echo():
    """Only text that may become an echo is held back; the first other letter releases it."""
    decoder = ChatResponseDecoder(echo=True)
    assert decoder.feed(b"always respond in engl") == ""
    assert decoder.feed(b"and") == "always respond in england"


@pytest.mark.parametrize("echo", ECHOES, ids=["no-echo", "echo", "echo-with-bar"])
@given(
    text=texts,
    places=offsets,
    bad=st.sampled_from([b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf"]),
)
@settings(max_examples=100, deadline=None)
def test_invalid_bytes_end_the_answer_at_their_position(echo, text, places, bad):
    """Invalid bytes raise an error after exactly the text before them, without the echo."""
    assume(not text.startswith((INSTRUCTION, " | ")))
    got = []
    with pytest.raises(InvalidTextError):
        got.extend(
            decode(cut(f"{echo}{text}".encode() + bad + b" rest", places), ChatResponseDecoder(echo=True))
        )
    assert "".join(got) == text


@pytest.mark.parametrize("echo", ECHOES, ids=["no-echo", "echo", "echo-with-bar"])
@given(text=texts, places=offsets)
@settings(max_examples=100, deadline=None)
def test_broken_connection_keeps_exactly_the_text(echo, text, places):
    """If the connection breaks, all text before it is returned first, without the echo."""
    assume(not text.startswith((INSTRUCTION, " | ")))

    def broken():
        yield from cut(f"{echo}{text}".encode(), places)
        raise ProviderConnectionError("The connection broke.")

    got = []
    with pytest.raises(ProviderConnectionError):
        got.extend(decode(broken(), ChatResponseDecoder(echo=True)))
    assert "".join(got) == text


@pytest.mark.parametrize("echo", ECHOES, ids=["no-echo", "echo", "echo-with-bar"])
@given(text=texts, places=offsets, length=st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_character_cut_at_the_end_is_an_error(echo, text, places, length):
    """Bytes that end inside a character raise an error after exactly the complete characters."""
    assume(not text.startswith((INSTRUCTION, " | ")))
    data = f"{echo}{text}".encode() + "\U0001d11e".encode()[:length]
    got = []
    with pytest.raises(InvalidTextError):
        got.extend(decode(cut(data, places), ChatResponseDecoder(echo=True)))
    assert "".join(got) == text


@given(places=offsets, blanks=st.sampled_from(["", " ", "\n\t"]))
def test_block_notice_is_no_answer(places, blanks):
    """The notice that the service blocks this address raises a rate limit error, in any split."""
    with pytest.raises(RateLimitError, match="blocked"):
        read(cut(f"{blanks}{BLOCKED}".encode(), places))


@given(places=offsets, page=st.sampled_from(["<!DOCTYPE html><p>Oops</p>", "\r\n <HTML lang=zh>", "<html"]))
def test_page_is_no_answer(places, page):
    """A response of the type HTML that begins like a page raises an error, in any split."""
    if page == "<html":  # It ended in the middle of its first word.
        page = "<html>"
    with pytest.raises(ProviderResponseError, match="web page"):
        read(cut(page.encode(), places), headers=HTML)


def test_text_that_calls_itself_html_is_an_answer():
    """Plain text of the type text/html is an answer: the header alone does not make it a page."""
    assert read([b"Hello"], headers=HTML) == "Hello"
