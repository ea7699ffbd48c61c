"""Pictures, sounds and files for a message.

::

    from pathlib import Path
    from g4f_lite.parts import image

    messages = [{"role": "user", "content": ["What is on this picture?", image(Path("cat.jpeg"))]}]

Each returns a part of a message's content as OpenAI's chat API has it, plain data that can be stored and
sent again. A file is read at once. Whether a provider takes it is said at the call, by its `inputs`.
"""

import os
from collections.abc import Callable
from typing import Any, Literal

from g4f_lite.errors import InvalidArgumentError
from g4f_lite.messages._content_parts import Part, audio_part, file_part, image_part
from g4f_lite.messages._media import ContentError

__all__ = ["Part", "Source", "audio", "file", "image"]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview
"""A URL (``https:`` or ``data:``), a path, or bytes. A path is never a `str`: that would be a URL."""


def image(source: Source, detail: Literal["auto", "low", "high"] | None = None) -> Part:
    """Return the part of a message that shows a picture.

    Args:
        source: the picture's URL, path or bytes; PNG, JPEG, GIF, WebP and BMP are known by their bytes.
        detail: how closely to look, for services that make a difference.

    Raises:
        InvalidArgumentError: it is no picture, cannot be read, or is too large.
    """
    return _made(lambda: image_part(source, "`source`", detail))


def audio(source: Source, format: str | None = None) -> Part:  # noqa: A002 - OpenAI's word
    """Return the part of a message that plays a sound.

    Args:
        source: the sound's data URL, path or bytes; no chat service fetches one from the web.
        format: ``"wav"``, ``"mp3"`` and so on; WAV, MP3, FLAC and Ogg are known by their bytes.

    Raises:
        InvalidArgumentError: it is no sound, cannot be read, or is too large.
    """
    return _made(lambda: audio_part(source, "`source`", format))


def file(source: Source, filename: str | None = None) -> Part:
    """Return the part of a message that hands over a file.

    Args:
        source: the file's URL, path or bytes.
        filename: what to call it; its ending says what it is where its bytes do not.

    Raises:
        InvalidArgumentError: it cannot be read, is too large, or nothing says what it is.
    """
    return _made(lambda: file_part(source, "`source`", filename))


def _made(make: Callable[[], dict[str, Any]]) -> Part:
    try:
        return make()
    except ContentError as error:
        message, hint = error.message, error.hint
    raise InvalidArgumentError("source", message, hint=hint)
