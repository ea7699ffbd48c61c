"""Parsing of data URLs."""

import base64
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite_providers._shared.data_urls import DataURL, decode_text, parse_data_url


@given(
    data=st.binary(), as_base64=st.booleans(), parameter=st.sampled_from(["", ";charset=utf-8", ";name=a"])
)
def test_type_and_bytes_are_returned(data, as_base64, parameter):
    """For any bytes, in either encoding, the type and the bytes are returned."""
    written = base64.b64encode(data).decode() if as_base64 else quote_from_bytes(data)
    found = parse_data_url(f"data:image/png{parameter}{';base64' if as_base64 else ''},{written}")
    assert found.mime_type == "image/png"
    assert base64.b64decode(found.base64) == data


@given(text=st.text())
def test_text_is_decoded(text):
    """Data that is UTF-8 is returned as text."""
    assert decode_text(DataURL("text/plain", base64.b64encode(text.encode()).decode())) == text


@pytest.mark.parametrize("url", ["", "data:", "data:text/plain", "https://example.org/a,b", "xdata:,a"])
def test_other_urls_are_not_data_urls(url):
    """Any other URL gives None."""
    assert parse_data_url(url) is None


def test_defaults_of_a_data_url():
    """A data URL without a type is plain text, and the case of its scheme does not matter."""
    assert parse_data_url("DATA:;base64,YQ==") == ("text/plain", "YQ==")
    assert decode_text(DataURL("text/plain", "/w==")) is None
    assert decode_text(DataURL("text/plain", "a")) is None
