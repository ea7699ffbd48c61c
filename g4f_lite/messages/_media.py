"""Images, audio and files for a message: their media types, and their bytes as base64.

A source is a URL, a data URL, a path, which is read immediately, or bytes. Errors are `ContentError`s, because
only the caller knows the argument or the message that has the source.
"""

import os
import re
import stat
import string
from typing import NamedTuple

from g4f_lite._utils.redaction import redact
from g4f_lite._utils.text import shorten

__all__ = [
    "MAX_MEDIA_BYTES",
    "ContentError",
    "MediaData",
    "check_base64",
    "detect_media_type",
    "is_web_url",
    "load_media",
    "parse_data_url",
    "type_name_of",
]

MAX_MEDIA_BYTES = 64 * 1024 * 1024
"""Maximum size of one source in bytes. No service accepts more in a message, and a path may name any file."""

_WEB_URL = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_BASE64_ALPHABET = f"{string.ascii_letters}{string.digits}+/".encode()
_MAX_PADDING = 2


class ContentError(Exception):
    """The content of a message is not valid.

    Attributes:
        message: the problem, as a sentence.
        hint: the remedy, as a sentence.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class MediaData(NamedTuple):
    """The bytes of an image, of audio or of a file.

    Attributes:
        mime_type: the media type, such as ``"image/png"``, or None if it is unknown.
        base64: the bytes in base64.
        filename: the name of the file that was read, or None if the source was not a path.
    """

    mime_type: str | None
    base64: str
    filename: str | None = None

    @property
    def url(self) -> str:
        """The data URL."""
        return f"data:{self.mime_type};base64,{self.base64}"


def load_media(source: object, where: str, filename: str | None = None) -> MediaData | str:
    """Return the bytes of a source, or the source itself if it is an http or https URL. Reads files.

    Args:
        source: a URL, a data URL, a path or bytes.
        where: the name of the source in an error.
        filename: a file name that gives the media type, for bytes that do not show it.

    Raises:
        ContentError: `source` is none of these, or cannot be read.
    """
    if isinstance(source, str):
        if source[:5].lower() == "data:":
            return parse_data_url(source, where)
        if is_web_url(source):
            return source
        raise ContentError(
            f"{where} is the string {_safe_repr(source)}, which is no URL.",
            "For a file, pass pathlib.Path(...); else a URL (https: or data:), or bytes.",
        )
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _encode_media(bytes(source), where, filename)
    if isinstance(source, os.PathLike):
        path = _decode_path(source, where)
        name = os.path.basename(path)  # noqa: PTH119 - it may be any path-like object
        return _encode_media(_read_file(path, where), where, filename, name)._replace(
            filename=filename or name
        )
    raise ContentError(
        f"{where} has to be a URL, a path or bytes, not {type_name_of(source)}.",
        "Pass pathlib.Path(...), say.",
    )


def parse_data_url(url: str, where: str) -> MediaData:
    """Return the contents of a data URL.

    Raises:
        ContentError: `url` does not have the form ``data:TYPE;base64,DATA``.
    """
    head, _, data = url.partition(",")
    mime_type, *parameters = head[5:].split(";")
    if not (head.isascii() and head.isprintable()) or parameters[-1:] not in (["base64"], ["BASE64"]):
        raise ContentError(f"{where} is a data URL without `;base64`.", "Write data:TYPE;base64,DATA.")
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", mime_type, re.ASCII):
        raise ContentError(
            f"{where} is a data URL that does not say its type.", "Write data:image/png;base64,DATA, say."
        )
    check_base64(data, where)
    return MediaData(mime_type.lower(), data)


def check_base64(text: str, where: str) -> None:
    """Check that `text` is base64 in the standard alphabet, padded, on one line and not empty.

    Raises:
        ContentError: `text` is not such base64, or has more than `MAX_MEDIA_BYTES`.
    """
    body = text.rstrip("=")
    if not text:
        raise ContentError(f"{where} holds no data.", "Pass what it is to hold.")
    if len(text) > MAX_MEDIA_BYTES * 4 // 3 + 4:
        raise _too_large_error(where)
    is_well_formed = text.isascii() and len(text) % 4 == 0 and len(text) - len(body) <= _MAX_PADDING
    if not is_well_formed or body.encode().translate(None, _BASE64_ALPHABET):
        raise ContentError(
            f"{where} holds no base64.", "Use base64.b64encode(data).decode(), or pass the bytes."
        )


def is_web_url(text: str) -> bool:
    """Whether a string is an http or https URL."""
    return _WEB_URL.fullmatch(text) is not None and text.isprintable()


def detect_media_type(data: bytes) -> str | None:
    """Return the media type of bytes by their first bytes, or None if these are not known."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12])
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if data[:1] == b"\xff" and data[1:2] in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3", b"\xe2"):
        return "audio/mpeg"
    return next((mime_type for magic, mime_type in _MAGIC_NUMBERS if data.startswith(magic)), None)


_MAGIC_NUMBERS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"%PDF-", "application/pdf"),
)


def type_name_of(value: object) -> str:
    """Return the name of a value's type, for an error message."""
    return "None" if value is None else type(value).__name__


def _safe_repr(text: str) -> str:
    return shorten(redact(repr(text[:100])), 60)


def _decode_path(source: "os.PathLike[str] | os.PathLike[bytes]", where: str) -> str:
    try:
        return os.fsdecode(source)
    except Exception as error:  # the caller's own path-like object may raise anything
        raise ContentError(
            f"{where} is no path: {type(error).__name__}.", "Pass pathlib.Path(...)."
        ) from None


def _read_file(path: str, where: str) -> bytes:
    shown = shorten(repr(path), 200)
    try:
        status = os.stat(path)  # noqa: PTH116 - it may be any path-like object
        if stat.S_ISDIR(status.st_mode):
            raise ContentError(f"{where} is the folder {shown}.", "Name a file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ContentError(f"{where} is {shown}, which is no plain file.", "Read it, and pass the bytes.")
        with open(path, "rb") as file:  # noqa: PTH123 - the same
            return file.read(MAX_MEDIA_BYTES + 1)
    except FileNotFoundError:
        raise ContentError(f"{where} is {shown}, and there is no such file.", "Correct the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ContentError(
            f"{where} is {shown}, which cannot be read: {reason}.", "Make it readable."
        ) from None


def _encode_media(data: bytes, where: str, *names: str | None) -> MediaData:
    from base64 import b64encode

    if not data:
        raise ContentError(f"{where} is empty.", "Pass what it is to hold.")
    if len(data) > MAX_MEDIA_BYTES:
        raise _too_large_error(where)
    mime_type = detect_media_type(data) or next(
        filter(None, map(_guess_media_type, filter(None, names))), None
    )
    return MediaData(mime_type, b64encode(data).decode("ascii"))


def _guess_media_type(filename: str) -> str | None:
    from mimetypes import guess_type

    return guess_type(filename)[0]


def _too_large_error(where: str) -> ContentError:
    return ContentError(
        f"{where} is larger than {MAX_MEDIA_BYTES >> 20} MiB.",
        "Make it smaller, or pass a URL that it can be fetched from.",
    )
