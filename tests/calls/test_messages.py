"""Validation and normalization of messages with parts."""

import base64
import copy
import json
import os
import pickle
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite import InvalidArgumentError, InvalidMessageError
from g4f_lite.events import Usage
from g4f_lite.messages import ROLES, _media, check_messages, require_inputs
from g4f_lite.parts import audio, file, image
from g4f_lite.results import Answer, Choice, Completion, Provenance, ToolCall

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
WAV = b"RIFF\x24\0\0\0WAVEfmt "
PDF = b"%PDF-1.7\n"
BYTES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0....",
    "image/gif": b"GIF89a......",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "image/bmp": b"BM\x46\0\0\0\0\0\0\0\x36",
    "audio/wav": WAV,
    "audio/mpeg": b"ID3\x04.....",
    "audio/flac": b"fLaC....",
    "audio/ogg": b"OggS....",
    "application/pdf": PDF,
}


def b64(data: bytes) -> str:
    """Return base64 as text."""
    return base64.b64encode(data).decode()


def data_url(mime_type: str, data: bytes) -> str:
    """Return a data URL."""
    return f"data:{mime_type};base64,{b64(data)}"


def parts_of(*parts: Any, role: str = "user") -> Any:
    """Return the normalized content of one message."""
    return check_messages([{"role": role, "content": list(parts)}])[0]["content"]


def assert_refused(message: Any) -> InvalidMessageError:
    """Return the error for the second of two messages; it names the message and has a hint."""
    with pytest.raises(InvalidMessageError) as caught:
        check_messages([{"role": "user", "content": "Hello"}, message])
    error = caught.value
    assert error.index == 1
    assert "messages[1]" in str(error)
    assert error.hint
    assert str(error).endswith(error.hint)
    assert (error.__cause__, error.__context__) == (None, None)
    return error


def outcome(function: Callable[[], Any], kind: type[Exception]) -> tuple[Any, Any]:
    """Return the result of a function and the error of that type that it raises; one of them is None."""
    try:
        return function(), None
    except kind as error:
        return None, error


# --- valid messages, and ways to make them invalid ------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
EXTRA = st.dictionaries(
    st.sampled_from(["cache_control", "x"]),
    st.recursive(st.none() | st.integers() | TEXT, lambda item: st.lists(item, max_size=2), max_leaves=3),
    max_size=2,
)


def with_extra(part: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part with keys that only some services know."""
    return {**part, **extra}


TEXT_PART = TEXT | st.builds(with_extra, st.builds(lambda t: {"type": "text", "text": t}, TEXT), EXTRA)
IMAGE_URL = st.sampled_from(
    ["https://example.org/cat.png", "HTTP://[::1]:80/x?y=1", data_url("image/png", PNG)]
)
DETAIL = st.sampled_from([{}, {"detail": "low"}, {"detail": "auto"}, {"detail": None}])
MEDIA_PART = st.one_of(
    st.builds(
        lambda url, detail: {"type": "image_url", "image_url": {"url": url, **detail}}, IMAGE_URL, DETAIL
    ),
    st.builds(lambda url: {"type": "image_url", "image_url": url}, IMAGE_URL),
    st.builds(
        lambda url, detail: {"type": "image", "image": url, **detail}, IMAGE_URL | st.just(PNG), DETAIL
    ),
    st.just({"type": "input_audio", "input_audio": {"data": b64(WAV), "format": "WAV"}}),
    st.just({"type": "input_audio", "input_audio": {"data": data_url("audio/mpeg", b"x")}}),
    st.just({"type": "file", "file": {"file_data": data_url("application/pdf", PDF), "filename": "a.pdf"}}),
    st.just({"type": "file", "file": {"file_data": data_url("application/pdf", PDF)}}),
    st.just({"type": "file", "file": {"file_id": "file-1"}}),
    st.just({"type": "file", "file": {"file_url": "https://example.org/a.pdf"}}),
)
CALL = st.one_of(
    st.builds(ToolCall, WORD, WORD, TEXT, st.none() | TEXT),
    st.builds(
        lambda call_id, name, arguments: {"id": call_id, "function": {"name": name, "arguments": arguments}},
        WORD,
        WORD,
        TEXT | st.dictionaries(TEXT, st.integers() | TEXT, max_size=2),
    ),
)
THOUGHT = st.builds(lambda text, signature: {"text": text, "signature": signature}, TEXT, st.none() | TEXT)
MESSAGE = st.one_of(
    st.builds(lambda role, text: {"role": role, "content": text}, st.sampled_from(ROLES[:4]), TEXT),
    st.builds(
        lambda parts, extra: {"role": "user", "content": parts, **extra},
        st.lists(TEXT_PART | MEDIA_PART, min_size=1, max_size=3),
        EXTRA,
    ),
    st.builds(
        lambda content, calls, thoughts: {
            "role": "assistant",
            "content": content,
            "tool_calls": calls,
            "reasoning": thoughts,
            "refusal": None,
        },
        st.none() | TEXT | st.lists(TEXT_PART, min_size=1, max_size=2),
        st.lists(CALL, min_size=1, max_size=2),
        st.none() | TEXT | st.lists(THOUGHT, max_size=2),
    ),
    st.builds(
        lambda content, call_id: {"role": "tool", "tool_call_id": call_id, "content": content},
        TEXT | st.lists(TEXT_PART, min_size=1, max_size=2),
        WORD,
    ),
    st.builds(lambda words: {"role": "assistant", "refusal": words}, WORD),
)


@settings(deadline=None)
@given(st.lists(MESSAGE, min_size=1, max_size=3))
def test_normalization_is_idempotent(messages: list[Any]) -> None:
    """Normalized messages stay equal, are plain JSON, and share no object with the caller's messages."""
    before = copy.deepcopy(messages)
    normalized = check_messages(messages)
    assert messages == before
    assert check_messages(normalized) == normalized
    assert json.loads(json.dumps(normalized)) == normalized
    for message in normalized:
        assert isinstance(message["content"], (str, list)) or message["role"] == "assistant"
    clear_recursively(normalized)
    assert messages == before


def clear_recursively(value: Any) -> None:
    """Clear all dictionaries and lists in a value."""
    if isinstance(value, dict):
        for item in value.values():
            clear_recursively(item)
        value.clear()
    elif isinstance(value, list):
        for item in value:
            clear_recursively(item)
        value.clear()


WRONG = st.sampled_from([0, 1.5, True, b"x", object(), {"a": 1}, ["", 5], [[]], {}, "\ud800", "a\udfff"])
FREE = {"cache_control", "x", "filename", "detail", "signature", "refusal", "name"}
"""Keys that accept any value, or that are optional."""


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to all values in a message that have a meaning."""
    found = [path] if path else []
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in items:
        if key not in ("cache_control", "x"):
            found += paths_in(item, (*path, key))
    return found


def with_value_at(message: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value at the path; `...` removes the key."""
    copied = copy.deepcopy(message)
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copied


@settings(deadline=None, max_examples=300)
@given(MESSAGE, st.data())
def test_every_wrong_value_is_an_error_with_its_key(message: Any, data: Any) -> None:
    """A value of a wrong type, or a text that cannot be encoded, anywhere in a message is an error that names it."""
    [good] = check_messages([message])
    path = data.draw(st.sampled_from(paths_in(good)))
    wrong = data.draw(WRONG)
    if wrong in ({}, []) or (isinstance(wrong, (dict, list)) and path[-1] in ("tool_calls", "arguments")):
        wrong = 7  # the drawn value has the right type there
    if path[-1] == "image_url" and wrong == b"x":
        wrong = 7
    if good[path[0]] is None or (path[-1] == "signature" and wrong is None):
        return
    error = assert_refused(with_value_at(good, path, wrong))
    assert repr(path[0]) in str(error)


@settings(deadline=None, max_examples=300)
@given(MESSAGE, st.data())
def test_a_missing_key_is_an_error_or_was_optional(message: Any, data: Any) -> None:
    """A message without one of its keys raises `InvalidMessageError`, or is still valid."""
    [good] = check_messages([message])
    path = data.draw(st.sampled_from(paths_in(good)))
    _, error = outcome(lambda: check_messages([with_value_at(good, path, ...)]), InvalidMessageError)
    if error is None:
        optional = {*FREE, "content", "reasoning", "format", "tool_calls", "type"}
        assert path[-1] in optional or isinstance(path[-1], int)
    else:
        assert "messages[0]" in str(error)
        assert error.index == 0


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "role",
                        "content",
                        "type",
                        "text",
                        "image_url",
                        "url",
                        "tool_calls",
                        "user",
                        "file",
                        "function",
                        "id",
                    ]
                )
                | st.text(max_size=3),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
)
def test_any_value_is_valid_or_an_invalid_message_error(value: Any) -> None:
    """No value makes `check_messages` raise anything but `InvalidMessageError`."""
    for messages in (
        value,
        [value],
        [{"role": "user", "content": value}],
        [{"role": "user", "content": [value]}],
    ):
        checked, error = outcome(lambda messages=messages: check_messages(messages), InvalidMessageError)
        if error is None:
            assert check_messages(checked) == checked
        else:
            assert "messages" in str(error)


# --- error messages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (5, "messages[1]['content'][0] has to be a part, not int."),
        ({"text": "x"}, "has no 'type'"),
        ({"type": "img_url", "image_url": "x"}, "Did you mean 'image_url'?"),
        ({"type": "video"}, "it can be text, image_url, input_audio, file"),
        ({"type": ["text"]}, "has the type ['text']"),
        ({"type": "refusal", "refusal": "No."}, "can hold text, image_url, input_audio, file"),
        ({"type": "text"}, "messages[1]['content'][0] has no 'text'."),
        ({"type": "text", "text": "a\ud800"}, "['content'][0]['text'] has a lone surrogate at position 1"),
        ({"type": "text", "text": "a", 5: 1}, "has a key that is no string"),
        ({"type": "text", "text": "a", "x": threading.Lock()}, "['x'] is a lock that cannot be copied"),
        ({"type": "image_url", "image_url": {}}, "['image_url'] has no 'url'."),
        ({"type": "image_url", "image_url": {"url": "cat.png"}}, "pathlib.Path"),
        ({"type": "image_url", "image_url": {"url": PNG}}, "has to be a string, not bytes"),
        ({"type": "image_url", "image_url": 5}, "has to be a URL, a path or bytes, not int"),
        ({"type": "image", "image": "https://"}, "is no URL"),
        ({"type": "image", "image": "https://a b"}, "is no URL"),
        ({"type": "image", "image": b"what"}, "does not say which kind of image"),
        ({"type": "image", "image": PDF}, "is application/pdf and no image"),
        ({"type": "image", "image": b""}, "['image'] is empty"),
        ({"type": "image", "image": PNG, "detail": "much"}, "it has to be one of auto, low, high"),
        ({"type": "image", "image": "data:image/png,x"}, "without `;base64`"),
        ({"type": "image", "image": "data:;base64,eA=="}, "does not say its type"),
        ({"type": "image", "image": "data:image/png;base64,"}, "holds no data"),
        ({"type": "image", "image": "data:image/png;base64,eA="}, "holds no base64"),
        ({"type": "image", "image": "data:image/png;base64,eA\n="}, "holds no base64"),
        ({"type": "image", "image": "data:image/png;base64,e==="}, "holds no base64"),
        ({"type": "image", "image": "data:image/png;base64,e-__"}, "holds no base64"),
        ({"type": "image", "image": "data:image/png;\ud800;base64,eA=="}, "without `;base64`"),
        ({"type": "image", "image": "data:text/plain;base64,eA=="}, "is text/plain and no image"),
        ({"type": "input_audio", "input_audio": {"format": "wav"}}, "['input_audio'] has no 'data'"),
        ({"type": "input_audio", "input_audio": {"data": "eA=="}}, "does not say which format it has"),
        ({"type": "input_audio", "input_audio": {"data": "eA==", "format": "txt"}}, "one of aac, aiff, flac"),
        ({"type": "input_audio", "input_audio": {"data": data_url("audio/x-odd", b"x")}}, "is 'audio/x-odd'"),
        ({"type": "audio", "audio": "https://example.org/a.wav"}, "Fetch it, and pass the bytes."),
        ({"type": "audio", "audio": PNG}, "is image/png and no audio"),
        ({"type": "file", "file": {}}, "has none of file_data, file_id, file_url"),
        ({"type": "file", "file": {"file_id": "a", "file_url": "b"}}, "has file_id, file_url of"),
        ({"type": "file", "file": {"file_id": ""}}, "is no identifier"),
        ({"type": "file", "file": {"file_url": "a.pdf"}}, "is no address"),
        ({"type": "file", "file": {"file_data": "eA=="}}, "is no data URL"),
        ({"type": "file", "file": b"what"}, "Nothing says what"),
        ({"type": "file", "file": Path("/no/such/file")}, "there is no such file"),
        ({"type": "file", "file": Path("/")}, "is the folder '/'"),
        ({"type": "file", "file": Path("a\0b")}, "cannot be read"),
        ({"type": "file", "file": Path("/dev/null")}, "no plain file"),
    ],
)
def test_an_invalid_part_is_an_error_with_its_location(part: Any, words: str) -> None:
    """The error names the message, the part and the key, and what is allowed there."""
    assert words in str(assert_refused({"role": "user", "content": [part]}))


CALLING = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (5, "messages[1] has to be a dictionary, not int."),
        ({}, "messages[1] has no 'role'."),
        ({"role": "user"}, "messages[1] has no 'content'."),
        ({"role": "user", "content": None}, "a string or a list of parts, not None"),
        ({"role": "assistant", "content": None}, "only an assistant's message with tool calls"),
        ({"role": "assistant", "content": None, "tool_calls": []}, "not None"),
        ({"role": "user", "content": []}, "is an empty list"),
        ({"role": "user", "content": {"type": "text", "text": "x"}}, "a part by itself goes into a list"),
        ({"role": "user", "content": b"x"}, "not bytes"),
        ({"role": "usr", "content": "x"}, "Did you mean 'user'?"),
        ({"role": ["user"], "content": "x"}, "it has to be one of system, developer, user, assistant, tool"),
        ({"role": "function", "name": "f", "content": "x"}, "Use the role 'tool'"),
        (
            {"role": "assistant", "content": "", "function_call": {"name": "f"}},
            "what services had before tools",
        ),
        ({"role": "tool", "content": "x"}, "has no 'tool_call_id'"),
        ({"role": "tool", "content": "x", "tool_call_id": 5}, "['tool_call_id'] has to be a string, not int"),
        (
            {"role": "tool", "tool_call_id": "c", "content": [{"type": "image", "image": PNG}]},
            "can hold text.",
        ),
        (
            {"role": "system", "content": [{"type": "image", "image": PNG}]},
            "Move it to a message of the user.",
        ),
        ({"role": "user", "content": "x", "name": 5}, "['name'] has to be a string"),
        ({"role": "user", "content": "x", 5: 5}, "has a key that is no string"),
        ({"role": "user", "content": "x", "tool_calls": [CALLING]}, "Only the assistant calls tools."),
        ({"role": "user", "content": "x", "reasoning": "hm"}, "Only the assistant reasons."),
        ({"role": "assistant", "tool_calls": CALLING}, "['tool_calls'] has to be a list, not dict"),
        ({"role": "assistant", "tool_calls": ["f"]}, "['tool_calls'][0] has to be a dictionary, not str"),
        (
            {"role": "assistant", "tool_calls": [{**CALLING, "id": None}]},
            "[0]['id'] has to be a string, not None",
        ),
        ({"role": "assistant", "tool_calls": [{**CALLING, "id": ""}]}, "[0]['id'] is empty"),
        ({"role": "assistant", "tool_calls": [{**CALLING, "type": "custom"}]}, "it has to be 'function'"),
        (
            {"role": "assistant", "tool_calls": [{**CALLING, "function": "f"}]},
            "['function'] has to be a dictionary",
        ),
        (
            {"role": "assistant", "tool_calls": [{**CALLING, "function": {"name": "f"}}]},
            "['arguments'] has to be",
        ),
        (
            {
                "role": "assistant",
                "tool_calls": [{**CALLING, "function": {"name": "f", "arguments": {"a": {1}}}}],
            },
            "['arguments'] cannot be written as JSON",
        ),
        ({"role": "assistant", "reasoning": 5}, "['reasoning'] has to be a list"),
        (
            {"role": "assistant", "reasoning": [{"signature": "s"}]},
            "['reasoning'][0] has to be a dictionary with",
        ),
    ],
)
def test_an_invalid_message_is_an_error_with_its_location(message: Any, words: str) -> None:
    """The error names the message and the key, and what is allowed there."""
    assert words in str(assert_refused(message))


@pytest.mark.parametrize("messages", [None, "Hello", b"", {}, {"role": "user", "content": "x"}, 5, [], ()])
def test_messages_must_be_a_nonempty_list(messages: Any) -> None:
    """`messages` must be a list with at least one message; the error shows an example."""
    with pytest.raises(InvalidMessageError, match="Pass a list like") as caught:
        check_messages(messages)
    assert caught.value.index is None


# --- normalized forms -----------------------------------------------------------------------------


@pytest.mark.parametrize("mime_type", BYTES)
def test_media_types_are_detected_from_bytes(mime_type: str) -> None:
    """Images, audio and documents of the usual types are detected by their first bytes."""
    data = BYTES[mime_type]
    url = data_url(mime_type, data)
    if mime_type.startswith("image/"):
        assert image(data) == {"type": "image_url", "image_url": {"url": url}}
        assert parts_of({"type": "image", "image": data}) == [image(data)]
    elif mime_type.startswith("audio/"):
        word = {"audio/mpeg": "mp3"}.get(mime_type, mime_type[6:])
        assert audio(data) == {"type": "input_audio", "input_audio": {"data": b64(data), "format": word}}
        assert parts_of({"type": "input_audio", "input_audio": {"data": b64(data)}}) == [audio(data)]
    assert file(data)["file"]["file_data"] == url
    assert file(data)["file"]["filename"].startswith("file.")
    assert parts_of(file(data)) == [file(data)]


@pytest.mark.parametrize("second", [0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2])
def test_mp3_without_a_tag_is_detected(second: int) -> None:
    """The six beginnings of MPEG layer 3 frames are detected, and the similar ones of UTF-16 and AAC are not."""
    assert audio(bytes([0xFF, second, 0, 0]))["input_audio"]["format"] == "mp3"
    for other in (0xFE, 0xF1, 0xD8):
        with pytest.raises(InvalidArgumentError):
            audio(bytes([0xFF, other, 0, 0]))


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_part_or_an_invalid_argument_error(data: bytes) -> None:
    """The helpers raise only `InvalidArgumentError` for any bytes, and their results are valid parts."""
    for make in (image, audio, file):
        part, error = outcome(lambda make=make: make(data), InvalidArgumentError)
        if error is None:
            assert parts_of(part) == [part]
        else:
            assert "`source`" in str(error)
            assert error.argument == "source"
    assert parts_of(file(b"x" + data, "notes.txt"))[0]["file"]["filename"] == "notes.txt"


def test_a_path_is_read_immediately(tmp_path: Path) -> None:
    """The media type of a file comes from its bytes, else its name; its name is sent unless another is given."""
    notes = tmp_path / "notes.txt"
    notes.write_text("Hello")
    part = file(notes)
    notes.unlink()
    assert part["file"] == {"file_data": data_url("text/plain", b"Hello"), "filename": "notes.txt"}
    picture = tmp_path / "picture"
    picture.write_bytes(PNG)
    assert image(picture, "low")["image_url"] == {"url": data_url("image/png", PNG), "detail": "low"}
    assert parts_of({"type": "image", "image": picture, "detail": "low"}) == [image(picture, "low")]
    notes.write_text("Hello")
    assert file(notes, "report")["file"]["filename"] == "report"
    assert file(PDF, filename="a.pdf")["file"]["filename"] == "a.pdf"


@pytest.mark.parametrize("make", [image, audio, file])
def test_an_unreadable_path_is_an_error(make: Any, tmp_path: Path) -> None:
    """A missing file, a folder, a pipe and an empty file are errors with the path, and a pipe does not block."""
    pipe, empty = tmp_path / "pipe", tmp_path / "empty"
    os.mkfifo(pipe)
    empty.touch()
    for path, words in (
        (tmp_path / "no", "no such file"),
        (tmp_path, "folder"),
        (pipe, "no plain file"),
        (empty, "empty"),
    ):
        with pytest.raises(InvalidArgumentError, match=words) as caught:
            make(path)
        assert caught.value.argument == "source"
        pickle.loads(pickle.dumps(caught.value))
    with pytest.raises(InvalidArgumentError, match=r"which is no URL\. For a file, pass pathlib\.Path"):
        make("cat.png")


def test_sources_over_the_size_limit_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    """A file, bytes or a data URL over the size limit is refused, and one at the limit is accepted."""
    monkeypatch.setattr(_media, "MAX_MEDIA_BYTES", 1 << 20)
    large = tmp_path / "large.png"
    large.write_bytes(PNG + b"\0" * (1 << 20))
    for source in (large, large.read_bytes(), data_url("image/png", large.read_bytes())):
        with pytest.raises(InvalidArgumentError, match="larger than 1 MiB"):
            image(source)
    assert image(large.read_bytes()[: 1 << 20])


def test_a_failing_path_like_object_is_an_argument_error() -> None:
    """A path-like object that raises is an error of the argument."""

    class Odd:
        def __fspath__(self) -> str:
            raise RuntimeError

    with pytest.raises(InvalidArgumentError, match="is no path: RuntimeError"):
        image(Odd())


def test_urls_and_unknown_keys_are_unchanged() -> None:
    """URLs, data URLs and unknown keys of a part are passed on unchanged."""
    for url in ("https://example.org/a?b=c#d", "data:IMAGE/png;name=x;base64,eA=="):
        assert image(url) == {"type": "image_url", "image_url": {"url": url}}
    assert file("https://example.org/a.pdf")["file"] == {"file_url": "https://example.org/a.pdf"}
    part = {
        "type": "image_url",
        "image_url": {"url": "https://example.org/a", "x": [1]},
        "cache_control": {"a": 1},
    }
    assert parts_of(part) == [part]
    short = {"type": "image_url", "image_url": "https://example.org/a", "detail": "high"}
    assert parts_of(short) == [image("https://example.org/a", "high")]


def test_a_string_in_the_parts_is_a_text_part() -> None:
    """A string among the parts becomes a text part, and a tuple of parts becomes a list."""
    checked = check_messages(({"role": "user", "content": ("What is this?", image(PNG))},))
    assert checked[0]["content"] == [{"type": "text", "text": "What is this?"}, image(PNG)]


def test_any_mapping_is_a_message() -> None:
    """Messages, parts and tool calls may be any mappings; the results are dictionaries."""
    part = MappingProxyType({"type": "text", "text": "Hello"})
    [checked] = check_messages([MappingProxyType({"role": "user", "content": [part]})])
    assert checked == {"role": "user", "content": [{"type": "text", "text": "Hello"}]}
    assert (type(checked), type(checked["content"][0])) == (dict, dict)


def provenance() -> Provenance:
    """Return some provenance."""
    return Provenance("p", "d", "1", None, "m", True)


def test_the_message_of_a_completion_is_valid() -> None:
    """`Completion.message` is a normalized message, with tool calls, reasoning and signatures."""
    calls = (ToolCall("c1", "f", '{"a": 1}', "sig"), ToolCall("c2", "g", "{broken"))
    for choice in (
        Choice(0, "Hello", "stop"),
        Choice(0, "", "stop"),
        Choice(0, "", "tool_calls", tool_calls=calls, reasoning_parts=(("hm", "s"), ("so", None))),
        Choice(0, "", "stop", refusal="No."),
    ):
        message = Completion("", "stop", Usage(1, 1), provenance(), (choice,)).message
        assert check_messages([message]) == [message]
    [checked] = check_messages([{"role": "assistant", "tool_calls": calls}])
    assert checked["tool_calls"] == Choice(0, "", "tool_calls", tool_calls=calls).message["tool_calls"]
    assert checked["content"] is None


def test_dumped_messages_of_the_openai_package_are_valid() -> None:
    """The values of None and the unknown keys in a dumped message are accepted."""
    dumped = {
        "content": None,
        "refusal": None,
        "role": "assistant",
        "annotations": [],
        "audio": None,
        "function_call": None,
        "tool_calls": [{**CALLING, "index": 0}],
        "reasoning_content": "hm",
    }
    assert check_messages([dumped])[0] == {
        "content": None,
        "role": "assistant",
        "annotations": [],
        "audio": None,
        "tool_calls": [{**CALLING, "index": 0}],
        "reasoning_content": "hm",
    }


def test_tool_call_arguments_may_be_a_mapping() -> None:
    """Arguments that are a mapping are serialized as JSON."""
    call = {"id": "c", "function": {"name": "f", "arguments": {"city": "Köln"}}}
    [checked] = check_messages([{"role": "assistant", "tool_calls": [call]}])
    assert checked["tool_calls"][0]["function"]["arguments"] == '{"city": "Köln"}'


def test_an_answer_may_be_content() -> None:
    """An `Answer` is accepted as content, and the provider gets a plain string."""
    answer = Answer(Completion("Hé", "stop", None, provenance()))
    [checked] = check_messages([{"role": "assistant", "content": answer}])
    assert checked == {"role": "assistant", "content": "Hé"}
    assert type(checked["content"]) is str


# --- supported inputs -----------------------------------------------------------------------------


def test_messages_of_plain_text_are_not_copied() -> None:
    """`require_inputs` returns messages without parts themselves."""
    messages = check_messages([{"role": "user", "content": "Hello"}])
    assert require_inputs(messages, (), "p") is messages


@settings(deadline=None)
@given(st.lists(MESSAGE, min_size=1, max_size=3), st.sets(st.sampled_from(["image", "audio", "file"])))
def test_a_provider_only_gets_supported_parts(messages: list[Any], inputs: set[str]) -> None:
    """An unsupported part is an error with its location; otherwise no text is lost, and the argument is unchanged."""
    checked = check_messages(messages)
    before = copy.deepcopy(checked)
    kinds = {"image_url": "image", "input_audio": "audio", "file": "file"}
    unsupported = [
        (index, number)
        for index, message in enumerate(checked)
        for number, part in enumerate(message["content"] if isinstance(message["content"], list) else ())
        if kinds.get(part["type"], "text") not in {"text", *inputs}
    ]
    if unsupported:
        with pytest.raises(InvalidMessageError, match="'prov'") as caught:
            require_inputs(checked, sorted(inputs), "prov")
        assert f"messages[{unsupported[0][0]}]['content'][{unsupported[0][1]}]" in str(caught.value)
        assert caught.value.index == unsupported[0][0]
        assert "g4f-lite providers" in caught.value.hint
        return
    adapted = require_inputs(checked, sorted(inputs), "prov")
    assert checked == before
    assert check_messages(adapted) == adapted
    for message, one in zip(checked, adapted, strict=True):
        if isinstance(message["content"], list) and not inputs:
            assert one["content"] == "\n".join(part[part["type"]] for part in message["content"])
            assert {**one, "content": None} == {**message, "content": None}
        else:
            assert one == message
