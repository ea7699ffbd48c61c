"""Pictures, sounds and files for a message: what they are, and their bytes as base64.

A source is a URL, a data URL, a path, which is read at once, or bytes. What is wrong with one is an
`Unfit`; who calls says what argument or message it is about.
"""

import os
import re
import stat
import string
from typing import NamedTuple

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten

__all__ = [
    "LARGEST",
    "ContentError",
    "Data",
    "check_base64",
    "detect_media_type",
    "is_address",
    "kind",
    "load",
    "parsed",
]

LARGEST = 64 * 1024 * 1024
"""Bytes. No service takes more in a message, and a path may name anything."""

_WEB = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_ALPHABET = f"{string.ascii_letters}{string.digits}+/".encode()
_MOST_PADDING = 2


class ContentError(Exception):
    """Something is not what a message can hold.

    Attributes:
        message: what and why, as a sentence; `hint`: the next step.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Data(NamedTuple):
    """The bytes of a picture, a sound or a file.

    Attributes:
        mime_type: what they are, ``"image/png"``; None if nothing says so.
        base64: the bytes.
        filename: the name of the file that they were read from, if that is what they were.
    """

    mime_type: str | None
    base64: str
    filename: str | None = None

    @property
    def url(self) -> str:
        """The data URL."""
        return f"data:{self.mime_type};base64,{self.base64}"


def load(source: object, place: str, filename: str | None = None) -> Data | str:
    """Return the bytes of a source, or the source itself if it is the address of something on the web.

    Args:
        source: a URL, a data URL, a path or bytes.
        place: what to call it in an error.
        filename: what it is called, for those whose bytes do not say what they are.

    Raises:
        Unfit: it is none of these, or cannot be read.
    """
    if isinstance(source, str):
        if source[:5].lower() == "data:":
            return parsed(source, place)
        if is_address(source):
            return source
        raise ContentError(
            f"{place} is the string {_shown(source)}, which is no URL.",
            "For a file, pass pathlib.Path(...); else a URL (https: or data:), or bytes.",
        )
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _encoded(bytes(source), place, filename)
    if isinstance(source, os.PathLike):
        path = _path(source, place)
        name = os.path.basename(path)  # noqa: PTH119 - it may be any path-like
        return _encoded(_read(path, place), place, filename, name)._replace(filename=filename or name)
    raise ContentError(
        f"{place} has to be a URL, a path or bytes, not {kind(source)}.", "Pass pathlib.Path(...), say."
    )


def parsed(url: str, place: str) -> Data:
    """Return what a data URL holds.

    Raises:
        Unfit: it is not of the form ``data:TYPE;base64,DATA``.
    """
    head, _, data = url.partition(",")
    mime_type, *parameters = head[5:].split(";")
    if not (head.isascii() and head.isprintable()) or parameters[-1:] not in (["base64"], ["BASE64"]):
        raise ContentError(f"{place} is a data URL without `;base64`.", "Write data:TYPE;base64,DATA.")
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", mime_type, re.ASCII):
        raise ContentError(
            f"{place} is a data URL that does not say its type.", "Write data:image/png;base64,DATA, say."
        )
    check_base64(data, place)
    return Data(mime_type.lower(), data)


def check_base64(text: str, place: str) -> None:
    """Check that `text` is base64 of something, in the usual alphabet, padded and on one line.

    Raises:
        Unfit: it is not.
    """
    body = text.rstrip("=")
    if not text:
        raise ContentError(f"{place} holds no data.", "Pass what it is to hold.")
    if len(text) > LARGEST * 4 // 3 + 4:
        raise _too_large(place)
    good = text.isascii() and len(text) % 4 == 0 and len(text) - len(body) <= _MOST_PADDING
    if not good or body.encode().translate(None, _ALPHABET):
        raise ContentError(
            f"{place} holds no base64.", "Use base64.b64encode(data).decode(), or pass the bytes."
        )


def is_address(text: str) -> bool:
    """Whether a string is the address of something on the web."""
    return _WEB.fullmatch(text) is not None and text.isprintable()


def detect_media_type(data: bytes) -> str | None:
    """Return what bytes are, by how they begin; None if that does not tell."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12])
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if data[:1] == b"\xff" and data[1:2] in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3", b"\xe2"):
        return "audio/mpeg"
    return next((mime_type for magic, mime_type in _BEGINNINGS if data.startswith(magic)), None)


_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"%PDF-", "application/pdf"),
)


def kind(value: object) -> str:
    """Return what a value is, for a message."""
    return "None" if value is None else type(value).__name__


def _shown(text: str) -> str:
    return shorten(redact(repr(text[:100])), 60)


def _path(source: "os.PathLike[str] | os.PathLike[bytes]", place: str) -> str:
    try:
        return os.fsdecode(source)
    except Exception as error:  # a path-like object of the caller's own may raise anything
        raise ContentError(
            f"{place} is no path: {type(error).__name__}.", "Pass pathlib.Path(...)."
        ) from None


def _read(path: str, place: str) -> bytes:
    shown = shorten(repr(path), 200)
    try:
        status = os.stat(path)  # noqa: PTH116 - it may be any path-like
        if stat.S_ISDIR(status.st_mode):
            raise ContentError(f"{place} is the folder {shown}.", "Name a file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ContentError(f"{place} is {shown}, which is no plain file.", "Read it, and pass the bytes.")
        with open(path, "rb") as file:  # noqa: PTH123 - the same
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ContentError(f"{place} is {shown}, and there is no such file.", "Correct the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ContentError(
            f"{place} is {shown}, which cannot be read: {reason}.", "Make it readable."
        ) from None


def _encoded(data: bytes, place: str, *names: str | None) -> Data:
    from base64 import b64encode

    if not data:
        raise ContentError(f"{place} is empty.", "Pass what it is to hold.")
    if len(data) > LARGEST:
        raise _too_large(place)
    mime_type = detect_media_type(data) or next(filter(None, map(_type_of, filter(None, names))), None)
    return Data(mime_type, b64encode(data).decode("ascii"))


def _type_of(filename: str) -> str | None:
    from mimetypes import guess_type

    return guess_type(filename)[0]


def _too_large(place: str) -> ContentError:
    return ContentError(
        f"{place} is larger than {LARGEST >> 20} MiB.",
        "Make it smaller, or pass a URL that it can be fetched from.",
    )
