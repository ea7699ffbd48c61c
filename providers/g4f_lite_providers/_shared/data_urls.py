"""Data URLs (RFC 2397), for services that take the type and the base64 text as separate fields."""

from typing import NamedTuple

__all__ = ["DataURL", "decode_text", "parse_data_url"]


class DataURL(NamedTuple):
    """The parts of a data URL.

    Attributes:
        mime_type: the type without parameters, ``"image/png"``.
        base64: the bytes as base64 text.
    """

    mime_type: str
    base64: str


def parse_data_url(url: str) -> DataURL | None:
    """Return the parts of a data URL, or None if `url` is not one.

    Percent-encoded data is returned as base64 too.
    """
    if url[:5].lower() != "data:":
        return None
    head, comma, data = url[5:].partition(",")
    if not comma:
        return None
    mime_type, *parameters = head.split(";")
    if any(item.strip().lower() == "base64" for item in parameters):
        return DataURL(mime_type or "text/plain", data)
    from base64 import b64encode
    from urllib.parse import unquote_to_bytes

    return DataURL(mime_type or "text/plain", b64encode(unquote_to_bytes(data)).decode())


def decode_text(data: DataURL) -> str | None:
    """Return the bytes of `data` as text, or None if they are not UTF-8."""
    import binascii
    from base64 import b64decode

    try:
        return b64decode(data.base64).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
