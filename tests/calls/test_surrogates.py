"""Characters whose two halves come in two pieces, and halves that stay alone."""

import asyncio
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4f_lite import ChatCompletion, Finish, ToolCallDelta, registry
from g4f_lite.errors import ServiceUnavailableError
from g4f_lite.events import Reasoning, Refusal, Text
from g4f_lite.testing import Reply, ScriptedProvider, Upstream, isolated_registry

HELLO = [{"role": "user", "content": "Hello"}]
LETTERS = st.sampled_from("aé\n中\U0001f600\U0010ffff\ud83d\ude00\ud800\udfff")
CUTS = st.lists(st.integers(0, 24), max_size=6)
KINDS: dict[str, Any] = {
    "text": lambda piece: piece,
    "other choice": lambda piece: Text(piece, 1),
    "reasoning": Reasoning,
    "refusal": Refusal,
    "call 0": lambda piece: ToolCallDelta(0, arguments=piece),
    "call 1": lambda piece: ToolCallDelta(1, arguments=piece),
}


def meant(text: str) -> str:
    """What a text says whose halves stand alone or together, read as UTF-16, which JSON's escapes are."""
    known, place = [], 0
    while place < len(text):
        pair = text[place : place + 2]
        if len(pair) == 2 and "\ud800" <= pair[0] <= "\udbff" and "\udc00" <= pair[1] <= "\udfff":
            known.append(chr(0x10000 + ((ord(pair[0]) - 0xD800) << 10) + ord(pair[1]) - 0xDC00))
            place += 2
        else:
            known.append("\ufffd" if "\ud800" <= pair[0] <= "\udfff" else pair[0])
            place += 1
    return "".join(known)


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    """Cut the JSON of a text between its escapes, and read each piece: what the deltas of a stream say."""
    escaped = json.dumps(text)[1:-1]
    units = []
    while escaped:
        size = {"\\u": 6}.get(escaped[:2], 2 if escaped[0] == "\\" else 1)
        units.append(escaped[:size])
        escaped = escaped[size:]
    borders = [0, *sorted(cut for cut in cuts if cut < len(units)), len(units)]
    parts = ["".join(units[start:end]) for start, end in pairwise(borders)]
    return [json.loads(f'"{part}"') for part in parts]


def played(script: list[Any], *, stream: bool, way: str) -> tuple[list[Any], Any]:
    """Return the events of a script, and its completion."""

    async def read() -> tuple[list[Any], Any]:
        if not stream:
            return [], (await ChatCompletion.acreate(provider="scripted", messages=HELLO)).completion
        answer = ChatCompletion.acreate(provider="scripted", messages=HELLO, stream=True)
        return [item async for item in answer.events()], answer.completion

    with isolated_registry():
        registry.register(ScriptedProvider(script, native_async=way == "native"), name="scripted")
        if way != "sync":
            return asyncio.run(read())
        if not stream:
            return [], ChatCompletion.create(provider="scripted", messages=HELLO).completion
        answer = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
        return list(answer.events()), answer.completion


def told(items: list[Any], kind: str) -> str:
    """Join the pieces of one kind."""
    like = KINDS[kind]("")
    found = []
    for item in items:
        if type(item) is not type(like):
            continue
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, ToolCallDelta):
            found.append(item.arguments if item.position == like.position else "")
        else:
            found.append(item.text)
    return "".join(found)


def gathered(completion: Any, kind: str) -> str:
    """Return what the completion has of one kind."""
    calls = [call.arguments for call in completion.tool_calls]
    return {
        "text": completion.text,
        "other choice": completion.choices[1].text if len(completion.choices) > 1 else "",
        "reasoning": completion.reasoning,
        "refusal": completion.refusal or "",
        "call 0": calls[0] if calls else "",
        "call 1": calls[1] if len(calls) > 1 else "",
    }[kind]


SPOKEN = st.dictionaries(
    st.sampled_from(sorted(KINDS)), st.tuples(st.text(LETTERS, max_size=12), CUTS), min_size=1
)


@settings(deadline=None)
@given(
    SPOKEN, st.booleans(), st.sampled_from(["sync", "thread", "native"]), st.randoms(use_true_random=False)
)
def test_what_is_cut_anywhere_is_whole(
    spoken: dict[str, tuple[str, list[int]]], stream: bool, way: str, order: Any
) -> None:
    """Of every kind, however cut and however the kinds take turns: the pieces join to the text that was meant."""
    waiting = {kind: [KINDS[kind](piece) for piece in pieces_of(*said)] for kind, said in spoken.items()}
    script: list[Any] = [ToolCallDelta(0, "a", "f"), ToolCallDelta(1, "b", "f")]
    while waiting:
        kind = order.choice(sorted(waiting))
        script.append(waiting[kind].pop(0))
        if not waiting[kind]:
            del waiting[kind]
    items, completion = played([*script, "!", Finish("stop")], stream=stream, way=way)
    for kind, (text, _) in spoken.items():
        wanted = meant(text + "!" if kind == "text" else text)
        assert gathered(completion, kind) == wanted
        if stream:
            assert told(items, kind) == wanted
    for item in items:
        repr(item).encode()
    assert not any("\ud800" <= letter <= "\udfff" for letter in repr(completion._asdict()))


@settings(deadline=None)
@given(
    st.text(LETTERS, min_size=1, max_size=12),
    CUTS,
    st.booleans(),
    st.sampled_from(["sync", "thread", "native"]),
)
def test_a_text_that_ends_in_a_half(text: str, cuts: list[int], stream: bool, way: str) -> None:
    """With nothing behind it, a text comes whole as well: its last half as U+FFFD."""
    items, completion = played([*pieces_of(text, cuts), Finish("stop")], stream=stream, way=way)
    assert completion.text == meant(text)
    if stream:
        assert told(items, "text") == meant(text)


@pytest.mark.parametrize("way", ["sync", "thread", "native"])
def test_a_half_is_held_until_the_next_piece(way: str) -> None:
    """What is whole comes at once, and no piece is held that has no half at its end."""
    items, _ = played(["a\ud83d", "", Reasoning("x"), "\ude00b", "é", "\ud83d", "c"], stream=True, way=way)
    assert items == ["a", Reasoning("x"), "\U0001f600b", "é", "\ufffdc"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_of_a_half_is_an_answer(stream: bool) -> None:
    """Half a character and nothing more is an answer of U+FFFD, and not an empty one."""
    _, completion = played(["\ud83d"], stream=stream, way="sync")
    assert completion.text == "\ufffd"


def test_a_failure_leaves_no_half() -> None:
    """The partial text of an answer that broke off within a character ends before it."""

    def script(_: Any) -> Iterator[str]:
        yield "good \ud83d"
        raise ServiceUnavailableError(503)

    with isolated_registry():
        registry.register(ScriptedProvider(script), name="scripted")
        with pytest.raises(ServiceUnavailableError) as caught:
            list(ChatCompletion.create(provider="scripted", messages=HELLO, stream=True))
    assert caught.value.partial_text == "good "


def test_another_provider_goes_on_behind_the_last_whole_character() -> None:
    """What is held back when an answer breaks off is no part of what another provider goes on from."""

    def script(_: Any) -> Iterator[str]:
        yield "good \ud83d"
        raise ServiceUnavailableError(503)

    with isolated_registry():
        registry.register(ScriptedProvider(script), name="first")
        registry.register(ScriptedProvider(["\ude00 day"]), name="second")
        stream = ChatCompletion.create(
            provider=["first", "second"], messages=HELLO, stream=True, continue_from_partial=True
        )
        assert "".join(stream) == "good \ufffd day" == stream.completion.text


BODIES = {
    "openai": (
        'data: {"choices":[{"index":0,"delta":{"content":"a%s"}}]}\n\n'
        'data: {"choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    ),
    "anthropic": (
        'data: {"type":"message_start","message":{"content":[]}}\n\n'
        'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
        'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a%s"}}\n\n'
        'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}\n\n'
        'data: {"type":"message_stop"}\n\n'
    ),
    "gemini": (
        'data: {"candidates":[{"content":{"parts":[{"text":"a%s"}]}}]}\n\n'
        'data: {"candidates":[{"content":{"parts":[{"text":"%s"}]},"finishReason":"STOP"}]}\n\n'
    ),
    "ollama": (
        '{"model":"m","message":{"content":"a%s"}}\n{"model":"m","message":{"content":"%s"}}\n'
        '{"model":"m","done":true}\n'
    ),
    "cohere": (
        'data: {"type":"content-delta","delta":{"message":{"content":{"text":"a%s"}}}}\n\n'
        'data: {"type":"content-delta","delta":{"message":{"content":{"text":"%s"}}}}\n\n'
        'data: {"type":"message-end","delta":{"finish_reason":"COMPLETE"}}\n\n'
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "text"), [(r"\ud83d", r"\ude00", "a😀"), (r"\ud83d", "b", "a\ufffdb")]
)
@pytest.mark.parametrize("provider", BODIES)
def test_the_wire_of_each_service(provider: str, first: str, second: str, text: str) -> None:
    """A pair that a service escapes in two deltas is one character, and a lone half is U+FFFD."""
    with Upstream(Reply(BODIES[provider] % (first, second))) as upstream:
        stream = ChatCompletion.create(
            "m", HELLO, provider=provider, stream=True, base_url=upstream.url, auth="some-key"
        )
        assert "".join(stream) == text
