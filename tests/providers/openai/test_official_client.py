"""OpenAI's own client sends the same requests as the provider does, and reads the same answers."""

import json

import pytest
from provider_case import KEY, MESSAGES

from g4f_lite import ChatCompletion, registry
from g4f_lite.errors import ProviderStatusError
from g4f_lite.testing import Reply, Upstream

openai_client = pytest.importorskip("openai", reason="OpenAI's client is not installed")

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SCHEMA = {
    "name": "answer",
    "schema": {"type": "object", "properties": {"x": {"type": "integer"}}},
    "strict": True,
}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}

OPTIONS = {
    "none": {},
    "sampling": {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "n": 2,
        "stop": ["END", "\n\n"],
        "presence_penalty": 0.1,
        "frequency_penalty": -0.1,
        "logit_bias": {"50256": -100},
        "logprobs": True,
        "top_logprobs": 2,
    },
    "limits": {
        "max_tokens": 5,
        "user": "someone",
        "metadata": {"a": "b"},
        "store": False,
        "service_tier": "flex",
    },
    "limits-new": {"max_completion_tokens": 5, "verbosity": "low", "reasoning_effort": "low"},
    "tools": {
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        "parallel_tool_calls": False,
    },
    "schema": {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
    "audio": {"modalities": ["text", "audio"], "audio": {"voice": "ash", "format": "wav"}},
    "prediction": {"prediction": {"type": "content", "content": "x = 1"}},
    "search": {"web_search_options": {"search_context_size": "low"}},
    "extra": {"extra_body": {"top_k": 3, "temperature": 1}, "temperature": 0.1},
}
CONVERSATION = [
    {"role": "developer", "content": "Be brief."},
    {"role": "user", "name": "ann", "content": [{"type": "text", "text": "What is this?"}, PICTURE]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "B"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "Rain"},
    {"role": "user", "content": "And now?"},
]


def official(upstream, **more):
    return openai_client.OpenAI(api_key=KEY, base_url=upstream.url, max_retries=0, **more)


@pytest.fixture
def exchanges(cases, openai):
    """Make a call with the provider and with the client, and return both requests."""

    def both(messages, stream, **options):
        case = cases.BY_ID["openai-text" if stream else "openai-whole-text"]
        asked = {"model": "gpt-4.1", "messages": messages, "stream": stream, **options}
        with Upstream(Reply(case.body, headers={"content-type": case.media_type})) as upstream:
            assert list(openai.create(**asked, base_url=upstream.url, auth=KEY))
            with official(upstream) as client:
                usage = {"stream_options": {"include_usage": True}} if stream else {}
                theirs = client.chat.completions.create(**asked, **usage)
                assert list(theirs)
            return upstream.requests

    return both


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_same_options_are_the_same_body(exchanges, options, stream):
    """For each option, the JSON body is that of OpenAI's client."""
    ours, theirs = exchanges(MESSAGES, stream, **options)
    wanted = {name: value for name, value in theirs.json().items() if (name, value) != ("stream", False)}
    assert ours.json() == wanted
    assert (ours.method, ours.target) == (theirs.method, theirs.target)
    assert ours.header("authorization") == theirs.header("authorization")
    assert ours.header("content-type") == theirs.header("content-type")


def test_the_same_conversation_is_the_same_body(exchanges):
    """Roles, parts, images, tool calls and their results are sent as by OpenAI's client."""
    ours, theirs = exchanges(CONVERSATION, stream=True)
    assert ours.json() == theirs.json()


def read_stream(chunks):
    """Return what a program reads from the client's chunks: texts, refusals, calls and reasons by choice."""
    found, usage = {}, None
    for chunk in chunks:
        usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens) if chunk.usage else usage
        for choice in chunk.choices or ():
            side = found.setdefault(choice.index, {"text": "", "refusal": "", "calls": {}, "finish": None})
            side["text"] += choice.delta.content or ""
            side["refusal"] += choice.delta.refusal or ""
            side["finish"] = choice.finish_reason or side["finish"]
            old = choice.delta.function_call
            for call in choice.delta.tool_calls or ([_FunctionCallDelta(old)] if old else []):
                known = side["calls"].setdefault(call.index, ["", ""])
                known[0] += call.function.name or ""
                known[1] += call.function.arguments or ""
    return found, usage


class _FunctionCallDelta:
    """A delta of the older function call, as a delta of a tool call."""

    index = 0

    def __init__(self, function):
        self.function = function


STREAMS = [
    "text", "keep-alives", "tools", "refusal", "length", "two-choices", "content-filter", "audio", "logprobs",
    "function-call", "no-done",
]  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
def test_the_client_reads_a_recorded_stream_as_we_do(cases, provided, name):
    """Text, refusals, tool calls, usage and finish reasons of a stream are those of OpenAI's client."""
    case = cases.BY_ID[f"openai-{name}"]
    provided("openai")
    with Upstream(Reply(case.body, headers={"content-type": "text/event-stream"})) as upstream:
        ours = ChatCompletion.create(
            provider="openai", model="m", messages=MESSAGES, stream=True, base_url=upstream.url, auth=KEY
        )
        list(ours)
        with official(upstream) as client:
            found, usage = read_stream(
                client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            )
    completion = ours.completion
    assert (completion.usage and tuple(completion.usage[:2])) == usage
    for choice in completion.choices:
        side = found[choice.position]
        assert choice.text == side["text"]
        assert (choice.refusal or "") == side["refusal"]
        assert [[call.name, call.arguments] for call in choice.tool_calls] == list(side["calls"].values())
        assert choice.finish_reason == side["finish"].replace("function_call", "tool_calls")


@pytest.mark.parametrize("name", ["text", "tools", "refusal", "citations", "audio", "two-choices"])
def test_the_client_reads_a_whole_answer_as_we_do(cases, provided, name):
    """Everything in a whole completion is what OpenAI's client reads in it."""
    case = cases.BY_ID[f"openai-whole-{name}"]
    provided("openai")
    with Upstream(Reply(case.body, headers={"content-type": "application/json"})) as upstream:
        ours = ChatCompletion.create(
            provider="openai", model="m", messages=MESSAGES, base_url=upstream.url, auth=KEY, **case.options
        ).completion
        with official(upstream) as client:
            theirs = client.chat.completions.create(model="m", messages=MESSAGES)
    assert (ours.id, ours.model, ours.created) == (theirs.id, theirs.model, theirs.created)
    assert ours.usage[:4] == (
        theirs.usage.prompt_tokens,
        theirs.usage.completion_tokens,
        theirs.usage.prompt_tokens_details.cached_tokens,
        theirs.usage.completion_tokens_details.reasoning_tokens,
    )
    assert len(ours.choices) == len(theirs.choices)
    for choice, other in zip(ours.choices, theirs.choices, strict=True):
        message = other.message
        assert choice.text == (message.content or "")
        assert choice.refusal == message.refusal
        assert choice.finish_reason == other.finish_reason
        assert [(call.id, call.name, call.arguments) for call in choice.tool_calls] == [
            (call.id, call.function.name, call.function.arguments) for call in message.tool_calls or []
        ]
    message = theirs.choices[0].message
    assert [(item.url, item.title) for item in ours.citations] == [
        (item.url_citation.url, item.url_citation.title) for item in message.annotations or []
    ]
    assert [(item.id, item.data, item.transcript) for item in ours.media] == [
        (item.id, item.data, item.transcript) for item in [message.audio] if item
    ]


def test_an_error_inside_a_stream_is_one_for_the_client_too(cases, provided):
    """OpenAI's client raises the recorded error inside a stream too, with the same message."""
    case = cases.BY_ID["openai-error-inside"]
    provided("openai")
    with Upstream(Reply(case.body, headers={"content-type": "text/event-stream"})) as upstream:
        with pytest.raises(ProviderStatusError) as ours:
            list(
                ChatCompletion.create(
                    provider="openai",
                    model="m",
                    messages=MESSAGES,
                    stream=True,
                    base_url=upstream.url,
                    auth=KEY,
                )
            )
        with official(upstream) as client, pytest.raises(openai_client.APIError) as theirs:
            list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
    assert ours.value.body == theirs.value.message
    assert ours.value.kind == theirs.value.type


def test_embeddings_are_those_of_the_client(cases, openai):
    """The request, with base64, and the numbers are those of the client."""
    case = cases.BY_ID["openai-embeddings-base64"]
    with Upstream(Reply(case.body, headers={"content-type": "application/json"})) as upstream:
        items = list(
            openai.embed.call(
                model="text-embedding-3-small",
                input=["a", "b"],
                dimensions=3,
                base_url=upstream.url,
                auth=KEY,
            )
        )
        with official(upstream) as client:
            theirs = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"], dimensions=3)
        ours, other = upstream.requests
    assert ours.json() == other.json()
    assert ours.target == other.target
    vectors = {item.position: item.values for item in items if hasattr(item, "position")}
    assert vectors == {row.index: row.embedding for row in theirs.data}


def test_models_are_those_of_the_client(cases, openai):
    """The request and the names are those of the client."""
    case = cases.BY_ID["openai-models"]
    with Upstream(Reply(case.body, headers={"content-type": "application/json"})) as upstream:
        names = list(openai.list_models.call(base_url=upstream.url, auth=KEY))
        with official(upstream) as client:
            theirs = [row.id for row in client.models.list().data]
        ours, other = upstream.requests
    assert names == theirs
    assert (ours.method, ours.target, ours.body) == (other.method, other.target, other.body)


def test_organization_and_project_are_the_clients_headers(cases, provided, monkeypatch):
    """As options and from the environment, both become the client's headers."""
    case = cases.BY_ID["openai-whole-text"]
    provided("openai")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj_env")
    with Upstream(Reply(case.body, headers={"content-type": "application/json"})) as upstream:
        monkeypatch.setenv("OPENAI_BASE_URL", upstream.url)
        ChatCompletion.create(
            provider="openai", model="m", messages=MESSAGES, auth=KEY, organization="org_1",
            extra_headers={"X-More": "1"}, extra_query={"a": "b c"},
        )  # fmt: skip
        with official(upstream, organization="org_1") as client:
            client.chat.completions.create(
                model="m", messages=MESSAGES, extra_headers={"X-More": "1"}, extra_query={"a": "b c"}
            )
        ours, theirs = upstream.requests
    for name in ("openai-organization", "openai-project", "x-more"):
        assert ours.header(name) == theirs.header(name) is not None
    assert ours.target == theirs.target
    assert json.loads(ours.body) == json.loads(theirs.body)


@pytest.mark.parametrize("path", ["chat", "embeddings"])
def test_azure_requests_are_those_of_the_client(cases, provided, path):
    """With a dated version, the address with the deployment, the key's header and the body are the client's."""
    azure = registry.get(provided("azure"))
    case = cases.BY_ID["openai-whole-text" if path == "chat" else "openai-embeddings-base64"]
    version, name = "2024-10-21", "my-deployment"
    with Upstream(Reply(case.body, headers={"content-type": "application/json"})) as upstream:
        where = {"base_url": upstream.url, "api_version": version, "auth": KEY, "model": name}
        with openai_client.AzureOpenAI(
            api_key=KEY, azure_endpoint=upstream.url, api_version=version, max_retries=0
        ) as client:
            if path == "chat":
                list(azure.create(messages=MESSAGES, stream=False, **where))
                client.chat.completions.create(model=name, messages=MESSAGES)
            else:
                list(azure.embed.call(input=["a", "b"], **where))
                client.embeddings.create(model=name, input=["a", "b"])
        ours, theirs = upstream.requests
    assert ours.target == theirs.target
    assert ours.header("api-key") == theirs.header("api-key") == KEY
    assert ours.header("authorization") is theirs.header("authorization") is None
    assert {name: value for name, value in theirs.json().items() if value is not False} == ours.json()
