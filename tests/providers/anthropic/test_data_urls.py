"""Data URLs taken apart."""

import base64
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite_providers._shared.data_urls import DataURL, decode_text, parse_data_url


@given(
    data=st.binary(), as_base64=st.booleans(), parameter=st.sampled_from(["", ";charset=utf-8", ";name=a"])
)
def test_the_data_comes_out(data, as_base64, parameter):
    """Whatever the bytes, and whichever of the two ways they are written: the type and the bytes come out."""
    written = base64.b64encode(data).decode() if as_base64 else quote_from_bytes(data)
    found = parse_data_url(f"data:image/png{parameter}{';base64' if as_base64 else ''},{written}")
    assert found.mime_type == "image/png"
    assert base64.b64decode(found.base64) == data


@given(text=st.text())
def test_text_comes_out(text):
    """What is text in UTF-8 comes out as that text."""
    assert decode_text(DataURL("text/plain", base64.b64encode(text.encode()).decode())) == text


@pytest.mark.parametrize("url", ["", "data:", "data:text/plain", "https://example.org/a,b", "xdata:,a"])
def test_what_is_no_data_url(url):
    """Anything else is told from a data URL."""
    assert parse_data_url(url) is None


def test_what_is_left_out():
    """A data URL without a type is plain text, and its scheme has no case."""
    assert parse_data_url("DATA:;base64,YQ==") == ("text/plain", "YQ==")
    assert decode_text(DataURL("text/plain", "/w==")) is None
    assert decode_text(DataURL("text/plain", "a")) is None
