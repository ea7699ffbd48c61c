"""The parts of the benchmark that call an OpenAI-compatible service, compared with bare libraries and `openai`.

Ours is the `openai` provider, through `ChatCompletion` and through `Client`. The service is `service.c`.
"""

import asyncio
import contextlib
import functools
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

import clients
import floor
import service
from measure import Row, cpu_of, first_byte, growth, interleaved

from g4f_lite import ChatCompletion

ROUNDS = 7
TASKS = 64
OURS = {"ours": "ChatCompletion", "client": "Client"}
ASK = [str(Path(sys.executable).with_name("g4f-lite")), "ask", "--provider", "openai", "hello"]

# What `g4f-lite ask` does, written with requests alone.
BARE = f"""
import json, sys
import requests
with requests.Session() as session:
    response = session.post(sys.argv[1] + "/v1/chat/completions", json={clients.STREAM_BODY!r},
                            headers={clients.HEADERS!r}, stream=True, timeout=(10, 600))
    response.raise_for_status()
    for line in response.iter_lines():
        if line.startswith(b"data: ") and line != b"data: [DONE]":
            text = json.loads(line[6:])["choices"][0]["delta"].get("content")
            if text:
                print(text, end="", flush=True)
"""

Part = Callable[[str], Iterator[Row]]


def served(part: Part) -> Part:
    """Return `part` with the address of the service in C. Without a compiler it yields no rows."""

    @functools.wraps(part)
    def run(_: str) -> Iterator[Row]:
        if service.compiler() is None:
            print("  left out: there is no C compiler for the service", file=sys.stderr)
            return
        with service.running() as base:
            yield from part(base)

    return run


def compared(
    what: str,
    costs: Mapping[str, float],
    library: str,
    official: float,
    bare: Mapping[str, float] | None = None,
) -> Iterator[Row]:
    """Compare g4f_lite with the `openai` package and the bare library.

    Args:
        what: what is measured.
        costs: the cost in µs by client: "ours", "client", "openai" and "bare".
        library: the name of the bare library.
        official: the bound of the ratio to the `openai` package.
        bare: the bounds of the ratio to the bare library by client; 1.5 for a client that is not named.
    """
    bounds = bare or {}
    for name, shown in OURS.items():
        yield Row(f"{shown}: {what}, over openai", costs[name], "µs", costs["openai"], official)
        yield Row(f"{shown}: {what}, over {library}", costs[name], "µs", costs["bare"], bounds.get(name, 1.5))


@served
def calling(base: str) -> Iterator[Row]:
    """Measure a synchronous call and a synchronous streamed event."""
    large, each = clients.Sync(base), clients.Sync(f"{base}/each")

    def costs(functions: Mapping[str, clients.Call], times: int, parts: int) -> dict[str, float]:
        measured = {name: functools.partial(cpu_of, call, times) for name, call in functions.items()}
        return {name: cost / parts for name, cost in interleaved(ROUNDS, **measured).items()}

    yield from compared("CPU per call of 1 KB", costs(large.calls(), 200, 1), "session.post", 0.6)
    for of, how in ((large, "large writes"), (each, "a write each")):
        yield from compared(
            f"CPU per event, {how}", costs(of.streams(), 3, service.EVENTS), "iter_lines", 0.1
        )


@served
def concurrently(base: str) -> Iterator[Row]:
    """Measure calls of many concurrent tasks, and an asynchronous streamed event."""
    rates: dict[str, list[float]] = {}
    with _loop() as run:
        large, each = run(_made(base)), run(_made(f"{base}/each"))

        def together(name: str, call: clients.AsyncCall) -> float:
            began = time.perf_counter()
            cost = cpu_of(lambda: run(clients.at_once(call, TASKS, 10)), 1)
            rates.setdefault(name, []).append(TASKS * 10 / (time.perf_counter() - began))
            return cost / TASKS / 10

        def streamed(call: clients.AsyncCall) -> float:
            return cpu_of(lambda: run(_awaited(call)), 3) / service.EVENTS

        calls = {name: functools.partial(together, name, call) for name, call in large.calls().items()}
        yield from compared(
            f"CPU per call, {TASKS} at once",
            interleaved(ROUNDS, **calls),
            "aiohttp",
            0.12,
            {"ours": 1.3, "client": 1.6},
        )
        for name, found in rates.items():
            yield Row(f"{OURS.get(name, name)}: calls a second by the clock", median(found), "/s")
        for of, how in ((large, "large writes"), (each, "a write each")):
            streams = {name: functools.partial(streamed, call) for name, call in of.streams().items()}
            yield from compared(f"async CPU per event, {how}", interleaved(ROUNDS, **streams), "aiohttp", 0.1)
        run(large.close())
        run(each.close())


@served
def paced(base: str) -> Iterator[Row]:
    """One streamed event a millisecond, as models send them, asynchronously.

    Nearly all of its cost is waking up for an event, which the other streams hide: their events come together.
    The floor is that of the machine and of asyncio: a protocol that counts what it gets and does nothing else.
    """
    address = f"{base}/paced"
    with _loop() as run:
        made = run(_made(address))
        functions: dict[str, Callable[[], float]] = {
            name: functools.partial(_cpu_per_paced_event, run, call) for name, call in made.streams().items()
        }
        functions["floor"] = functools.partial(
            _cpu_per_paced_event, run, functools.partial(floor.count_reads, address)
        )
        costs = interleaved(ROUNDS, **functions)
        yield from compared("async CPU per event, one a millisecond", costs, "aiohttp", 0.6)
        yield Row("asyncio alone: CPU per event, one a millisecond", costs["floor"], "µs")
        run(made.close())


def _cpu_per_paced_event(run: Callable[[Awaitable[object]], object], call: clients.AsyncCall) -> float:
    return cpu_of(lambda: run(_awaited(call)), 1) / service.PACED_EVENTS


@contextlib.contextmanager
def _loop() -> Iterator[Callable[[Awaitable[object]], object]]:
    """Yield a function that runs a coroutine in an event loop, the same one each time."""
    loop = asyncio.new_event_loop()
    try:
        yield loop.run_until_complete
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _made(base: str) -> clients.Async:
    return clients.Async(base)


async def _awaited(call: clients.AsyncCall) -> str:
    return await call()


@served
def starting(base: str) -> Iterator[Row]:
    """Measure the time from process start to the first token of a service that is a row of the table."""
    address = {"OPENAI_BASE_URL": f"{base}/v1", "OPENAI_API_KEY": clients.KEY}
    times = interleaved(
        ROUNDS,
        bare=lambda: first_byte([sys.executable, "-c", BARE, base]),
        ours=lambda: first_byte(ASK, address),
    )
    yield Row("ask of openai, start to first token, over requests", times["ours"], "ms", times["bare"])


@served
def enduring(base: str) -> Iterator[Row]:
    """Measure memory and descriptors over many calls and cancelled streams, synchronous and asynchronous."""
    whole = {"provider": "openai", "model": clients.MODEL, "messages": clients.MESSAGES, "auth": clients.KEY}
    calls = {**whole, "base_url": f"{base}/v1"}
    endless = {**whole, "base_url": f"{base}/endless/v1", "stream": True}

    def cancel() -> None:
        with ChatCompletion.create(**endless) as stream:
            next(stream)

    async def call_async() -> None:
        await ChatCompletion.acreate(**calls)

    async def cancel_async() -> None:
        async with ChatCompletion.acreate(**endless) as stream:
            await anext(stream)

    yield from growth("calls of openai", lambda: ChatCompletion.create(**calls), 1000, 9000)
    yield from growth("cancelled streams of openai", cancel, 200, 1000)
    with _loop() as run:
        yield from growth("async calls of openai", lambda: run(call_async()), 1000, 9000)
        yield from growth("cancelled async streams of openai", lambda: run(cancel_async()), 200, 1000)
