"""The `ScriptedProvider` and the isolated registry."""

import asyncio
import threading

import pytest

from g4f_lite import ChatCompletion, Finish, ProviderConnectionError, Usage, registry
from g4f_lite.testing import Gate, ScriptedProvider, isolated_registry

ASK = {"provider": "scripted", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def play():
    """Return a function that registers a scripted provider and returns it."""
    with isolated_registry() as inside:

        def register(*scripts, **settings) -> ScriptedProvider:
            provider = ScriptedProvider(*scripts, **settings)
            inside.register(provider, name="scripted")
            return provider

        yield register


@pytest.mark.parametrize("native_async", [False, True])
def test_it_fulfils_the_contract(native_async):
    """A scripted provider is valid, with and without an asynchronous function."""
    verdict = registry.judge(ScriptedProvider(["Hi"], native_async=native_async), "scripted")
    assert verdict.valid, verdict.problems


def test_it_answers_with_its_script(play):
    """The answer consists of the text and the events of the script."""
    play(["Hel", "lo", Usage(3, 2), Finish("stop")])
    completion = ChatCompletion.create(**ASK).completion
    assert (completion.text, completion.finish_reason) == ("Hello", "stop")
    assert completion.usage == Usage(3, 2)


def test_it_has_a_default_answer(play):
    """Without a script the answer is "Hello"."""
    play()
    assert ChatCompletion.create(**ASK) == "Hello"


def test_it_records_its_calls(play):
    """Each call is recorded with its arguments, and how its generator ended."""
    provider = play(["a", "b"])
    messages = [{"role": "user", "content": "Hi"}]
    ChatCompletion.create(provider="scripted", messages=messages, temperature=0.5)
    messages[0]["content"] = "changed later"
    with ChatCompletion.create(**ASK, stream=True) as stream:
        next(stream)
    first, second = provider.calls
    assert first.messages == [{"role": "user", "content": "Hi"}]
    assert (first.model, first.stream, first.options) == ("scripted-1", False, {"temperature": 0.5})
    assert (first.ended, second.ended) == ("exhausted", "closed")
    assert second.stream


def test_each_call_plays_the_next_script(play):
    """The n-th call plays the n-th script, and further calls play the last one."""
    play(["one"], ["two"])
    assert [ChatCompletion.create(**ASK) for _ in range(3)] == ["one", "two", "two"]


def test_script_may_be_a_function(play):
    """A function gets the call and returns its script."""
    play(lambda call: [call.messages[-1]["content"], "!"])
    assert ChatCompletion.create(**ASK) == "Hi!"


def test_exceptions_are_raised(play):
    """An exception in the script is raised at its place, after the text before it."""
    provider = play(["Hel", ProviderConnectionError("Broken.")])
    with pytest.raises(ProviderConnectionError) as caught:
        ChatCompletion.create(**ASK)
    assert caught.value.partial_text == "Hel"
    assert provider.calls[0].ended == "raised"


def test_gate_holds_it(play):
    """The provider waits at a gate until the test opens it."""
    gate = Gate()
    play(["Hel", gate, "lo"])
    stream = ChatCompletion.create(**ASK, stream=True)
    assert next(stream) == "Hel"
    reader = threading.Thread(target=gate.wait_reached)
    reader.start()
    threading.Timer(0, gate.open).start()
    assert list(stream) == ["lo"]
    reader.join()


def test_cancel_wakes_it_at_a_gate(play):
    """Closing a stream from another thread ends a provider that waits at a gate."""
    gate = Gate()
    provider = play(["Hel", gate, "lo"])
    stream = ChatCompletion.create(**ASK, stream=True)
    next(stream)
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    gate.wait_reached()
    stream.close()
    assert provider.calls[0].wait_ended() == "closed"
    reader.join()


@pytest.mark.parametrize("native_async", [False, True])
def test_it_answers_asynchronously(play, native_async):
    """The asynchronous call returns the same answer, by the native function if there is one."""
    provider = play(["Hel", "lo"], native_async=native_async)

    async def main() -> str:
        return await ChatCompletion.acreate(**ASK)

    assert asyncio.run(main()) == "Hello"
    call = provider.calls[0]
    assert call.asynchronous is native_async
    assert (call.thread == threading.current_thread().name) is native_async


@pytest.mark.parametrize("native_async", [False, True])
def test_cancelled_task_is_recorded(play, native_async):
    """Cancelling a task that waits at a gate ends the generator, and the call records how."""
    gate = Gate()
    provider = play(["Hel", gate], native_async=native_async)

    async def main() -> None:
        task = asyncio.ensure_future(ChatCompletion.acreate(**ASK))
        await asyncio.to_thread(gate.wait_reached)
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(main())
    assert provider.calls[0].wait_ended() == ("cancelled" if native_async else "closed")


def test_gate_opens_for_a_native_function(play):
    """A gate that another thread opens lets the asynchronous function continue."""
    gate = Gate()
    play(["Hel", gate, "lo"], native_async=True)

    async def main() -> str:
        asyncio.get_running_loop().run_in_executor(None, lambda: (gate.wait_reached(), gate.open()))
        return await ChatCompletion.acreate(**ASK)

    assert asyncio.run(main()) == "Hello"


def test_waiting_for_the_end_of_a_running_call_fails():
    """Waiting for the end of a call that is still running fails after the timeout."""
    provider = ScriptedProvider(["a", "b"])
    stream = provider._create_completion("m", [], True)
    next(stream)
    with pytest.raises(AssertionError, match="has not ended"):
        provider.calls[0].wait_ended(0.01)
    stream.close()
    assert provider.calls[0].wait_ended() == "closed"


def test_isolated_registry_is_empty_and_restores():
    """An isolated registry is empty, and the providers of the process are restored afterwards."""
    before = registry.names()
    with isolated_registry() as inside:
        assert inside.names() == ()
        inside.register(ScriptedProvider(), name="scripted")
        assert inside.names() == ("scripted",)
    assert registry.names() == before


def test_isolated_registry_restores_after_an_error():
    """The registry is restored after an exception, too."""
    before = registry.names()
    with pytest.raises(KeyError), isolated_registry():
        raise KeyError
    assert registry.names() == before
