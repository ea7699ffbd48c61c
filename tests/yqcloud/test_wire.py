"""The request of `yqcloud`, compared byte for byte with that of the original module."""

import re
import time

import pytest
import requests

from g4f_lite import ChatCompletion, InvalidArgumentError, InvalidMessageError
from g4f_lite.testing import Reply, Upstream

TEXTS = [
    "Hello, how are you?",
    "",
    "Привет, как дела?",
    "日本語 \U0001d11e \U0001f469\u200d\U0001f467 e\u0301",
    'quotes " and \\ backslashes, </script>, \x00 \x1f \x7f \u2028',
    "two\nlines\r\n\ttab " * 200,
    "always respond in english | already",
    "%s %d {curly} #/chat/1",
]


def ask_as_the_original(base_url: str, messages: list[dict[str, str]]) -> str:
    """The original module's function (mid 2023), with another address, and with its answer joined."""
    headers = {
        "authority": "api.aichatos.cloud",
        "origin": "https://chat9.yqcloud.top",
        "referer": "https://chat9.yqcloud.top/",
        "user-agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/112.0.0.0 Safari/537.36",
    }
    json_data = {
        "prompt": "always respond in english | %s" % messages[-1]["content"],  # noqa: UP031 - as it stood
        "userId": f"#/chat/{int(time.time() * 1000)}",
        "network": True,
        "apikey": "",
        "system": "",
        "withoutContext": False,
    }
    response = requests.post(f"{base_url}/api/generateStream", headers=headers, json=json_data, stream=True)
    text = ""
    for token in response.iter_content(chunk_size=2046):
        if b"always respond in english" not in token:
            text += token.decode("utf-8")
    return text


def without_time(raw: bytes) -> bytes:
    return re.sub(rb"#/chat/\d{13}\"", b'#/chat/TIME"', raw, count=1)


@pytest.mark.parametrize("content", TEXTS, ids=ascii)
@pytest.mark.parametrize("streamed", [True, False], ids=["stream", "whole"])
def test_single_message_is_sent_as_the_original_did(upstream, content, streamed):
    """A single user message gives the same bytes as in the original module, except for the time."""
    upstream.script(Reply("Fine."))
    messages = [{"role": "user", "content": content}]
    ask_as_the_original(upstream.url, messages)
    answer = ChatCompletion.create(
        provider="yqcloud", base_url=upstream.url, messages=messages, stream=streamed
    )
    assert "".join(answer) == "Fine."
    original, ours = (without_time(request.raw) for request in upstream.requests)
    assert ours == original
    assert b"TIME" in ours


def test_keys_are_in_the_original_order(upstream, ask):
    """The JSON fields have the order of the original module."""
    upstream.script(Reply("Fine."))
    ask()
    assert list(upstream.requests[0].json()) == [
        "prompt",
        "userId",
        "network",
        "apikey",
        "system",
        "withoutContext",
    ]


def test_user_id_is_the_time(upstream, ask):
    """Without a `user_id`, the conversation is named after the current time in milliseconds."""
    upstream.script(Reply("Fine."))
    before = int(time.time() * 1000)
    ask()
    named = int(upstream.requests[0].json()["userId"].removeprefix("#/chat/"))
    assert before <= named <= int(time.time() * 1000)


def test_user_id_is_kept(upstream, ask):
    """A given `user_id` is sent unchanged each time."""
    upstream.script(Reply("Fine."))
    for _ in range(2):
        ask(user_id="#/chat/1684000000000")
    assert {request.json()["userId"] for request in upstream.requests} == {"#/chat/1684000000000"}


@pytest.mark.parametrize(
    ("option", "key", "default", "other"),
    [("network", "network", True, False), ("without_context", "withoutContext", False, True)],
)
def test_switches_are_sent(upstream, ask, option, key, default, other):
    """`network` and `without_context` have the values of the original module by default."""
    upstream.script(Reply("Fine."))
    ask()
    ask(**{option: other})
    assert [request.json()[key] for request in upstream.requests] == [default, other]


def test_always_english_can_be_switched_off(upstream, ask):
    """Without the instruction the prompt is the message only."""
    upstream.script(Reply("Fine."))
    ask("Hola", always_english=False)
    assert upstream.requests[0].json()["prompt"] == "Hola"


@pytest.mark.parametrize("role", ["system", "developer"])
def test_system_message_goes_to_system(upstream, ask, role):
    """A system message goes to `system`, and the prompt stays as in the original module."""
    upstream.script(Reply("Fine."))
    ask(messages=[{"role": role, "content": "Be brief."}, {"role": "user", "content": "Hi"}])
    body = upstream.requests[0].json()
    assert (body["system"], body["prompt"]) == ("Be brief.", "always respond in english | Hi")


def test_all_system_messages_are_sent(upstream, ask):
    """All system messages are sent, in their order."""
    upstream.script(Reply("Fine."))
    ask(
        messages=[
            {"role": "system", "content": "First."},
            {"role": "user", "content": "Hi"},
            {"role": "system", "content": "Second."},
        ]
    )
    system = upstream.requests[0].json()["system"]
    assert 0 <= system.index("First.") < system.index("Second.")


def test_conversation_is_sent_whole(upstream, ask):
    """The prompt has every message of a conversation, in order, with its role."""
    upstream.script(Reply("Fine."))
    said = [
        ("user", "One?"),
        ("assistant", "One."),
        ("user", "Two?"),
        ("assistant", "Two."),
        ("user", "Three?"),
    ]
    ask(messages=[{"role": role, "content": content} for role, content in said])
    prompt = upstream.requests[0].json()["prompt"]
    places = [prompt.index(content) for _, content in said]
    assert places == sorted(places)
    assert prompt.count("User") == 3
    assert prompt.count("Assistant") == 2
    assert prompt.startswith("always respond in english | ")


def test_messages_need_something_to_answer(upstream, ask):
    """A conversation of system messages only is refused before anything is sent."""
    with pytest.raises(InvalidMessageError, match="system messages only"):
        ask(messages=[{"role": "system", "content": "Be brief."}])
    assert not upstream.connections


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", (1, 2, 3)),
        ("timeout", "soon"),
        ("timeout", True),
        ("timeout", float("nan")),
        ("base_url", "ftp://example.org"),
        ("base_url", "example.org"),
        ("base_url", "http://"),
        ("base_url", "http://x:port"),
        ("user_id", ""),
    ],
)
@pytest.mark.parametrize("streamed", [True, False], ids=["stream", "whole"])
def test_wrong_option_is_refused_at_the_call(upstream, option, value, streamed):
    """A wrong value raises an error at the call, streamed or not, names the option, and sends nothing."""
    arguments = {"base_url": upstream.url, option: value}
    messages = [{"role": "user", "content": "Hi"}]
    with pytest.raises(InvalidArgumentError) as caught:
        ChatCompletion.create(provider="yqcloud", messages=messages, stream=streamed, **arguments)
    assert caught.value.argument == option
    assert not upstream.connections


def test_address_comes_from_the_environment(upstream, monkeypatch):
    """`G4F_LITE_YQCLOUD_URL` is the address of the service, with or without a final slash."""
    upstream.script(Reply("Fine."))
    monkeypatch.setenv("G4F_LITE_YQCLOUD_URL", f"{upstream.url}/behind/")
    messages = [{"role": "user", "content": "Hi"}]
    assert ChatCompletion.create(provider="yqcloud", messages=messages) == "Fine."
    assert upstream.requests[0].target == "/behind/api/generateStream"


def test_option_beats_the_environment(upstream, ask, monkeypatch):
    """`base_url` is used even if the environment has another address."""
    upstream.script(Reply("Fine."))
    monkeypatch.setenv("G4F_LITE_YQCLOUD_URL", "http://127.0.0.1:9")
    assert ask() == "Fine."


def test_wrong_environment_is_named(monkeypatch):
    """An invalid address in the environment raises an error that names the variable."""
    monkeypatch.setenv("G4F_LITE_YQCLOUD_URL", "nonsense")
    with pytest.raises(InvalidArgumentError, match="G4F_LITE_YQCLOUD_URL"):
        ChatCompletion.create(provider="yqcloud", messages=[{"role": "user", "content": "Hi"}])


def test_default_address_is_the_original(monkeypatch):
    """Without any setting, the request goes to the address of the original module, over TLS."""
    with Upstream(Reply(status=502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(Exception, match=r"api\.aichatos\.cloud"):
            ChatCompletion.create(provider="yqcloud", messages=[{"role": "user", "content": "Hi"}])
        assert (proxy.requests[0].method, proxy.requests[0].target) == ("CONNECT", "api.aichatos.cloud:443")
