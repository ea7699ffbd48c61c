"""Parts of messages: pictures, sounds and files.

::

    from pathlib import Path
    from g4f_lite.parts import image

    messages = [{"role": "user", "content": ["What is on this picture?", image(Path("cat.jpeg"))]}]

Each function returns a part of a message's content in the form of OpenAI's chat API: plain data, which can be
stored and sent again. A file is read immediately. The call checks whether the provider accepts the part (see
`inputs` in `g4f_lite.contract`).
"""

import os
from collections.abc import Callable
from typing import Any, Literal

from g4f_lite.errors import InvalidArgumentError
from g4f_lite.messages._content_parts import Part, audio_part, file_part, image_part
from g4f_lite.messages._media import ContentError

__all__ = ["Part", "Source", "audio", "file", "image"]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview
"""A URL (``https:`` or ``data:``), a path, or bytes. A `str` is always a URL, never a path."""


def image(source: Source, detail: Literal["auto", "low", "high"] | None = None) -> Part:
    """Return a part of a message with a picture.

    Args:
        source: the URL, the path or the bytes of the picture. PNG, JPEG, GIF, WebP and BMP are recognized by
            their bytes.
        detail: the resolution that the model should use, for services with this option.

    Raises:
        InvalidArgumentError: `source` is not a picture, cannot be read, or is too large.
    """
    return _translate_error(lambda: image_part(source, "`source`", detail))


def audio(source: Source, format: str | None = None) -> Part:  # noqa: A002 - OpenAI's word
    """Return a part of a message with a sound.

    Args:
        source: the data URL, the path or the bytes of the sound. Chat services do not fetch sounds from the web.
        format: the format, such as ``"wav"`` or ``"mp3"``. WAV, MP3, FLAC and Ogg are recognized by their bytes.

    Raises:
        InvalidArgumentError: `source` is not a sound, cannot be read, or is too large.
    """
    return _translate_error(lambda: audio_part(source, "`source`", format))


def file(source: Source, filename: str | None = None) -> Part:
    """Return a part of a message with a file.

    Args:
        source: the URL, the path or the bytes of the file.
        filename: the name to send. Its suffix determines the type if the bytes do not.

    Raises:
        InvalidArgumentError: `source` cannot be read, is too large, or its type is not known.
    """
    return _translate_error(lambda: file_part(source, "`source`", filename))


def _translate_error(build: Callable[[], dict[str, Any]]) -> Part:
    try:
        return build()
    except ContentError as error:
        message, hint = error.message, error.hint
    raise InvalidArgumentError("source", message, hint=hint)
