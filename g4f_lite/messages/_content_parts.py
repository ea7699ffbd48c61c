"""Normalization of the parts of a message's content.

The normalized form is that of OpenAI's chat API: ``text``, ``image_url``, ``input_audio``, ``file`` and, from
the assistant, ``refusal``. Unknown keys are kept, because some services have their own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite.messages._media import (
    ContentError,
    MediaData,
    check_base64,
    detect_media_type,
    is_web_url,
    load_media,
    parse_data_url,
    type_name_of,
)
from g4f_lite.messages._values import copy_unknown_keys, require_key, require_text

__all__ = [
    "INPUT_OF",
    "Part",
    "audio_part",
    "file_part",
    "image_part",
    "normalize_part",
]

Part = dict[str, Any]

INPUT_OF = {"image_url": "image", "input_audio": "audio", "file": "file"}
"""The kind of input that a provider must list in its constant `inputs`, by the type of the part."""

_IMAGE_DETAILS = ("auto", "low", "high")
_AUDIO_FORMAT_OF = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/mp4": "m4a",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "audio/x-aiff": "aiff",
    "audio/webm": "webm",
    "audio/pcm": "pcm16",
}
_AUDIO_FORMATS = tuple(sorted(set(_AUDIO_FORMAT_OF.values())))
_FILE_SOURCE_KEYS = ("file_data", "file_id", "file_url")

_USER_PARTS = ("text", "image_url", "input_audio", "file")
_ASSISTANT_PARTS = ("text", "refusal")
_OTHER_PARTS = ("text",)


# --- parts from sources --------------------------------------------------------------------------


def image_part(source: object, where: str, detail: object = None) -> Part:
    """Return an image part."""
    media = load_media(source, where)
    url = media if isinstance(media, str) else _require_media_kind(media, "image", where).url
    if isinstance(source, str):
        url = str.__str__(source)  # unchanged: `load_media` normalizes a data URL
    return {"type": "image_url", "image_url": {"url": url, **_detail_fields(detail, where)}}


def audio_part(source: object, where: str, format: object = None) -> Part:  # noqa: A002 - OpenAI's word
    """Return an audio part."""
    media = load_media(source, where)
    if isinstance(media, str):
        raise ContentError(
            f"{where} is the address of a sound, and a sound is sent itself.", "Fetch it, and pass the bytes."
        )
    return _build_audio_part(media, where, format)


def _build_audio_part(data: MediaData, where: str, requested: object) -> Part:
    audio_format = requested
    if requested is None:
        if data.mime_type is None:
            hint = f"Say it: format=..., one of {join_names(_AUDIO_FORMATS)}."
            raise ContentError(f"What {where} holds does not say which format it has.", hint)
        audio_format = _AUDIO_FORMAT_OF.get(_require_media_kind(data, "audio", where).mime_type or "")
    audio_format = audio_format.lower() if isinstance(audio_format, str) else None
    if audio_format not in _AUDIO_FORMATS:
        shown = shorten(repr(data.mime_type if requested is None else requested), 60)
        raise ContentError(
            f"The format of {where} is {shown}; it has to be one of {join_names(_AUDIO_FORMATS)}.",
            "Convert it to wav or mp3, which most services take.",
        )
    return {"type": "input_audio", "input_audio": {"data": data.base64, "format": audio_format}}


def file_part(source: object, where: str, filename: object = None) -> Part:
    """Return a file part."""
    name = None if filename is None else require_text(filename, f"The file name of {where}")
    media = load_media(source, where, name)
    if isinstance(media, str):
        return {"type": "file", "file": {"file_url": media, **({"filename": name} if name else {})}}
    if media.mime_type is None:
        hint = 'Pass a file name that does, filename="notes.txt", or a data URL.'
        raise ContentError(f"Nothing says what {where} is.", hint)
    file_name = name or media.filename or _default_name(media)
    return {"type": "file", "file": {"file_data": media.url, "filename": file_name}}


def _default_name(data: MediaData) -> str:
    from mimetypes import guess_extension

    mime_type = data.mime_type or ""
    return f"file{guess_extension(mime_type) or '.' + mime_type.partition('/')[2]}"


def _require_media_kind(data: MediaData, kind: str, where: str) -> MediaData:
    if data.mime_type is None:
        hint = f"Pass a data URL, data:{kind}/TYPE;base64,DATA, or a path whose ending says it."
        raise ContentError(f"What {where} holds does not say which kind of {kind} it is.", hint)
    if data.mime_type.partition("/")[0] != kind:
        raise ContentError(
            f"{where} is {data.mime_type} and no {kind}.", "Pass it as a file: g4f_lite.parts.file(...)."
        )
    return data


def _detail_fields(value: object, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if value not in _IMAGE_DETAILS:
        shown = shorten(repr(value), 60)
        raise ContentError(
            f"The detail of {where} is {shown}; it has to be one of {join_names(_IMAGE_DETAILS)}.",
            "Change it.",
        )
    return {"detail": value}


# --- parts from the caller ----------------------------------------------------------------------


def normalize_part(part: object, where: str, role: str) -> Part:
    """Return a new part in normalized form.

    Raises:
        ContentError: `part` is not a valid part, or not allowed in a message of the role `role`.
    """
    if isinstance(part, str):
        return {"type": "text", "text": require_text(part, where)}
    if not isinstance(part, Mapping):
        hint = 'Write {"type": "text", "text": "..."}, or use g4f_lite.parts.image(...), audio(...) or file(...).'
        raise ContentError(f"{where} has to be a part, not {type_name_of(part)}.", hint)
    allowed = {"user": _USER_PARTS, "assistant": _ASSISTANT_PARTS}.get(role, _OTHER_PARTS)
    name = part.get("type")
    rule = _PART_RULES.get(name) if isinstance(name, str) else None
    if rule is None:
        actual = f"the type {shorten(repr(name), 60)}" if "type" in part else "no 'type'"
        suggestion = format_suggestion(find_similar_names(name, allowed) if isinstance(name, str) else ())
        raise ContentError(
            f"{where} has {actual}.{suggestion} In a message of the role {role!r} it can be {join_names(allowed)}.",
            "Change it.",
        )
    part_type, key, option_key, normalize = rule
    if part_type not in allowed:
        hint = "Move it to a message of the user." if role != "user" else "Leave it out."
        raise ContentError(
            f"{where} is of the type {name!r}; a message of the role {role!r} can hold {join_names(allowed)}.",
            hint,
        )
    if key not in part:
        raise ContentError(
            f"{where} has no {key!r}.", f'A part of the type {name!r} has the keys "type" and {key!r}.'
        )
    normalized = normalize(part[key], f"{where}[{key!r}]", part)
    return {**normalized, **copy_unknown_keys(part, ("type", key, option_key, *normalized), where)}


def _normalize_text_part(value: object, where: str, part: Mapping[str, Any]) -> Part:
    return {"type": part["type"], part["type"]: require_text(value, where)}


def _normalize_image_part(value: object, where: str, part: Mapping[str, Any]) -> Part:
    if not isinstance(value, Mapping):
        return image_part(value, where, part.get("detail"))
    url = require_text(require_key(value, "url", where), f"{where}['url']")
    normalized = image_part(url, f"{where}['url']", value.get("detail", part.get("detail")))
    normalized["image_url"].update(copy_unknown_keys(value, ("url", "detail"), where))
    return normalized


def _normalize_audio_part(value: object, where: str, part: Mapping[str, Any]) -> Part:
    if not isinstance(value, Mapping):
        return audio_part(value, where, part.get("format"))
    data = require_text(require_key(value, "data", where), f"{where}['data']")
    audio_data = _decode_audio(data, f"{where}['data']")
    normalized = _build_audio_part(audio_data, where, value.get("format", part.get("format")))
    normalized["input_audio"].update(copy_unknown_keys(value, ("data", "format"), where))
    return normalized


def _decode_audio(text: str, where: str) -> MediaData:
    from base64 import b64decode

    if text[:5].lower() == "data:":
        return parse_data_url(text, where)
    check_base64(text, where)
    return MediaData(detect_media_type(b64decode(text[:64])), text)


def _normalize_file_part(value: object, where: str, part: Mapping[str, Any]) -> Part:
    if not isinstance(value, Mapping):
        return file_part(value, where, part.get("filename"))
    source_keys = [key for key in _FILE_SOURCE_KEYS if value.get(key) is not None]
    if len(source_keys) != 1:
        hint = "Give it one of these; g4f_lite.parts.file(pathlib.Path(...)) does."
        raise ContentError(f"{where} has {join_names(source_keys)} of {join_names(_FILE_SOURCE_KEYS)}.", hint)
    key = source_keys[0]
    text = require_text(value[key], f"{where}[{key!r}]")
    filename = value.get("filename", part.get("filename"))
    name = {} if filename is None else {"filename": require_text(filename, f"{where}['filename']")}
    if key == "file_data":
        data = parse_data_url(text, f"{where}[{key!r}]") if text[:5].lower() == "data:" else None
        if data is None:
            raise ContentError(
                f"{where}[{key!r}] is no data URL.", "Write data:application/pdf;base64,DATA, say."
            )
        name = name or {"filename": _default_name(data)}
    elif not text or (key == "file_url" and not is_web_url(text)):
        raise ContentError(
            f"{where}[{key!r}] is no {'address' if key == 'file_url' else 'identifier'}.", "Correct it."
        )
    return {
        "type": "file",
        "file": {key: text, **name, **copy_unknown_keys(value, (*_FILE_SOURCE_KEYS, "filename"), where)},
    }


_PartRule = tuple[str, str, str, Callable[[object, str, Mapping[str, Any]], Part]]
_PART_RULES: dict[str, _PartRule] = {
    "text": ("text", "text", "text", _normalize_text_part),
    "refusal": ("refusal", "refusal", "refusal", _normalize_text_part),
    "image_url": ("image_url", "image_url", "detail", _normalize_image_part),
    "image": ("image_url", "image", "detail", _normalize_image_part),
    "input_audio": ("input_audio", "input_audio", "format", _normalize_audio_part),
    "audio": ("input_audio", "audio", "format", _normalize_audio_part),
    "file": ("file", "file", "filename", _normalize_file_part),
}
"""By the `type` of the caller's part: the normalized type, the key of the content, an optional key, the function."""
