"""Fast checks of URLs and headers, compared with `requests` and the patterns of RFC 9110."""

import re

import requests
from hypothesis import given
from hypothesis import strategies as st

from g4f_lite.errors import InvalidArgumentError
from g4f_lite.kit.http._preparation import _is_plain
from g4f_lite.kit.http._validation import check_header

PIECES = st.lists(
    st.sampled_from(
        ("a", "B", "1", "-", ":", "/", ".", "?", "#", "~", "_", "é", "%20", "@", "[", "//", "/.", "/..")
    ),
    max_size=8,
).map("".join)


@given(st.sampled_from(("http://", "https://", "HTTP://", "ftp://", "")), PIECES)
def test_a_plain_url_is_not_changed_by_preparation(scheme: str, rest: str) -> None:
    """A URL that is not prepared because it is plain is one that `requests` does not change."""
    pattern = r"https?://[a-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~/-]*"
    url = scheme + rest
    plain = re.fullmatch(pattern, url) is not None and "/." not in url
    assert _is_plain(url) == plain
    # `requests` may still refuse the host; that is an error when it connects.
    if plain and re.fullmatch(r"https?://[a-z0-9]+(:[0-9]{1,4})?/.*", url):
        assert requests.Request("POST", url).prepare().url == url


@given(
    st.text(st.characters(max_codepoint=300), max_size=4),
    st.text(st.characters(max_codepoint=300), max_size=4),
)
def test_headers_are_checked_by_the_patterns(name: str, value: str) -> None:
    """A header is refused unless its name is a token and its value is visible ASCII and blanks."""
    fits = re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) and re.fullmatch(r"[\t -~]*", value)
    try:
        check_header(name, value)
    except InvalidArgumentError:
        assert not fits
    else:
        assert fits
