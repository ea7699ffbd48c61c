"""Every recorded answer of every service, with every split, cut and way of reading it."""

import asyncio
import contextlib
import importlib.util
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_case import KEY, Case, ErrorCase

from g4f_lite import ChatCompletion, registry
from g4f_lite._core.calls.accumulator import ResponseAccumulator
from g4f_lite.errors import G4FLiteError, ProviderError, ProviderStatusError, ProviderTimeoutError
from g4f_lite.kit import http
from g4f_lite.testing import Reply, Stall, Upstream, cut

FAMILIES = sorted(Path(__file__).parent.glob("*/cases.py"))


def load(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"cases_of_{file.parent.name}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULES = [load(file) for file in FAMILIES]
CASES = [case for module in MODULES for case in module.CASES]
ERRORS = [case for module in MODULES for case in getattr(module, "ERRORS", ())]
CHATS = [case for case in CASES if case.function == "completion"]
STREAMS = [case for case in CHATS if case.stream]
PROVIDERS = sorted({case.provider for case in STREAMS})

FUNCTIONS = {"completion": "create", "embedding": "embed", "models": "list_models"}


def cases(found):
    return pytest.mark.parametrize("case", found, ids=lambda case: f"{case.provider}-{case.id}")


@pytest.fixture(autouse=True)
def _register_providers(request, provided):
    """Register every provider that a test names."""
    arguments = getattr(request.node, "callspec", None)
    values = arguments.params.values() if arguments else ()
    for value in values:
        if isinstance(value, (Case, ErrorCase)):
            provided(value.provider)
        elif isinstance(value, str) and value in PROVIDERS:
            provided(value)


def exchange(case, base_url="http://127.0.0.1:9"):
    """Return the provider's exchange for a case, without sending it."""
    provider = registry.get(case.provider)
    function = getattr(provider, FUNCTIONS[case.function])
    call = getattr(function, "call", function)
    arguments = {"base_url": base_url, "auth": KEY, **case.options}
    if case.function == "completion":
        arguments |= {"model": case.model, "messages": case.messages, "stream": case.stream}
    elif case.function == "embedding":
        arguments |= {"model": case.model, "input": case.options.get("input", ["a", "b"])}
    return call(**arguments)


def decoded(case, chunks):
    """Return the items of a body in these chunks, and the error at its end or None."""
    decoder = exchange(case).decoder
    items = []
    try:
        for data in chunks:
            items.extend(collect_items(decoder.feed(data), items))
        items.extend(collect_items(decoder.close(), items))
    except ProviderError as error:
        return join_texts(items), error
    return join_texts(items), None


def collect_items(found, items):
    """Add the items to `items` one by one, so that those before an error are kept."""
    for item in found:
        items.append(item)
    return ()


def join_texts(items):
    """Join consecutive texts: where a text is split has no meaning."""
    whole = []
    for item in items:
        if whole and type(item) is str and type(whole[-1]) is str:
            whole[-1] += item
        else:
            whole.append(item)
    return whole


def error_identity(error):
    """Return what of an error must not depend on the split of its bytes."""
    return None if error is None else (type(error), str(error))


APART = 512
"""Bytes between two cuts of one body: each part has several events, which limits the number of decodings."""


@cases(CASES)
def test_every_split_gives_the_same_items(case):
    """A recorded body gives the same items for a split at any byte, at several places, and byte by byte."""
    items, error = decoded(case, [case.body])
    assert (type(error) if error else None) is case.error or isinstance(error, case.error or ())
    for offset in range(1, min(APART, len(case.body) - 1) + 1):
        again, failure = decoded(case, cut(case.body, range(offset, len(case.body), APART)))
        assert (again, error_identity(failure)) == (items, error_identity(error)), offset
    single = [case.body[place : place + 1] for place in range(len(case.body))]
    again, failure = decoded(case, single)
    assert (again, error_identity(failure)) == (items, error_identity(error))


@pytest.mark.skipif(not CASES, reason="there are no cases")
@given(case=st.sampled_from(CASES or [None]), offsets=st.lists(st.integers(0, 1 << 16), max_size=40))
def test_many_cuts_give_the_same_items(case, offsets):
    """A recorded body gives the same items for any split."""
    if not registry.knows(case.provider):
        pytest.skip("its entry point is not installed")
    items, error = decoded(case, [case.body])
    again, failure = decoded(case, cut(case.body, offsets))
    assert (again, error_identity(failure)) == (items, error_identity(error))


EDGE = 3


def endings(case):
    """Return the offsets to cut a body at: near each end of a line, and each fourth byte; other cases shift them."""
    body = case.body.rstrip()
    edges = {0, len(body), *(found.end() for found in re.finditer(rb"\n+", body))}
    near = {edge + step for edge in edges for step in range(-EDGE, EDGE + 1)}
    return [at for at in range(len(body)) if at in near or (at + CASES.index(case)) % 4 == 0]


@pytest.mark.slow
@cases([case for case in STREAMS if case.error is None])
def test_a_cut_stream_is_no_whole_answer(case):
    """A stream that is cut anywhere gives the beginning of the answer, and an error that more was expected."""
    whole, _ = decoded(case, [case.body])
    text = "".join(item for item in whole if isinstance(item, str))
    for offset in endings(case):
        items, error = decoded(case, [case.body[:offset]])
        got = "".join(item for item in items if isinstance(item, str))
        assert text.startswith(got), offset
        if error is None and not case.ends_early:
            assert got == text, offset
            lost = [item for item in whole if item not in items]
            assert all(type(item).__name__ in ("Usage", "Metadata", "Served") for item in lost), (
                offset,
                lost,
            )


@cases([case for case in CASES if not case.stream and case.error is None and case.function == "completion"])
def test_a_cut_whole_answer_is_an_error(case):
    """A body of one JSON value that is cut anywhere raises an error and gives no items."""
    for offset in endings(case):
        items, error = decoded(case, [case.body[:offset]])
        assert error is not None, offset
        assert items == [], offset


ODD = [True, -1, 2.5, float("inf"), "\ud800", [None], [[]], {"type": []}, {"text": 5}]
"""Values of the wrong type for most fields."""


def fields(value, path=()):
    """Yield the path to each value in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from fields(item, (*path, name))


def replaced(value, path, other):
    """Return a JSON value with another value at a path."""
    if not path:
        return other
    inner = dict(value) if isinstance(value, dict) else list(value)
    inner[path[0]] = replaced(value[path[0]], path[1:], other)
    return inner


def values_in(body):
    """Yield the JSON values of a body, each with the bytes before and after it."""
    with contextlib.suppress(ValueError):
        yield b"", json.loads(body), b""
        return
    for found in re.finditer(rb"(?m)^(?:data: ?)?(\{.*?)\r?$", body):
        with contextlib.suppress(ValueError):
            yield body[: found.start(1)], json.loads(found[1]), body[found.end(1) :]


@pytest.mark.slow
@pytest.mark.parametrize("family", range(len(MODULES)), ids=lambda number: FAMILIES[number].parent.name)
def test_odd_values_are_no_crash(family, provided):
    """Any value in any field gives an answer or a provider error, and no other exception."""
    seen = set()
    for case in MODULES[family].CASES:
        provided(case.provider)
        for before, value, behind in values_in(case.body):
            for path in fields(value):
                place = (
                    case.function,
                    case.stream,
                    *("*" if isinstance(step, int) else step for step in path),
                )
                kind = value.get("type") if isinstance(value, dict) else None
                if (kind, place) in seen:
                    continue
                seen.add((kind, place))
                for odd in ODD:
                    body = before + json.dumps(replaced(value, path, odd)).encode() + behind
                    items, _ = decoded(case, [body])
                    if case.function == "completion":
                        gathered = ResponseAccumulator()
                        for item in items:
                            gathered.add(item)
    assert seen


@pytest.mark.parametrize("ident", ["function-call", "responses-text", "overloaded-inside"])
def test_deep_values_are_no_crash(ident, provided):
    """A value that can be read, but is nested too deeply to be written, raises a provider error."""
    case = next(case for case in CASES if case.id == ident)
    provided(case.provider)
    for before, value, behind in values_in(case.body):
        for path in fields(value):
            text = json.dumps(replaced(value, path, "@"))
            for depth in range(900, 1000, 15):
                body = before + text.replace('"@"', "[" * depth + "]" * depth).encode() + behind
                items, error = decoded(case, [body])
                assert items or error


# --- over a socket --------------------------------------------------------------------------------


def reply(case, body=None):
    headers = {"content-type": case.media_type, **case.headers}
    return Reply(case.body if body is None else body, headers=headers)


def ask(case, upstream):
    return {
        "provider": case.provider,
        "model": case.model,
        "messages": case.messages,
        "stream": case.stream,
        "base_url": upstream.url,
        "auth": KEY,
        **case.options,
    }


def collected(case, upstream):
    """Return the completion of a synchronous call, or its error."""
    try:
        answer = ChatCompletion.create(**ask(case, upstream))
        if case.stream:
            for _ in answer:
                pass
    except G4FLiteError as error:
        return error
    return answer.completion


async def acollected(case, upstream):
    """Return the completion of an asynchronous call, or its error."""
    try:
        answer = ChatCompletion.acreate(**ask(case, upstream))
        if case.stream:
            async for _ in answer:
                pass
            return answer.completion
        return (await answer).completion
    except G4FLiteError as error:
        return error


WAYS = ["sync", "thread", "native"]


def run(way, case, upstream, monkeypatch):
    if way == "sync":
        return collected(case, upstream)
    if way == "thread":
        monkeypatch.setattr(http, "has_async", lambda: False)
    elif not http.has_async():
        pytest.skip("the extra `async` is not installed")
    return asyncio.run(acollected(case, upstream))


@pytest.mark.parametrize("way", WAYS)
@cases(CHATS)
def test_the_completion_has_what_was_recorded(case, way, monkeypatch):
    """Read synchronously, in a thread or natively, over a socket, the answer is the recorded one."""
    with Upstream(reply(case)) as upstream:
        result = run(way, case, upstream, monkeypatch)
    if case.error is not None:
        assert isinstance(result, case.error), result
        assert result.partial_text == (case.text if case.stream else "")
        for name, value in case.error_attributes.items():
            assert getattr(result, name) == value, name
        return
    assert not isinstance(result, Exception), result
    assert result.text == case.text
    assert result.reasoning == case.reasoning
    assert result.refusal == case.refusal
    assert tuple((call.name, call.arguments) for call in result.tool_calls) == case.tool_calls
    assert all(call.id for call in result.tool_calls)
    assert result.finish_reason == case.finish_reason
    assert (result.usage and result.usage[:2]) == case.usage
    assert len(result.media) == case.media
    assert len(result.citations) == case.citations
    if case.choices:
        assert tuple(choice.text for choice in result.choices) == case.choices
    assert result.provenance.provider == case.provider


@cases([case for case in CASES if case.function != "completion"])
def test_lists_and_vectors_are_what_was_recorded(case):
    """The models, or the vectors by position, are the recorded ones."""
    with Upstream(reply(case)) as upstream:
        items = list(exchange(case, upstream.url))
    if case.function == "models":
        assert tuple(item for item in items if isinstance(item, str)) == case.names
        return
    vectors = {item.position: item.values for item in items if type(item).__name__ == "Vector"}
    assert set(vectors) == set(range(len(case.vectors)))
    for position, values in enumerate(case.vectors):
        assert vectors[position] == pytest.approx(list(values), abs=1e-6)


# --- failures -------------------------------------------------------------------------------------

STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529]


def everything_shown_of(error):
    """Return everything of an error that a program or a log can show."""
    seen, waiting = [], [error]
    while waiting:
        step = waiting.pop()
        if step is not None and step not in seen:
            seen.append(step)
            waiting += [step.__cause__, step.__context__]
    shown = [*map(str, seen), *map(repr, seen), *(str(getattr(step, "__notes__", "")) for step in seen)]
    shown += [str(vars(step)) for step in seen]
    shown += traceback.format_exception(type(error), error, error.__traceback__)
    shown.append(repr(pickle.dumps(error)))
    return "\n".join(shown)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_statuses_are_typed_errors_without_the_key(provider, way, monkeypatch):
    """Any status raises its typed error, which hides a key that the body repeats."""
    case = next(case for case in STREAMS if case.provider == provider)
    body = f'{{"error": {{"message": "bad {KEY} here", "type": "{KEY}"}}, "message": "bad {KEY} here"}}'
    replies = [Reply(body, status=status, headers={"x-echo": KEY}) for status in STATUSES]
    with Upstream(replies) as upstream:
        for status in STATUSES:
            error = run(way, case, upstream, monkeypatch)
            assert type(error) is type(ProviderStatusError.of(status)), status
            assert error.status == status
            assert KEY not in everything_shown_of(error), status
            assert "bad" in str(error), status


@pytest.mark.parametrize("way", WAYS)
@cases(ERRORS)
def test_the_services_own_errors(case, way, monkeypatch):
    """An error in the service's own shape is raised as its class, with its code and its waiting time."""
    sample = next(known for known in CHATS if known.provider == case.provider)
    wanted = Case(id=case.id, provider=case.provider, body=b"", stream=sample.stream, options=case.options)
    headers = {"content-type": "application/json", **case.headers}
    with Upstream(Reply(case.body, status=case.status, headers=headers)) as upstream:
        error = run(way, wanted, upstream, monkeypatch)
    assert type(error) is case.error, error
    assert error.status == case.status
    assert error.retry_after == case.retry_after
    assert case.code is None or error.code == case.code
    assert case.kind is None or error.kind == case.kind
    assert case.check is None or case.check(error)


# --- cancel ---------------------------------------------------------------------------------------


def opening(case):
    """Return the shortest beginning of a body that gives some text."""
    feed = exchange(case).decoder.feed
    for place in range(len(case.body)):
        items = list(feed(case.body[place : place + 1]))
        if any(isinstance(item, str) and item for item in items):
            return case.body[: place + 1]
    raise AssertionError("the case has no text")


TALKING = {
    provider: next(
        (case for case in STREAMS if case.provider == provider and case.text and not case.error), None
    )
    for provider in PROVIDERS
}
SECONDS = 5.0
"""The promised time is 0.1 s, and the usual one 1 ms; on a busy machine a thread may wait for seconds. Other causes
close the connection after ten times this limit: the read timeout is a minute."""

DEADLINES = (0.3, 3.0, 20.0)
"""Deadlines to try one after the other: on a busy machine the first text may arrive after the shortest."""


def assert_closed(upstream, since):
    """Assert that the upstream soon sees the client close the connection, and that nothing more is sent."""
    closed = upstream.wait_closed()
    assert closed.at - since < SECONDS


def open_stream(case, upstream, **limits):
    """Open the stream of a case, and read its first text."""
    stream = ChatCompletion.create(**ask(case, upstream), **limits)
    return stream, next(stream)


async def open_async_stream(case, upstream, **limits):
    """Open the asynchronous stream of a case, and read its first text."""
    stream = ChatCompletion.acreate(**{**ask(case, upstream), "stream": True}, **limits)
    return stream, await stream.__anext__()


def open_stream_in_time(case, upstream):
    """Open a stream with a deadline that has not passed when the first text arrives."""
    for deadline in DEADLINES:
        with contextlib.suppress(ProviderTimeoutError):
            return open_stream(case, upstream, deadline=deadline)
    raise AssertionError("no first text within the longest deadline")


async def open_async_stream_in_time(case, upstream):
    """Open an asynchronous stream with a deadline that has not passed when the first text arrives."""
    for deadline in DEADLINES:
        with contextlib.suppress(ProviderTimeoutError):
            return await open_async_stream(case, upstream, deadline=deadline)
    raise AssertionError("no first text within the longest deadline")


def stalled(case):
    """Serve an answer that begins and then stalls, with the connection open."""
    return reply(case, [opening(case), Stall()])


def talking(provider):
    return next(
        case
        for case in STREAMS
        if case.provider == provider and case.text and case.error is None and not case.choices
    )


@pytest.mark.slow
@pytest.mark.parametrize("how", ["close", "with", "abandon", "other thread", "deadline"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_synchronous_cancel_reaches_the_upstream(provider, how):
    """Closed, left, dropped, closed by another thread or past its deadline: the connection closes at once."""
    case = talking(provider)
    with Upstream(stalled(case)) as upstream:
        stream, first = (open_stream_in_time if how == "deadline" else open_stream)(case, upstream)
        assert case.text.startswith(first)
        since = time.monotonic()
        if how == "close":
            stream.close()
        elif how == "with":
            with stream:
                pass
        elif how == "abandon":
            del stream  # By its last reference: a garbage collection would take longer than the close.
        elif how == "deadline":
            with pytest.raises(ProviderTimeoutError) as caught:
                list(stream)
            assert caught.value.phase == "total"
            since = time.monotonic()
        else:
            closer = threading.Timer(0.05, stream.close)
            closer.start()
            assert list(stream) == []
            closer.join()
        assert_closed(upstream, since)


LEAVINGS = ["aclose", "task", "timeout", "deadline", "whole"]
DEALT = [
    (provider, how, ["thread", "native"][(number + place) % 2])
    for number, provider in enumerate(PROVIDERS)
    for place, how in enumerate(LEAVINGS)
]
"""Each provider with each way to leave, alternately in a thread and natively, so that each pair occurs."""


@pytest.mark.slow
@pytest.mark.parametrize(("provider", "how", "way"), DEALT)
def test_an_asynchronous_cancel_reaches_the_upstream(provider, how, way, monkeypatch):
    """Closed, its task cancelled, timed out or past its deadline: the connection closes at once."""
    case = talking(provider)
    if way == "thread":
        monkeypatch.setattr(http, "has_async", lambda: False)
    elif not http.has_async():
        pytest.skip("the extra `async` is not installed")

    async def scene(upstream):
        stream, first = await (open_async_stream_in_time if how == "deadline" else open_async_stream)(
            case, upstream
        )
        assert case.text.startswith(first)
        if how == "aclose":
            since = time.monotonic()
            await stream.aclose()
        elif how == "timeout":
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(stream.__anext__(), 0.05)
            since = time.monotonic()
        elif how == "deadline":
            with pytest.raises(ProviderTimeoutError) as caught:
                await stream.__anext__()
            assert caught.value.phase == "total"
            since = time.monotonic()
        else:
            task = asyncio.ensure_future(stream.__anext__())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            since = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.to_thread(assert_closed, upstream, since)

    async def whole(upstream):
        task = asyncio.ensure_future(
            ChatCompletion.acreate(**{**ask(case, upstream), "stream": False})  # It still waits for its end.
        )
        await asyncio.to_thread(upstream.wait_for_requests)
        since = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(assert_closed, upstream, since)

    with Upstream(stalled(case)) as upstream:
        asyncio.run((whole if how == "whole" else scene)(upstream))


PROGRAM = """
import sys
from g4f_lite import ChatCompletion
stream = ChatCompletion.create(
    provider=sys.argv[1], model="test-model", messages=[{"role": "user", "content": "Hi"}],
    stream=True, base_url=sys.argv[2], auth="some-test-key",
)
try:
    print(repr(next(stream)), flush=True)
    next(stream)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()  # still alive: it is not the process's end that closes the connection
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_ctrl_c_reaches_the_upstream(provider):
    """Ctrl-C closes the connection of a stream at once, while the program continues."""
    if provider not in registry.names():
        pytest.skip("its entry point is not installed")
    case = talking(provider)
    with Upstream(stalled(case)) as upstream:
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, provider, upstream.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout.readline().strip()
            while child.poll() is None:
                since = time.monotonic()
                child.send_signal(signal.SIGINT)
                try:
                    closed = upstream.wait_closed(timeout=2.0)
                except (
                    AssertionError
                ):  # CPython may lose a signal during an import: a user would press Ctrl-C again.
                    continue
                assert closed.at - since < SECONDS
                break
            assert child.stdout.readline() == "interrupted\n"
        finally:
            child.kill()
            child.wait()
            child.stdin.close()
            child.stdout.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_shows_the_key_of_a_good_call(provider, way, monkeypatch, caplog):
    """The key is sent in one header, and is in no result, repr or log."""
    caplog.set_level("DEBUG")
    case = talking(provider)
    with Upstream(reply(case)) as upstream:
        result = run(way, case, upstream, monkeypatch)
        sent = upstream.requests[0]
    assert KEY not in sent.target
    assert KEY not in sent.body.decode()
    assert sum(KEY in value for _, value in sent.headers) == 1
    assert KEY not in f"{result!r} {result.provenance!r} {result._asdict()!r} {caplog.text}"
    assert KEY not in repr(exchange(case))
