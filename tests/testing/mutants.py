"""Mutants: providers that break one rule each, with the contract test that has to fail.

Each mutant is one of two healthy providers, an offline one and one with HTTP, with some text replaced.
`test_mutants` writes them to files and runs the suite on them.
"""

from dataclasses import dataclass

OFFLINE = """\
import os, sys, threading, time
from collections.abc import Iterator

url = "https://parrot.example"
model = ["parrot-1", "parrot-2"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool) -> Iterator[str]:
    yield "You said: "
    yield messages[-1]["content"]
"""

HTTP = """\
import requests
from collections.abc import Iterator
from g4f_lite import *
from g4f_lite.kit import http, text

url = "https://service.example"
model = ["service-1"]
supports_stream = True
needs_auth = True
params = "g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"


def _create_completion(
    model: str,
    messages: list,
    stream: bool,
    *,
    auth: str = "",
    base_url: str = "https://service.example",
    timeout: float = 10.0,
) -> Iterator[str]:
    request = http.HTTPRequest(
        base_url,
        json={{"messages": messages}},
        headers={{"Authorization": "Bearer " + auth}},
        timeout=http.check_timeout(timeout),
        secrets=(auth,),
    )
    return text.decode(http.stream(request), text.Utf8Decoder())
"""

YIELDS = """    yield "You said: "
    yield messages[-1]["content"]
"""
ANSWERS = "    return text.decode(http.stream(request), text.Utf8Decoder())\n"

ASYNC = "\n\nasync def _acreate_completion(model: str, messages: list, stream: bool{more}) -> AsyncIterator[str]:\n"
MORE = ', *, auth: str = "", base_url: str = "", timeout: float = 10.0'

# The code of the first provider of this project; code written in a hurry often looks like it.
HASTY = """\
    response = requests.post(base_url, json={"messages": messages}, stream=True, timeout=timeout)
    for token in response.iter_content(chunk_size=2046):
        yield token.decode()
"""
KEPT_OPEN = """\
    response = requests.post(base_url, json={"messages": messages}, stream=True, timeout=timeout)
    pieces = response.iter_content(None)
    OPEN.append(pieces)
    for piece in pieces:
        yield piece.decode()

OPEN = []
"""
SWALLOWING = """\
    try:
        yield from text.decode(http.stream(request), text.Utf8Decoder())
    except Exception as error:
        {}
"""


@dataclass(frozen=True)
class Mutant:
    """One broken provider.

    Attributes:
        name: what is broken.
        caught_by: the test that has to fail.
        source: the source of the provider.
        message: the text that the failure has to contain.
        sabotage: the body of a fixture, for a rule that a provider alone cannot break.
    """

    name: str
    caught_by: str
    source: str
    message: str = ""
    sabotage: str = ""

    @property
    def on_http(self) -> bool:
        return "base_url" in self.source


def offline(name: str, caught_by: str, old: str, new: str, message: str = "", sabotage: str = "") -> Mutant:
    assert old in OFFLINE
    source = OFFLINE.format(name=name).replace(old.format(name=name), new)
    return Mutant(name, f"test_{caught_by}", source, message, sabotage)


def http(name: str, caught_by: str, new: str, message: str = "", old: str = ANSWERS) -> Mutant:
    source = HTTP.format(name=name)
    assert old in source
    return Mutant(name, f"test_{caught_by}", source.replace(old, new), message)


def native(name: str, caught_by: str, body: str, message: str = "") -> Mutant:
    """Return an offline provider with `body` as the body of its asynchronous function."""
    source = OFFLINE.format(name=name) + ASYNC.format(more="") + body
    return Mutant(
        name,
        f"test_{caught_by}",
        f"import asyncio\nfrom collections.abc import AsyncIterator\n{source}",
        message,
    )


def native_http(name: str, caught_by: str, body: str, message: str = "") -> Mutant:
    source = HTTP.format(name=name) + ASYNC.format(more=MORE) + body
    return Mutant(
        name,
        f"test_{caught_by}",
        f"import asyncio\nfrom collections.abc import AsyncIterator\n{source}",
        message,
    )


MUTANTS = [
    offline("no_constant", "verdict_is_valid", "needs_auth = False\n", "", message="`needs_auth` is missing"),
    offline(
        "wrong_hint", "verdict_is_valid", "stream: bool) ->", "stream: int) ->", message="hinted as `int`"
    ),
    offline("raises_at_import", "verdict_is_valid", "url =", "1 / 0\nurl =", message="ZeroDivisionError"),
    offline(
        "prints_at_import", "import_does_nothing_else", "url =", 'print("hi")\nurl =', message="printed 'hi"
    ),
    offline(
        "exits_at_import", "import_does_nothing_else", "url =", "sys.exit(3)\nurl =", message="exit code 3"
    ),
    offline(
        "connects_at_import",
        "import_does_nothing_else",
        "url =",
        'import socket\nsocket.getaddrinfo("localhost", 80)\nurl =',
        message="socket.getaddrinfo",
    ),
    offline(
        "starts_a_thread_at_import",
        "import_does_nothing_else",
        "url =",
        'threading.Thread(target=time.sleep, args=(9,), name="sleepy", daemon=True).start()\nurl =',
        message="sleepy",
    ),
    offline(
        "old_params",
        "params_line_names_the_parameters",
        "supports: (model: str,",
        "supports: (prompt: str,",
        message="`params` says",
    ),
    offline("blank_model", "models_are_names", '"parrot-2"', '"parrot-2 "', message="no names"),
    offline("same_model_twice", "models_are_names", '"parrot-2"', '"parrot-1"', message="twice"),
    offline(
        "model_tuple", "models_are_names", '["parrot-1", "parrot-2"]', '("a", "b")', message="is a tuple"
    ),
    offline(
        "bytes_out", "yields_text_and_events_only", YIELDS, '    yield b"hello"\n', message="yields bytes"
    ),
    offline("nothing_out", "yields_text_and_events_only", YIELDS, '    yield ""\n', message="no text"),
    offline(
        "other_text_whole", "streamed_text_is_the_whole_text", YIELDS, "    yield f'streamed: {stream}'\n"
    ),
    offline(
        "edits_messages",
        "messages_are_left_alone",
        YIELDS,
        '    messages[-1]["content"] += "!"\n' + YIELDS,
        message="changed the caller's messages",
    ),
    offline(
        "any_option_goes",
        "unknown_option_is_refused",
        "url =",
        "url =",
        sabotage='monkeypatch.setattr("g4f_lite._core.calls.candidates.check_options", lambda p, o, drop, takes: ({}, ()))',
    ),
    offline("prints_in_a_call", "prints_nothing", YIELDS, f'    print("asking")\n{YIELDS}', message="asking"),
    offline(
        "writes_to_fd_2", "prints_nothing", YIELDS, f'    os.write(2, b"asking")\n{YIELDS}', message="asking"
    ),
    offline(
        "will_not_close",
        "close_ends_the_generator",
        YIELDS,
        '    while True:\n        try:\n            yield "more"\n        except GeneratorExit:\n            pass\n',
        message="goes on after close()",
    ),
    offline(
        "leaves_a_thread",
        "close_leaves_no_thread",
        YIELDS,
        '    threading.Thread(target=time.sleep, args=(5,), name="left", daemon=True).start()\n' + YIELDS,
        message="left",
    ),
    offline(
        "needs_its_own_loop",
        "works_inside_a_running_loop",
        YIELDS,
        "    import asyncio\n    hello = asyncio.to_thread(str)\n    try:\n        asyncio.run(hello)\n"
        f"    finally:\n        hello.close()\n{YIELDS}",
    ),
    native("other_text_async", "answers_asynchronously", '    yield "something else"\n'),
    native(
        "blocks_the_loop",
        "does_not_block_the_loop",
        '    time.sleep(1.2)\n    yield "late"\n',
        message="stood still",
    ),
    native(
        "will_not_aclose",
        "aclose_ends_the_generator",
        '    for _ in range(3):\n        try:\n            yield "more"\n        except GeneratorExit:\n            pass\n',
        message="goes on after aclose()",
    ),
    offline(
        "sleeps_on",
        "cancelled_task_ends_the_generator",
        YIELDS,
        '    yield "wait"\n    time.sleep(6)\n    yield "done"\n',
        message="goes on after its task was cancelled",
    ),
    http("decodes_chunks", "text_survives_every_split", HASTY),
    http("decodes_bytes", "text_survives_single_bytes", HASTY),
    http(
        "drops_non_ascii",
        "text_survives_single_writes",
        "    for data in http.stream(request):\n        yield data.decode('ascii', 'ignore')\n",
    ),
    http(
        "strips",
        "any_text_survives_any_split",
        "    for piece in text.decode(http.stream(request), text.Utf8Decoder()):\n        yield piece.strip()\n",
    ),
    http(
        "reads_raw",
        "text_survives_framing_and_compression",
        "    with requests.post(base_url, stream=True, timeout=timeout) as response:\n"
        "        yield response.raw.read().decode('utf-8', 'replace')\n",
    ),
    native_http(
        "decodes_chunks_async",
        "text_survives_asynchronously",
        "    for data in await asyncio.to_thread(lambda: list(http.stream(http.HTTPRequest(base_url)))):\n"
        "        yield data.decode('utf-8', 'replace')\n",
    ),
    http("no_status_check", "status_is_an_error", HASTY, message="came back as the answer"),
    http(
        "forgets_retry_after",
        "retry_after_is_passed_on",
        SWALLOWING.format("raise RateLimitError(429) from None"),
    ),
    http("ignores_timeout", "silence_times_out", HASTY.replace("timeout=timeout", "timeout=30")),
    http("ignores_timeout_later", "stall_times_out", HASTY.replace("timeout=timeout", "timeout=30")),
    http(
        "takes_no_timeout",
        "stall_times_out",
        "",
        message="takes no option 'timeout'",
        old="    timeout: float = 10.0,\n",
    ),
    http("swallows_reset", "reset_keeps_the_text", SWALLOWING.format("return")),
    http(
        "answers_not_working",
        "refused_connection_is_an_error",
        SWALLOWING.format('yield "service is not working"'),
        message="came back as the answer",
    ),
    http(
        "answers_garbage",
        "garbage_is_an_error",
        SWALLOWING.format("yield repr(error)"),
        message="as the answer",
    ),
    http(
        "swallows_truncation",
        "truncated_body_is_an_error",
        SWALLOWING.format("return"),
        message="as the answer",
    ),
    http(
        "replaces_bytes",
        "invalid_bytes_are_an_error",
        "    for data in http.stream(request):\n        yield data.decode('utf-8', 'replace')\n",
        message="came back as the answer",
    ),
    http(
        "fills_silence",
        "empty_answer_is_an_error",
        f'    yield "(no answer)"\n    yield from {ANSWERS.strip()[7:]}\n',
    ),
    native_http(
        "swallows_async",
        "failures_are_the_same_asynchronously",
        "    yield 'all is well'\n",
    ),
    http(
        "shows_the_key",
        "key_is_not_shown",
        SWALLOWING.format(
            'from types import SimpleNamespace\n        found = ProviderResponseError("It failed.")\n        found.request = SimpleNamespace(key=auth)\n'
            "        raise found from None"
        ),
        message="shows the caller's key",
    ),
    http("kept_open", "close_hangs_up", KEPT_OPEN),
    http("kept_open_after_with", "leaving_the_with_hangs_up", KEPT_OPEN),
    http("kept_open_as_garbage", "garbage_collection_hangs_up", KEPT_OPEN),
    http("kept_open_async", "aclose_hangs_up", KEPT_OPEN),
    http("deaf", "close_from_another_thread_hangs_up", HASTY),
    http("deaf_to_tasks", "cancelled_task_hangs_up", HASTY),
    http("deaf_when_whole", "cancelled_whole_answer_hangs_up", HASTY),
    http("kept_open_on_error", "failed_call_leaves_no_connection_in_use", KEPT_OPEN),
]
