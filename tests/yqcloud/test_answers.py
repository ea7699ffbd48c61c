"""Answers of `yqcloud` over a real socket."""

import hashlib

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from g4f_lite.testing import Gate, Reply, cut
from g4f_lite_providers.yqcloud import INSTRUCTION

ECHOES = {"no-echo": "", "echo": INSTRUCTION, "echo-with-bar": f"{INSTRUCTION} | "}
NASTY = "e\u0301 日本 \U0001d11e \U0001f469\u200d\U0001f467\r\n\ufeff\x00|\u2028"


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@given(
    text=st.text(min_size=1, max_size=200),
    places=st.lists(st.integers(0, 999), max_size=6),
    whole=st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_out_is_text_in(upstream, ask, stream, echo, text, places, whole):
    """Over a socket, any text in any split arrives unchanged, with each form of the echo and without."""
    assume(not text.startswith((INSTRUCTION, " | ")))
    upstream.script(Reply(cut(f"{echo}{text}".encode(), places)))
    assert (ask() if whole else "".join(stream())) == text


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_every_split_gives_the_same_text(upstream, stream, echo):
    """Split in two at every byte, the answer and its echo give the same text."""
    data = f"{echo}{NASTY}".encode()
    for place in range(1, len(data)):
        upstream.script(Reply([data[:place], data[place:]]))
        assert "".join(stream()) == NASTY


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"], ids=["plain", "gzip", "deflate"])
def test_text_is_handed_out_as_it_arrives(upstream, stream, framing, encoding):
    """The first text is available before the service sends the second, in every framing."""
    gate = Gate()
    upstream.script(Reply(["Hel", gate, "lo"], framing=framing, encoding=encoding))
    with stream() as answer:
        assert next(answer) == "Hel"
        gate.wait_reached()
        gate.open()
        assert "".join(answer) == "lo"


def test_bytewise_reply_is_read(upstream, ask):
    """A reply of which each byte is a separate write, with the headers, gives the same answer."""
    upstream.script(Reply(f"{INSTRUCTION} | {NASTY}", drip=True))
    assert ask() == NASTY


@pytest.mark.parametrize("encoding", ["", "gzip"], ids=["plain", "gzip"])
def test_large_answer_is_read(upstream, stream, encoding):
    """An answer of ten megabytes, in blocks that split its characters, arrives unchanged."""
    data = ("日本語 \U0001d11e text " * 500_000).encode()[:10_000_000]
    data = data.decode(errors="ignore").encode()
    pieces = [data[at : at + 65_521] for at in range(0, len(data), 65_521)]
    upstream.script(Reply(pieces, encoding=encoding))
    digest = hashlib.sha256()
    for text in stream():
        digest.update(text.encode())
    assert digest.digest() == hashlib.sha256(data).digest()


def test_answer_knows_its_provider_and_model(upstream, ask):
    """The answer knows its provider, its model, and that it took one attempt."""
    upstream.script(Reply("Fine."))
    provenance = ask().provenance
    assert (provenance.provider, provenance.distribution) == ("yqcloud", "g4f-lite")
    assert provenance.model_served == "gpt-3.5-turbo"
    assert [attempt.outcome for attempt in provenance.attempts] == ["ok"]
