"""The parts that a message's content can be made of, brought into one form.

The form is the one of OpenAI's chat API: ``text``, ``image_url``, ``input_audio``, ``file`` and, from the
assistant, ``refusal``. Keys that are not known are kept: services have some of their own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from g4f_lite._utils.text import find_similar_names, format_suggestion, join_names, shorten
from g4f_lite.messages._media import (
    ContentError,
    Data,
    check_base64,
    detect_media_type,
    is_address,
    kind,
    load,
    parsed,
)
from g4f_lite.messages._values import copy_unknown_keys, required, text_of

__all__ = [
    "INPUT_OF",
    "Part",
    "audio_part",
    "file_part",
    "image_part",
    "normal_part",
]

Part = dict[str, Any]

INPUT_OF = {"image_url": "image", "input_audio": "audio", "file": "file"}
"""What a provider has to say that it takes (its constant `inputs`), by the type of the part."""

_DETAILS = ("auto", "low", "high")
_FORMATS = {
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
_AUDIO_FORMATS = tuple(sorted(set(_FORMATS.values())))
_FILE_KEYS = ("file_data", "file_id", "file_url")

_IN_USER = ("text", "image_url", "input_audio", "file")
_IN_ASSISTANT = ("text", "refusal")
_IN_OTHERS = ("text",)


# --- from a source ------------------------------------------------------------------------------


def image_part(source: object, place: str, detail: object = None) -> Part:
    """Return the part that shows a picture."""
    loaded = load(source, place)
    url = loaded if isinstance(loaded, str) else _of_kind(loaded, "image", place).url
    if isinstance(source, str):
        url = str.__str__(source)  # as it is written
    return {"type": "image_url", "image_url": {"url": url, **_detail(detail, place)}}


def audio_part(source: object, place: str, format: object = None) -> Part:  # noqa: A002 - OpenAI's word
    """Return the part that plays a sound."""
    loaded = load(source, place)
    if isinstance(loaded, str):
        raise ContentError(
            f"{place} is the address of a sound, and a sound is sent itself.", "Fetch it, and pass the bytes."
        )
    return _sound(loaded, place, format)


def _sound(data: Data, place: str, given: object) -> Part:
    chosen = given
    if given is None:
        if data.mime_type is None:
            hint = f"Say it: format=..., one of {join_names(_AUDIO_FORMATS)}."
            raise ContentError(f"What {place} holds does not say which format it has.", hint)
        chosen = _FORMATS.get(_of_kind(data, "audio", place).mime_type or "")
    wanted = chosen.lower() if isinstance(chosen, str) else None
    if wanted not in _AUDIO_FORMATS:
        shown = shorten(repr(data.mime_type if given is None else given), 60)
        raise ContentError(
            f"The format of {place} is {shown}; it has to be one of {join_names(_AUDIO_FORMATS)}.",
            "Convert it to wav or mp3, which most services take.",
        )
    return {"type": "input_audio", "input_audio": {"data": data.base64, "format": wanted}}


def file_part(source: object, place: str, filename: object = None) -> Part:
    """Return the part that hands over a file."""
    name = None if filename is None else text_of(filename, f"The file name of {place}")
    loaded = load(source, place, name)
    if isinstance(loaded, str):
        return {"type": "file", "file": {"file_url": loaded, **({"filename": name} if name else {})}}
    if loaded.mime_type is None:
        hint = 'Pass a file name that does, filename="notes.txt", or a data URL.'
        raise ContentError(f"Nothing says what {place} is.", hint)
    called = name or loaded.filename or _default_name(loaded)
    return {"type": "file", "file": {"file_data": loaded.url, "filename": called}}


def _default_name(data: Data) -> str:
    from mimetypes import guess_extension

    mime_type = data.mime_type or ""
    return f"file{guess_extension(mime_type) or '.' + mime_type.partition('/')[2]}"


def _of_kind(data: Data, wanted: str, place: str) -> Data:
    if data.mime_type is None:
        hint = f"Pass a data URL, data:{wanted}/TYPE;base64,DATA, or a path whose ending says it."
        raise ContentError(f"What {place} holds does not say which kind of {wanted} it is.", hint)
    if data.mime_type.partition("/")[0] != wanted:
        raise ContentError(
            f"{place} is {data.mime_type} and no {wanted}.", "Pass it as a file: g4f_lite.parts.file(...)."
        )
    return data


def _detail(value: object, place: str) -> dict[str, Any]:
    if value is None:
        return {}
    if value not in _DETAILS:
        shown = shorten(repr(value), 60)
        raise ContentError(
            f"The detail of {place} is {shown}; it has to be one of {join_names(_DETAILS)}.", "Change it."
        )
    return {"detail": value}


# --- from a part --------------------------------------------------------------------------------


def normal_part(part: object, place: str, role: str) -> Part:
    """Return a fresh part in the one form.

    Raises:
        Unfit: it is none, or none that a message of this role can hold.
    """
    if isinstance(part, str):
        return {"type": "text", "text": text_of(part, place)}
    if not isinstance(part, Mapping):
        hint = 'Write {"type": "text", "text": "..."}, or use g4f_lite.parts.image(...), audio(...) or file(...).'
        raise ContentError(f"{place} has to be a part, not {kind(part)}.", hint)
    allowed = {"user": _IN_USER, "assistant": _IN_ASSISTANT}.get(role, _IN_OTHERS)
    name = part.get("type")
    form = _FORMS.get(name) if isinstance(name, str) else None
    if form is None:
        what = f"the type {shorten(repr(name), 60)}" if "type" in part else "no 'type'"
        near = format_suggestion(find_similar_names(name, allowed) if isinstance(name, str) else ())
        raise ContentError(
            f"{place} has {what}.{near} In a message of the role {role!r} it can be {join_names(allowed)}.",
            "Change it.",
        )
    type_, key, further, make = form
    if type_ not in allowed:
        hint = "Move it to a message of the user." if role != "user" else "Leave it out."
        raise ContentError(
            f"{place} is of the type {name!r}; a message of the role {role!r} can hold {join_names(allowed)}.",
            hint,
        )
    if key not in part:
        raise ContentError(
            f"{place} has no {key!r}.", f'A part of the type {name!r} has the keys "type" and {key!r}.'
        )
    made = make(part[key], f"{place}[{key!r}]", part)
    return {**made, **copy_unknown_keys(part, ("type", key, further, *made), place)}


def _words(value: object, place: str, part: Mapping[str, Any]) -> Part:
    return {"type": part["type"], part["type"]: text_of(value, place)}


def _image(value: object, place: str, part: Mapping[str, Any]) -> Part:
    if not isinstance(value, Mapping):
        return image_part(value, place, part.get("detail"))
    url = text_of(required(value, "url", place), f"{place}['url']")
    made = image_part(url, f"{place}['url']", value.get("detail", part.get("detail")))
    made["image_url"].update(copy_unknown_keys(value, ("url", "detail"), place))
    return made


def _audio(value: object, place: str, part: Mapping[str, Any]) -> Part:
    if not isinstance(value, Mapping):
        return audio_part(value, place, part.get("format"))
    data = text_of(required(value, "data", place), f"{place}['data']")
    sound = _sound_in(data, f"{place}['data']")
    made = _sound(sound, place, value.get("format", part.get("format")))
    made["input_audio"].update(copy_unknown_keys(value, ("data", "format"), place))
    return made


def _sound_in(text: str, place: str) -> Data:
    from base64 import b64decode

    if text[:5].lower() == "data:":
        return parsed(text, place)
    check_base64(text, place)
    return Data(detect_media_type(b64decode(text[:64])), text)


def _file(value: object, place: str, part: Mapping[str, Any]) -> Part:
    if not isinstance(value, Mapping):
        return file_part(value, place, part.get("filename"))
    given = [key for key in _FILE_KEYS if value.get(key) is not None]
    if len(given) != 1:
        hint = "Give it one of these; g4f_lite.parts.file(pathlib.Path(...)) does."
        raise ContentError(f"{place} has {join_names(given)} of {join_names(_FILE_KEYS)}.", hint)
    key = given[0]
    text = text_of(value[key], f"{place}[{key!r}]")
    filename = value.get("filename", part.get("filename"))
    name = {} if filename is None else {"filename": text_of(filename, f"{place}['filename']")}
    if key == "file_data":
        data = parsed(text, f"{place}[{key!r}]") if text[:5].lower() == "data:" else None
        if data is None:
            raise ContentError(
                f"{place}[{key!r}] is no data URL.", "Write data:application/pdf;base64,DATA, say."
            )
        name = name or {"filename": _default_name(data)}
    elif not text or (key == "file_url" and not is_address(text)):
        raise ContentError(
            f"{place}[{key!r}] is no {'address' if key == 'file_url' else 'identifier'}.", "Correct it."
        )
    return {
        "type": "file",
        "file": {key: text, **name, **copy_unknown_keys(value, (*_FILE_KEYS, "filename"), place)},
    }


_Form = tuple[str, str, str, Callable[[object, str, Mapping[str, Any]], Part]]
_FORMS: dict[str, _Form] = {
    "text": ("text", "text", "text", _words),
    "refusal": ("refusal", "refusal", "refusal", _words),
    "image_url": ("image_url", "image_url", "detail", _image),
    "image": ("image_url", "image", "detail", _image),
    "input_audio": ("input_audio", "input_audio", "format", _audio),
    "audio": ("input_audio", "audio", "format", _audio),
    "file": ("file", "file", "filename", _file),
}
"""By the type that a part says: the type that it is, its key, a further key that it may have, and what makes it."""
