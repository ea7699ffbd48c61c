"""Requests to the Responses API: messages as items, options under its names, and refused options."""

import json

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import InvalidArgumentError, UnsupportedOptionError
from g4f_lite.testing import Reply, Upstream

HI = [{"role": "user", "content": "Hi"}]
MODEL = "gpt-4.1-mini"
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTION = {"name": "get_weather", "description": "The weather.", "parameters": PARAMETERS}


@pytest.fixture
def request_for(exchange):
    """Return a function that builds the request for some options, without sending it."""
    return lambda *arguments, **options: exchange(*arguments, **options).request


@pytest.fixture
def body(request_for):
    """Return a function that builds the body for some options."""
    return lambda *arguments, **options: request_for(*arguments, **options).json


def test_a_plain_question(request_for):
    """A question alone is sent to the API's own path, and is not to be stored."""
    request = request_for(base_url="http://127.0.0.1:9/v1")
    assert request.url == "http://127.0.0.1:9/v1/responses"
    assert request.json == {
        "model": MODEL,
        "input": [{"type": "message", "role": "user", "content": "Hi"}],
        "store": False,
    }


def test_a_stream_is_asked_for(body):
    """A stream is requested in the body, and its usage needs no option."""
    sent = body(stream=True, stream_options={"include_usage": True, "include_obfuscation": False})
    assert sent["stream"] is True
    assert sent["stream_options"] == {"include_obfuscation": False}
    assert "stream_options" not in body(stream=True, stream_options={"include_usage": True})
    assert "stream_options" not in body(stream_options={"include_obfuscation": False})


PLAIN = {
    "max_tool_calls": 3,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "previous_response_id": "resp_1",
    "service_tier": "flex",
    "store": True,
    "temperature": 0.5,
    "top_p": 0.25,
    "truncation": "auto",
    "user": "u1",
}


@pytest.mark.parametrize("name", PLAIN)
def test_options_under_their_own_names(body, name):
    """Options that have the same name in both APIs are sent unchanged."""
    assert body(**{name: PLAIN[name]})[name] == PLAIN[name]


SCHEMA = {"name": "place", "schema": PARAMETERS, "strict": True, "description": "A place."}
WORDED = [
    ({"max_tokens": 5}, {"max_output_tokens": 5}),
    ({"max_completion_tokens": 5}, {"max_output_tokens": 5}),
    ({"n": 1}, {}),
    ({"verbosity": "low"}, {"text": {"verbosity": "low"}}),
    ({"reasoning_effort": "none"}, {"reasoning": {"effort": "none"}}),
    (
        {"reasoning_effort": "high", "reasoning_summary": "auto"},
        {
            "reasoning": {"effort": "high", "summary": "auto"},
            "include": ["reasoning.encrypted_content"],
        },
    ),
    ({"reasoning_effort": "high", "store": True}, {"reasoning": {"effort": "high"}, "store": True}),
    ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
    ({"response_format": {"type": "text"}}, {"text": {"format": {"type": "text"}}}),
    (
        {"response_format": {"type": "json_schema", "json_schema": SCHEMA}, "verbosity": "high"},
        {"text": {"format": {"type": "json_schema", **SCHEMA}, "verbosity": "high"}},
    ),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": PARAMETERS}}},
        {"text": {"format": {"type": "json_schema", "name": "answer", "schema": PARAMETERS}}},
    ),
    ({"logprobs": False}, {}),
    ({"logprobs": True}, {"include": ["message.output_text.logprobs"]}),
    (
        {"logprobs": True, "top_logprobs": 2, "include": ["web_search_call.action.sources"]},
        {
            "top_logprobs": 2,
            "include": ["web_search_call.action.sources", "message.output_text.logprobs"],
        },
    ),
    (
        {"tools": [{"type": "function", "function": FUNCTION}]},
        {"tools": [{"type": "function", **FUNCTION, "strict": False}]},
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "now", "strict": True}}]},
        {"tools": [{"type": "function", "name": "now", "parameters": None, "strict": True}]},
    ),
    ({"tools": [{"type": "web_search"}]}, {"tools": [{"type": "web_search"}]}),
    ({"tools": [{"type": "function", **FUNCTION}]}, {"tools": [{"type": "function", **FUNCTION}]}),
    ({"tool_choice": "required"}, {"tool_choice": "required"}),
    (
        {"tool_choice": {"type": "function", "function": {"name": "now"}}},
        {"tool_choice": {"type": "function", "name": "now"}},
    ),
    ({"tool_choice": {"type": "web_search"}}, {"tool_choice": {"type": "web_search"}}),
    ({"extra_body": {"store": None, "background": True}}, {"store": None, "background": True}),
]


@pytest.mark.parametrize(("options", "wanted"), WORDED, ids=lambda value: json.dumps(value)[:60])
def test_options_in_another_form(body, options, wanted):
    """Each option becomes the field that the API has for it."""
    sent = body(**options)
    added = {name: value for name, value in sent.items() if name not in ("model", "input")}
    assert added == {"store": False, **wanted}


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("gpt-5.4-mini", True),
        ("o3", True),
        ("gpt-4.1", False),
        ("gpt-4o", False),
        ("gpt-5-chat-latest", False),
        ("some-llama", False),
    ],
)
def test_encrypted_reasoning_is_requested_of_models_that_have_it(body, model, asked):
    """Encrypted reasoning is requested if nothing is stored, and only of models that have it."""
    assert (body(model=model).get("include") == ["reasoning.encrypted_content"]) is asked
    assert "include" not in body(model=model, store=True)


NOT_HERE = {
    "stop": "END",
    "seed": 1,
    "n": 2,
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "logit_bias": {"1": 2},
    "modalities": ["text"],
    "audio": {"voice": "ash", "format": "wav"},
    "prediction": {"type": "content", "content": "x"},
}


@pytest.mark.parametrize("name", NOT_HERE)
def test_options_of_the_chat_api_alone_are_refused(request_for, name):
    """The error for an option of the chat API names the option and the API that has it."""
    with pytest.raises(InvalidArgumentError, match=f"has no option '{name}'.*api=\"chat\"") as caught:
        request_for(**{name: NOT_HERE[name]})
    assert caught.value.argument == name


def test_an_option_that_is_a_tool_here_names_the_tool(request_for):
    """Search is an option of the chat API and a tool of this one; the error names the tool."""
    with pytest.raises(InvalidArgumentError, match=r"web_search_options.*tools="):
        request_for(web_search_options={})


ONLY_HERE = {
    "previous_response_id": "resp_1",
    "truncation": "auto",
    "include": ["x"],
    "max_tool_calls": 2,
    "reasoning_summary": "auto",
}


@pytest.mark.parametrize("name", ONLY_HERE)
@pytest.mark.parametrize("api", [None, "chat"])
def test_options_of_the_responses_api_alone_are_refused(request_for, name, api):
    """The error for an option of the Responses API names the option and the API that has it."""
    with pytest.raises(InvalidArgumentError, match=f"no option '{name}'.*api=\"responses\""):
        request_for(api=api, **{name: ONLY_HERE[name]})


@pytest.mark.parametrize(
    "options",
    [
        {"api": "assistants"},
        {"max_tokens": 1, "max_completion_tokens": 1},
        {"tools": [{"type": "function"}]},
        {"tools": ["get_weather"]},
        {"tool_choice": "sometimes"},
        {"tool_choice": {"type": "function", "function": {}}},
        {"response_format": {"type": "xml"}},
        {"response_format": {"type": "json_schema"}},
        {"stream_options": {"chunk_size": 3}},
    ],
    ids=str,
)
def test_wrong_values_are_refused(request_for, options):
    """A value that the service would misunderstand raises an error with the option's name, before sending."""
    with pytest.raises(InvalidArgumentError) as caught:
        request_for(**options)
    assert caught.value.argument in options
    assert caught.value.hint


def test_the_chat_api_is_the_default(request_for):
    """Without `api`, and with "chat", the request is one of the chat API."""
    plain, named = request_for(api=None), request_for(api="chat")
    assert plain.url.endswith("/chat/completions")
    assert (plain.url, plain.json) == (named.url, named.json)
    assert "api" not in named.json


def test_headers_and_query_are_the_chat_apis(request_for):
    """Key, organization, project, other headers and the query are sent as with the chat API."""
    options = {
        "organization": "org-1",
        "project": "proj-1",
        "extra_headers": {"x-one": "1"},
        "extra_query": {"v": 2},
    }
    ours, chats = request_for(**options), request_for(api="chat", **options)
    assert ours.headers == chats.headers
    assert ours.url == chats.url.replace("/chat/completions", "/responses")
    assert set(ours.json) == {"model", "input", "store"}


# --- messages -------------------------------------------------------------------------------------

PNG = "data:image/png;base64,iVBORw0KGgo="
PDF = "data:application/pdf;base64,JVBERi0="
WAV = {"data": "UklGRg==", "format": "wav"}


def user(*parts):
    return {"type": "message", "role": "user", "content": list(parts)}


def said(text, **more):
    return {"type": "message", "role": "assistant", "content": text, **more}


def signed(**facts):
    return json.dumps({"responses": facts})


def called(ident, signature=None, name="f", arguments="{}"):
    call = {"id": ident, "type": "function", "function": {"name": name, "arguments": arguments}}
    return call if signature is None else {**call, "signature": signature}


def function_call(ident, name="f", arguments="{}", **more):
    return {"type": "function_call", **more, "call_id": ident, "name": name, "arguments": arguments}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


MESSAGES = {
    "roles": (
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        ],
        [
            {"type": "message", "role": "system", "content": "Be brief."},
            {"type": "message", "role": "user", "content": "Hi"},
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be kind."}]},
        ],
    ),
    "parts": (
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "See."},
                    {"type": "image_url", "image_url": {"url": PNG}},
                    {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
                    {"type": "input_audio", "input_audio": WAV},
                    {"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}},
                    {"type": "file", "file": {"file_id": "file-1"}},
                    {"type": "file", "file": {"file_url": "https://example.org/a.pdf"}},
                ],
            }
        ],
        [
            user(
                {"type": "input_text", "text": "See."},
                {"type": "input_image", "image_url": PNG, "detail": "auto"},
                {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"},
                {"type": "input_audio", "input_audio": WAV},
                {"type": "input_file", "file_data": PDF, "filename": "a.pdf"},
                {"type": "input_file", "file_id": "file-1"},
                {"type": "input_file", "file_url": "https://example.org/a.pdf"},
            )
        ],
    ),
    "answers": (
        [
            assistant("Yes."),
            assistant([{"type": "text", "text": "No"}, {"type": "refusal", "refusal": "Never."}]),
            assistant(None, refusal="I won't."),
            assistant(""),
            assistant("So.", phase="final_answer"),
        ],
        [
            said("Yes."),
            {
                "type": "message",
                "role": "assistant",
                "content": [
                    {"type": "output_text", "text": "No"},
                    {"type": "refusal", "refusal": "Never."},
                ],
            },
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "refusal", "refusal": "I won't."}],
            },
            said("So.", phase="final_answer"),
        ],
    ),
    "calls-of-another-service": (
        [
            assistant("I look.", tool_calls=[called("c1"), called("c2", "AxB=")]),
            {"role": "tool", "tool_call_id": "c1", "content": "Rain"},
            {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "Sun"}]},
        ],
        [
            said("I look."),
            function_call("c1"),
            function_call("c2"),
            {"type": "function_call_output", "call_id": "c1", "output": "Rain"},
            {
                "type": "function_call_output",
                "call_id": "c2",
                "output": [{"type": "input_text", "text": "Sun"}],
            },
        ],
    ),
    "reasoning-of-another-service": (
        [assistant("Yes.", reasoning=[{"text": "Hm.", "signature": "AxB="}, {"text": "So."}])],
        [said("Yes.")],
    ),
    "order": (
        [
            assistant(
                "I look.",
                reasoning=[
                    {"text": "First.", "signature": signed(id="rs_1", encrypted_content="E1", place=0)},
                    {
                        "text": "\n\nThen.",
                        "signature": signed(id="rs_2", encrypted_content="E2", place=3, text="commentary"),
                    },
                ],
                tool_calls=[
                    called("c1", signed(id="fc_1", place=2, text="commentary")),
                    called("c2", signed(id="fc_2", place=4, text="commentary")),
                ],
            )
        ],
        [
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "First."}],
                "encrypted_content": "E1",
            },
            said("I look.", phase="commentary"),
            function_call("c1", id="fc_1"),
            {
                "type": "reasoning",
                "id": "rs_2",
                "summary": [{"type": "summary_text", "text": "Then."}],
                "encrypted_content": "E2",
            },
            function_call("c2", id="fc_2"),
        ],
    ),
    "raw-reasoning": (
        [assistant("Yes.", reasoning=[{"text": "Hm.", "signature": signed(id="rs_1", raw=True, place=0)}])],
        [
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [],
                "content": [{"type": "reasoning_text", "text": "Hm."}],
            },
            said("Yes."),
        ],
    ),
    "items-of-the-services-tools": (
        [
            assistant(
                "Rain.",
                reasoning=[{"text": "", "signature": signed(item={"type": "web_search_call"}, place=0)}],
            )
        ],
        [{"type": "web_search_call"}, said("Rain.")],
    ),
    "custom-tools": (
        [
            assistant(None, tool_calls=[called("c1", signed(custom=True, place=0), arguments="print(1)")]),
            {"role": "tool", "tool_call_id": "c1", "content": "1"},
        ],
        [
            {"type": "custom_tool_call", "call_id": "c1", "name": "f", "input": "print(1)"},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "1"},
        ],
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_as_items(name, provided):
    """The service gets exactly these items for each message, in order."""
    messages, wanted = MESSAGES[name]
    answer = {"status": "completed", "output": [], "model": "m"}
    with Upstream(Reply(json.dumps(answer))) as upstream:
        stream = ChatCompletion.create(
            provider=provided("openai"),
            model=MODEL,
            messages=messages,
            stream=True,
            api="responses",
            base_url=upstream.url,
            auth="some-test-key",
        )
        list(stream)
        (request,) = upstream.requests
    assert request.target == "/responses"
    assert request.json()["input"] == wanted


def test_other_providers_have_no_such_option():
    """Other providers refuse `api` before anything is sent."""
    with pytest.raises(UnsupportedOptionError):
        ChatCompletion.create(provider="yqcloud", model="gpt-3.5-turbo", messages=HI, api="responses")
