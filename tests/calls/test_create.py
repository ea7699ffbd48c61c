"""`ChatCompletion.create` with and without `stream`, against a scripted provider."""

import asyncio
import gc
import pickle
import threading
from typing import Any

import pytest

import g4f_lite
from g4f_lite import ChatCompletion, Finish, Registry, Served, Usage
from g4f_lite.testing import Gate, ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]


def test_answer_equals_the_joined_pieces(g4f_lite_registry: Registry) -> None:
    """Without `stream`, the answer is a `str` equal to all pieces joined, and has its completion."""
    provider = ScriptedProvider(["Hel", "", "lo", Usage(3, 2), Finish("stop"), Served("scripted-1-0613")])
    g4f_lite_registry.register(provider, name="scripted")
    answer = ChatCompletion.create(provider="scripted", messages=HELLO)
    assert answer == "Hello"
    assert isinstance(answer, str)
    completion = answer.completion
    assert (completion.text, completion.finish_reason) == ("Hello", "stop")
    assert completion.usage is not None
    assert completion.usage.total_tokens == 5
    assert (completion.provider, completion.model) == ("scripted", "scripted-1-0613")
    assert provider.calls[0].stream is False


def test_answer_survives_pickling(g4f_lite_registry: Registry) -> None:
    """An answer that is pickled and unpickled keeps its text, completion and provenance."""
    g4f_lite_registry.register(ScriptedProvider(["Hello"]), name="scripted")
    answer = ChatCompletion.create(provider="scripted", messages=HELLO)
    copy = pickle.loads(pickle.dumps(answer))
    assert copy == answer
    assert copy.provenance == answer.provenance


def test_stream_delivers_each_piece_immediately(g4f_lite_registry: Registry) -> None:
    """A piece reaches the caller before the provider produces the next one."""
    gate = Gate()
    g4f_lite_registry.register(ScriptedProvider(["Hel", gate, "lo"]), name="scripted")
    with ChatCompletion.create(provider="scripted", messages=HELLO, stream=True) as stream:
        assert next(stream) == "Hel"
        assert not gate.is_reached
        gate.open()
        assert list(stream) == ["lo"]
        assert stream.completion.text == "Hello"
        assert stream.provenance.streamed is True


def test_stream_has_no_completion_before_its_end(g4f_lite_registry: Registry) -> None:
    """Reading `completion` of an unfinished stream raises an error that says what to do."""
    g4f_lite_registry.register(ScriptedProvider(["Hello"]), name="scripted")
    stream = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
    with pytest.raises(g4f_lite.StreamStateError, match="Read the stream to its end"):
        _ = stream.completion
    assert stream.provenance.attempts[0].outcome == "pending"
    assert "".join(stream) == "Hello"
    assert stream.completion.text == "Hello"


@pytest.mark.parametrize("native", [False, True])
def test_provider_without_streaming_gives_one_chunk(g4f_lite_registry: Registry, *, native: bool) -> None:
    """With `supports_stream=False` and `stream=True` one chunk arrives, and the provenance records it."""
    provider = ScriptedProvider(["Hel", "lo"], supports_stream=False, native_async=native)
    loaded = g4f_lite_registry.register(provider, name="whole")
    assert loaded.verdict.notes == ("It answers whole: a stream of it is one chunk.",)
    with ChatCompletion.create(provider="whole", messages=HELLO, stream=True) as stream:
        assert list(stream) == ["Hello"]
        assert stream.provenance.streamed is False

    async def read() -> list[str]:
        return [text async for text in ChatCompletion.acreate(provider="whole", messages=HELLO, stream=True)]

    assert asyncio.run(read()) == ["Hello"]
    assert [call.stream for call in provider.calls] == [False, False]


def test_arguments_are_validated_by_create(g4f_lite_registry: Registry) -> None:
    """A wrong argument raises when `create` is called, not when the stream is first read."""
    g4f_lite_registry.register(_Strict(), name="strict")

    def create(**changes: object) -> object:
        return ChatCompletion.create(**{"provider": "strict", "messages": HELLO, "stream": True, **changes})

    with pytest.raises(g4f_lite.InvalidMessageError, match=r"messages\[0\]\['role'\]"):
        create(messages=[{"role": "robot", "content": "x"}])
    with pytest.raises(g4f_lite.InvalidMessageError, match="lone surrogate at position 1"):
        create(messages=[{"role": "user", "content": "a\ud800"}])
    with pytest.raises(g4f_lite.InvalidMessageError, match="empty"):
        create(messages=[])
    with pytest.raises(g4f_lite.InvalidMessageError, match="not str"):
        create(messages="Hello")
    with pytest.raises(g4f_lite.InvalidMessageError, match="has no 'content'"):
        create(messages=[{"role": "user"}])
    with pytest.raises(g4f_lite.InvalidArgumentError, match="`stream` has to be True or False"):
        create(stream="yes")
    with pytest.raises(g4f_lite.UnsupportedOptionError, match="Did you mean 'temperature'"):
        create(temprature=1)
    with pytest.raises(g4f_lite.InvalidArgumentError, match="takes float, not str"):
        create(temperature="hot")
    with pytest.raises(g4f_lite.ModelNotFoundError, match="Did you mean 'strict-1'"):
        create(model="strict-2")
    with pytest.raises(g4f_lite.InvalidArgumentError, match="above zero"):
        create(temperature=-1.0)
    with pytest.raises(g4f_lite.InvalidArgumentError, match=r"registry\.register"):
        create(provider=object())


class _Strict:
    url = "https://strict.example"
    model = ("strict-1",)
    supports_stream = True
    needs_auth = False

    def _create_completion(
        self,
        model: str,
        messages: list,
        stream: bool,
        *,
        temperature: float = 1.0,
    ) -> object:
        if temperature <= 0:
            raise g4f_lite.InvalidArgumentError("temperature", "`temperature` has to be above zero.")
        return iter(["ok"])

    _create_completion.__annotations__["return"] = __import__("typing").Iterator[str]


def test_dropped_option_is_recorded(g4f_lite_registry: Registry) -> None:
    """With `drop_options=True`, an unsupported option is not passed to the provider, and is recorded."""
    g4f_lite_registry.register(_Strict(), name="strict")
    answer = ChatCompletion.create(
        provider="strict", messages=HELLO, drop_options=True, mood="good", temperature=0.5
    )
    assert answer.provenance.dropped_options == ("mood",)


def test_provider_may_modify_its_messages(g4f_lite_registry: Registry) -> None:
    """A provider that modifies its messages changes neither the caller's messages nor those of a later call."""
    provider = _Vandal()
    g4f_lite_registry.register(provider, name="vandal")
    messages = [{"role": "user", "content": "Hello"}]
    assert ChatCompletion.create(provider="vandal", messages=messages) == "Hello"
    assert messages == [{"role": "user", "content": "Hello"}]
    assert ChatCompletion.create(provider="vandal", messages=messages) == "Hello"


class _Vandal:
    url = "https://vandal.example"
    model = ("m",)
    supports_stream = True
    needs_auth = False

    def _create_completion(self, model: str, messages: list, stream: bool, **kwargs: object):
        yield messages[0].pop("content")
        messages.clear()


@pytest.mark.parametrize("how", ["close", "with", "drop", "never read"])
def test_closing_a_stream_closes_the_provider(g4f_lite_registry: Registry, how: str) -> None:
    """The provider's generator is closed immediately, however the caller closes or drops the stream."""
    provider = ScriptedProvider(["Hel", "lo"])
    g4f_lite_registry.register(provider, name="scripted")
    stream = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
    if how == "never read":
        stream.close()
        assert provider.calls == []
        assert stream.completion.finish_reason == "cancelled"
        return
    assert next(stream) == "Hel"
    if how == "close":
        stream.close()
        stream.close()
    elif how == "with":
        with stream:
            pass
    else:
        gc.disable()  # reference counting alone has to close it
        try:
            del stream
        finally:
            gc.enable()
    assert provider.calls[0].ended == "closed"
    if how != "drop":
        assert stream.completion.text == "Hel"
        assert stream.completion.finish_reason == "cancelled"
        assert stream.provenance.attempts[0].outcome == "cancelled"
        assert list(stream) == []


def test_breaking_out_of_a_loop_closes_the_provider(g4f_lite_registry: Registry) -> None:
    """A `break` out of a `for` loop over an unnamed stream closes the provider's generator."""
    provider = ScriptedProvider(["Hel", "lo"])
    g4f_lite_registry.register(provider, name="scripted")
    for _ in ChatCompletion.create(provider="scripted", messages=HELLO, stream=True):
        break
    assert provider.calls[0].ended == "closed"


def test_close_from_another_thread_ends_a_waiting_reader(g4f_lite_registry: Registry) -> None:
    """`close()` from another thread wakes a waiting reader, and the reader's loop ends without an error."""
    gate = Gate()
    provider = ScriptedProvider(["Hel", gate, "lo"])
    g4f_lite_registry.register(provider, name="scripted")
    stream = ChatCompletion.create(provider="scripted", messages=HELLO, stream=True)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.extend(stream))
    reader.start()
    gate.wait_reached()
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
    assert got == ["Hel"]
    assert provider.calls[0].wait_ended() == "closed"
    assert stream.completion.finish_reason == "cancelled"


def test_cleanup_error_is_recorded_and_not_raised(g4f_lite_registry: Registry) -> None:
    """If the provider's cleanup raises or yields, the provenance records it and `close()` does not raise."""

    def rude(model: str, messages: list, stream: bool, **kwargs: object):
        try:
            yield "a"
        finally:
            yield "b"

    provider = ScriptedProvider()
    provider._create_completion = rude
    g4f_lite_registry.register(provider, name="rude")
    stream = ChatCompletion.create(provider="rude", messages=HELLO, stream=True)
    assert next(stream) == "a"
    stream.close()
    assert "ignored GeneratorExit" in str(stream.provenance.attempts[0].error)


def test_create_works_inside_a_running_loop(g4f_lite_registry: Registry) -> None:
    """The synchronous call works with and without a running event loop."""
    g4f_lite_registry.register(ScriptedProvider(["Hello"]), name="scripted")

    async def main() -> str:
        return ChatCompletion.create(provider="scripted", messages=HELLO)

    assert asyncio.run(main()) == "Hello"


def test_provenance_names_the_provider(g4f_lite_registry: Registry) -> None:
    """The provenance has the provider, its distribution, the requested model and the attempts."""
    g4f_lite_registry.register(ScriptedProvider(["Hello"]), name="scripted")
    provenance = ChatCompletion.create(model="scripted/scripted-1", messages=HELLO).provenance
    assert (provenance.provider, provenance.distribution) == ("scripted", "(program)")
    assert provenance.model_asked == "scripted/scripted-1"
    assert provenance.model_served == "scripted-1"
    (attempt,) = provenance.attempts
    assert (attempt.provider, attempt.model, attempt.outcome) == ("(program):scripted", "scripted-1", "ok")
    assert attempt.seconds >= 0


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ({"provider": "scripted/scripted-1"}, "scripted-1"),
        ({"provider": ["gone", "scripted/scripted-1"]}, "scripted-1"),
        ({"provider": "scripted", "model": "scripted-1"}, "scripted-1"),
        ({"provider": "scripted"}, None),
        ({"provider": ["gone", "scripted"]}, None),
    ],
)
def test_provenance_has_the_requested_model(
    g4f_lite_registry: Registry, named: dict[str, Any], asked: str | None
) -> None:
    """`model_asked` is the model that the caller named, in any form, or None if the caller named none."""
    g4f_lite_registry.register(ScriptedProvider(["Hello"]), name="scripted")
    assert ChatCompletion.create(messages=HELLO, **named).provenance.model_asked == asked
