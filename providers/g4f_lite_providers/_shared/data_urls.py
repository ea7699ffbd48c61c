"""Data URLs (RFC 2397) taken apart, for services that want the type and the base64 text by themselves."""

from typing import NamedTuple

__all__ = ["Data", "split", "text_of"]


class Data(NamedTuple):
    """What a data URL holds.

    Attributes:
        mime_type: its type without parameters, ``"image/png"``.
        base64: its bytes as base64 text.
    """

    mime_type: str
    base64: str


def split(url: str) -> Data | None:
    """Return what a data URL holds; None if `url` is no data URL.

    Data that is percent-encoded text in place of base64 is encoded anew.
    """
    if url[:5].lower() != "data:":
        return None
    head, comma, data = url[5:].partition(",")
    if not comma:
        return None
    mime_type, *parameters = head.split(";")
    if any(item.strip().lower() == "base64" for item in parameters):
        return Data(mime_type or "text/plain", data)
    from base64 import b64encode
    from urllib.parse import unquote_to_bytes

    return Data(mime_type or "text/plain", b64encode(unquote_to_bytes(data)).decode())


def text_of(data: Data) -> str | None:
    """Return the text that `data` is in UTF-8, None if it is none."""
    import binascii
    from base64 import b64decode

    try:
        return b64decode(data.base64).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
