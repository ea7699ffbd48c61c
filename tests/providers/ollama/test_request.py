"""The requests of the `ollama` provider, and the values that it refuses."""

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import InvalidArgumentError, InvalidMessageError
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import ollama

USER = [{"role": "user", "content": "Hi"}]
TOOL = {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}


def request(messages=USER, stream=False, **options):
    return ollama._create_completion("m", messages, stream, **options).request


def sent(messages):
    return request(messages).json["messages"]


def call(identifier, name, arguments="{}"):
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    ],
)
def test_a_refusal_is_sent_as_text(message):
    """The refusal of an earlier turn is sent back as text."""
    assert request([message]).json["messages"] == [{"role": "assistant", "content": "No."}]


def test_the_minimal_body():
    """Without options, the body has the model, the messages and `stream`, which is true by default in Ollama."""
    assert request().json == {"model": "m", "messages": USER, "stream": False}


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ({"role": "developer", "content": "x"}, {"role": "system", "content": "x"}),
        (
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"role": "user", "content": "a\nb"},
        ),
        (
            {
                "role": "user",
                "content": [
                    {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
                    {"type": "image_url", "image_url": {"url": "data:image/svg+xml,%3Csvg/%3E"}},
                ],
            },
            {"role": "user", "content": "", "images": ["UklG", "PHN2Zy8+"]},
        ),
        (
            {"role": "assistant", "content": None, "tool_calls": [call("c", "now", "")]},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "c", "function": {"name": "now", "arguments": {}}}],
            },
        ),
        (
            {
                "role": "assistant",
                "content": "x",
                "reasoning": [{"text": "a", "signature": None}, {"text": "b"}],
            },
            {"role": "assistant", "content": "x", "thinking": "ab"},
        ),
        (
            {"role": "tool", "content": "x", "tool_call_id": "unknown"},
            {"role": "tool", "content": "x", "tool_call_id": "unknown"},
        ),
        (
            {"role": "tool", "content": "x", "tool_call_id": "unknown", "name": "now"},
            {"role": "tool", "content": "x", "tool_call_id": "unknown", "tool_name": "now"},
        ),
    ],
)
def test_messages(message, wanted):
    """Each kind of message is sent in Ollama's shape."""
    assert sent([message]) == [wanted]


def test_a_result_is_named_for_the_call_before_it():
    """If identifiers occur again in a later turn, a result belongs to the last call with its identifier."""
    turn = [
        {"role": "assistant", "content": None, "tool_calls": [call("c", "first")]},
        {"role": "tool", "content": "1", "tool_call_id": "c"},
        {"role": "assistant", "content": None, "tool_calls": [call("c", "second"), call("d", "third")]},
        {"role": "tool", "content": "3", "tool_call_id": "d"},
        {"role": "tool", "content": "2", "tool_call_id": "c"},
    ]
    assert [message.get("tool_name") for message in sent(turn)] == [None, "first", None, "third", "second"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}, "does not fetch pictures"),
        ({"type": "file", "file": {"file_id": "f"}}, "'file'"),
    ],
)
def test_parts_that_cannot_be_sent(content, words):
    """A part that Ollama does not take raises an error that names the message and the part."""
    messages = [*USER, {"role": "user", "content": [{"type": "text", "text": "a"}, content]}]
    with pytest.raises(InvalidMessageError, match=r"messages\[1\]\['content'\]\[1\]") as caught:
        request(messages)
    assert caught.value.index == 1
    assert words in str(caught.value)


@pytest.mark.parametrize("arguments", ["[1]", "{", "1", "[" * 100_000])
def test_arguments_that_are_no_object(arguments):
    """Tool call arguments that are not a JSON object raise an error that names the call."""
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call("a", "x"), call("b", "y", arguments)]}
    ]
    with pytest.raises(InvalidMessageError, match=r"messages\[0\]\['tool_calls'\]\[1\]"):
        request(messages)


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"stop": "x"}, {"options": {"stop": ["x"]}}),
        ({"options": {"seed": 1, "mirostat": 2}, "seed": 3}, {"options": {"seed": 3, "mirostat": 2}}),
        ({"temperature": 0}, {"options": {"temperature": 0}}),
        ({"tools": [TOOL], "tool_choice": "auto"}, {"tools": [TOOL]}),
        ({"tools": [TOOL], "tool_choice": "none"}, {}),
        ({"tools": []}, {}),
        ({"response_format": {"type": "text"}}, {}),
        ({"think": False}, {"think": False}),
        ({"reasoning_effort": "minimal"}, {"think": "low"}),
        ({"reasoning_effort": "xhigh"}, {"think": "max"}),
        ({"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
        ({"logprobs": False}, {"logprobs": False}),
        ({"truncate": False, "shift": False}, {"truncate": False, "shift": False}),
        ({"keep_alive": 0}, {"keep_alive": 0}),
        ({"extra_body": {"stream": None, "x": 1}}, {"stream": None, "x": 1}),
    ],
)
def test_options(options, body):
    """Each option is sent in its field of the body."""
    assert request(**options).json == {"model": "m", "messages": USER, "stream": False} | body


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("tool_choice", {"tools": [TOOL], "tool_choice": "required"}),
        ("tool_choice", {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "now"}}}),
        ("response_format", {"response_format": {"type": "xml"}}),
        ("response_format", {"response_format": {"type": "json_schema", "json_schema": {"name": "n"}}}),
        ("reasoning_effort", {"reasoning_effort": "lots"}),
        ("reasoning_effort", {"reasoning_effort": "low", "think": True}),
        ("base_url", {"base_url": "localhost:11434"}),
        ("timeout", {"timeout": 0}),
    ],
)
def test_wrong_options(argument, options):
    """A value that Ollama would misunderstand or ignore raises an error that names the option."""
    with pytest.raises(InvalidArgumentError) as caught:
        request(**options)
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("http://0.0.0.0:8000/", "http://127.0.0.1:8000"),
        ("[::]:8000", "http://[::1]:8000"),
        ("::", "http://[::1]:11434"),
        ("http://fe80::1/x", "http://[fe80::1]/x"),
        (" here \n", "http://here:11434"),
        ("ollama.com", "https://ollama.com"),
        ("https://ollama.com", "https://ollama.com"),
        (":8000/path/", "http://127.0.0.1:8000/path"),
    ],
)
def test_ollama_host(host, url, monkeypatch):
    """OLLAMA_HOST is read as in the official clients; an address to listen on becomes the loopback address."""
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert request().url == f"{url}/api/chat"
    assert request(base_url="http://other:1").url == "http://other:1/api/chat"


@pytest.mark.parametrize(
    "host", ["me:secret-password@here", "http://me:secret-password@here", "here:port", "a b:1?x"]
)
def test_wrong_ollama_host(host, monkeypatch):
    """An invalid OLLAMA_HOST raises an error that does not show the value, which may contain a password."""
    monkeypatch.setenv("OLLAMA_HOST", host)
    with pytest.raises(InvalidArgumentError) as caught:
        request()
    assert caught.value.argument == "OLLAMA_HOST"
    assert "secret-password" not in str(caught.value)


def test_the_key(monkeypatch):
    """The key is `auth`, or that of the environment, is sent in one header, and is not shown."""
    assert "authorization" not in request().headers
    monkeypatch.setenv("OLLAMA_API_KEY", " key-of-the-environment\n")
    answer = '{"message": {"role": "assistant", "content": "a"}, "done": true, "done_reason": "stop"}'
    with Upstream(Reply(answer)) as upstream:
        ChatCompletion.create("m", USER, "ollama", base_url=upstream.url)
        assert upstream.requests[0].header("authorization") == "Bearer key-of-the-environment"
    assert request(auth="given-key", extra_headers={"x-a": "b"}).headers == {
        "authorization": "Bearer given-key",
        "x-a": "b",
    }
    assert request(auth="given-key").secrets == ("given-key",)
    assert "given-key" not in repr(request(auth="given-key"))


def test_embedding_and_models():
    """Embeddings and lists of models are requested at their own paths, with the given options."""
    exchange = ollama._create_embedding(
        "m", ["a"], dimensions=8, options={"num_ctx": 1}, base_url="http://h:1", extra_body={"x": 1}
    )
    assert (exchange.request.method, exchange.request.url) == ("POST", "http://h:1/api/embed")
    assert exchange.request.json == {
        "model": "m",
        "input": ["a"],
        "dimensions": 8,
        "options": {"num_ctx": 1},
        "x": 1,
    }
    listing = ollama._list_models(base_url="http://h:1").request
    assert (listing.method, listing.url, listing.json) == ("GET", "http://h:1/api/tags", None)
