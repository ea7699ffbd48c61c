"""Requests to the OpenAI chat API: the URL, the headers and the body."""

import json

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.errors import (
    InvalidArgumentError,
    InvalidMessageError,
    MissingAuthError,
    UnsupportedOptionError,
)
from g4f_lite_providers import local_servers, more_services, services
from g4f_lite_providers import openai as openai_module

HELLO = [{"role": "user", "content": "Hello"}]
KEY = "sk-planted-0123456789abcdef"
SERVICES = {
    "openai": openai_module,
    **{
        name: row
        for module in (services, more_services, local_servers)
        for name, row in vars(module).items()
        if hasattr(row, "quirks")
    },
}


def request(service="openai", messages=HELLO, *, model="gpt-4.1", stream=False, **options):
    """Return the request of a service, without sending it."""
    create = SERVICES[service]._create_completion
    return create(model=model, messages=messages, stream=stream, **{"auth": KEY, **options}).request


def body(*arguments, **options):
    return request(*arguments, **options).json


def message(service, sent):
    """Return the message that is sent for `sent`, which follows another one."""
    return body(service, [*HELLO, sent])["messages"][1]


# --- the body --------------------------------------------------------------------------------------


def test_a_plain_question_is_the_model_and_the_messages():
    """Without options, the body has the model and the messages only."""
    assert body() == {"model": "gpt-4.1", "messages": HELLO}
    assert list(body(stream=True)) == ["model", "messages", "stream", "stream_options"]


def test_the_usage_of_a_stream_is_requested_if_necessary():
    """The caller's stream options are added; nothing is sent if a service returns the usage anyway."""
    assert body(stream=True)["stream_options"] == {"include_usage": True}
    merged = body(stream=True, stream_options={"include_obfuscation": False})["stream_options"]
    assert merged == {"include_usage": True, "include_obfuscation": False}
    assert body(stream=True, stream_options={"include_usage": False})["stream_options"] == {
        "include_usage": False
    }
    assert "stream_options" not in body(stream_options={"include_usage": True})
    assert "stream_options" not in body("mistral", stream=True)


@pytest.mark.parametrize(
    ("service", "model", "given", "field"),
    [
        ("openai", "gpt-4.1", "max_tokens", "max_tokens"),
        ("openai", "gpt-4.1", "max_completion_tokens", "max_completion_tokens"),
        ("openai", "gpt-5.4-mini", "max_tokens", "max_completion_tokens"),
        ("openai", "o3", "max_tokens", "max_completion_tokens"),
        ("openai", "other-5", "max_tokens", "max_tokens"),
        ("github", "openai/o4-mini", "max_tokens", "max_completion_tokens"),
        ("groq", "m", "max_tokens", "max_completion_tokens"),
        ("deepseek", "m", "max_completion_tokens", "max_tokens"),
    ],
)
def test_the_limit_of_tokens_has_the_services_name(service, model, given, field):
    """`max_tokens` and `max_completion_tokens` are sent under the name that service and model know."""
    sent = body(service, model=model, **{given: 9})
    assert {name: sent[name] for name in sent if "tokens" in name} == {field: 9}


def test_the_limit_of_tokens_is_given_once():
    """Both names of the token limit together raise an error."""
    with pytest.raises(InvalidArgumentError, match="the same"):
        body(max_tokens=1, max_completion_tokens=2)


@pytest.mark.parametrize(
    ("service", "effort", "fields"),
    [
        ("openai", "low", {"reasoning_effort": "low"}),
        ("openrouter", "high", {"reasoning": {"effort": "high"}}),
        ("moonshot", "high", {"thinking": {"type": "enabled"}}),
        ("moonshot", "none", {"thinking": {"type": "disabled"}}),
        ("dashscope", "low", {"enable_thinking": True}),
        ("dashscope", "none", {"enable_thinking": False}),
        ("deepseek", "max", {"reasoning_effort": "max"}),
        ("deepseek", "none", {"thinking": {"type": "disabled"}}),
    ],
)
def test_effort_becomes_the_services_field(service, effort, fields):
    """`reasoning_effort` becomes the service's own field."""
    assert body(service, reasoning_effort=effort) == {"model": "gpt-4.1", "messages": HELLO, **fields}


def test_options_of_none_are_not_sent():
    """An option that is None is not sent."""
    assert body(temperature=None, tools=None, response_format=None, extra_body=None) == body()


def test_the_extra_body_replaces_fields():
    """Fields of `extra_body` are added, and replace fields of the same name."""
    sent = body(temperature=0.5, extra_body={"temperature": 0.1, "top_k": 3})
    assert (sent["temperature"], sent["top_k"]) == (0.1, 3)


def test_a_schema_becomes_an_instruction_if_the_service_takes_none():
    """JSON is requested, with the schema in the system message; JSON without a schema stays unchanged."""
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    assert body(response_format=wanted)["response_format"] == wanted
    sent = body("deepseek", response_format=wanted)
    assert sent["response_format"] == {"type": "json_object"}
    system, user = sent["messages"]
    assert system["role"] == "system"
    assert json.dumps(schema) in system["content"]
    assert user == HELLO[0]
    system, user = body(
        "deepseek", [{"role": "system", "content": "Be kind."}, *HELLO], response_format=wanted
    )["messages"]
    assert system["content"].startswith("Be kind.\n\n")
    assert json.dumps(schema) in system["content"]
    assert body("deepseek", response_format={"type": "json_object"})["messages"] == HELLO


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("stop", ["END", ""]),
        ("stop", 3),
        ("tool_choice", "maybe"),
        ("tool_choice", {"type": "function"}),
        ("response_format", {"type": "xml"}),
        ("response_format", {"type": "json_schema", "json_schema": {}}),
        ("timeout", 0),
        ("base_url", "ftp://example.org"),
        ("auth", "käse-0123456789"),
        ("auth", "two\nlines"),
    ],
)
def test_a_wrong_value_is_refused_at_the_call(option, value):
    """A value that the service would misunderstand raises an error with the option's name, before sending."""
    with pytest.raises(InvalidArgumentError) as caught:
        request(**{option: value})
    assert caught.value.argument == option
    assert "käse" not in str(caught.value)
    assert "lines" not in str(caught.value)


def test_encoding_format_of_embeddings():
    """Base64 is requested if the service has it and the caller does not choose; other fields stay unchanged."""

    def sent(service, **options):
        embed = SERVICES[service]._create_embedding
        return embed(model="m", input=["a", [1, 2]], auth=KEY, **options).request.json

    plain = {"input": ["a", [1, 2]], "model": "m"}
    assert sent("openai") == {**plain, "encoding_format": "base64"}
    assert sent("openai", encoding_format="float", dimensions=3) == {
        **plain,
        "encoding_format": "float",
        "dimensions": 3,
    }
    assert sent("together") == plain
    assert sent("together", user="me", extra_body={"x": 1}) == {**plain, "user": "me", "x": 1}


# --- messages ------------------------------------------------------------------------------------------


def test_the_role_developer_becomes_one_that_the_service_knows():
    """OpenAI has the role developer; for other services it becomes system."""
    told = [{"role": "developer", "content": "Be brief."}, *HELLO]
    assert body("openai", told)["messages"][0]["role"] == "developer"
    assert body("groq", told)["messages"][0] == {"role": "system", "content": "Be brief."}


THOUGHT = {
    "role": "assistant",
    "content": "Rain.",
    "reasoning": [{"text": "Look ", "signature": None}, {"text": "up.", "signature": "opaque"}],
}
DETAILS = [{"type": "reasoning.text", "text": "Look up.", "signature": "sig", "index": 0}]
SIGNED = {
    **THOUGHT,
    "reasoning": [{"text": "Look up.", "signature": json.dumps({"reasoning_details": DETAILS})}],
}
PLAIN = {"role": "assistant", "content": "Rain."}


@pytest.mark.parametrize(
    ("service", "given", "sent"),
    [
        ("openai", THOUGHT, PLAIN),
        ("groq", THOUGHT, PLAIN),
        ("deepseek", THOUGHT, {**PLAIN, "reasoning_content": "Look up."}),
        ("vllm", THOUGHT, {**PLAIN, "reasoning": "Look up."}),
        ("openrouter", THOUGHT, {**PLAIN, "reasoning": "Look up."}),
        ("openrouter", SIGNED, {**PLAIN, "reasoning_details": DETAILS}),
        ("openai", {**PLAIN, "reasoning": []}, PLAIN),
        ("deepseek", {**PLAIN, "reasoning": []}, PLAIN),
        ("openrouter", {**PLAIN, "reasoning": "my own"}, {**PLAIN, "reasoning": "my own"}),
        ("openai", {**PLAIN, "refusal": None}, PLAIN),
        ("openai", {**PLAIN, "refusal": "No."}, {**PLAIN, "refusal": "No."}),
    ],
)
def test_reasoning_goes_back_where_it_is_wanted(service, given, sent):
    """Reasoning is sent back in the service's field, and not to a service without one."""
    assert message(service, given) == sent


def test_the_callers_messages_are_left_alone():
    """The caller's own dictionaries are not changed."""
    given = [{"role": "developer", "content": [{"type": "text", "text": "x"}]}, SIGNED]
    before = json.dumps(given)
    body("mistral", given)
    body("deepseek", given)
    assert json.dumps(given) == before


@pytest.mark.parametrize(
    ("signature", "extra"),
    [
        (
            json.dumps({"extra_content": {"google": {"thought_signature": "abc"}}}),
            {"google": {"thought_signature": "abc"}},
        ),
        ("from-another-service", None),
        ("[1]", None),
        (None, None),
    ],
)
def test_signatures_of_tool_calls_go_back_to_where_they_came_from(signature, extra):
    """A signature of this API is sent back in its field, and any other signature is not sent."""
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    sent = message(
        "openai", {"role": "assistant", "content": None, "tool_calls": [{**call, "signature": signature}]}
    )
    assert sent["tool_calls"] == [call if extra is None else {**call, "extra_content": extra}]


PDF = "data:application/pdf;base64,JVBERi0="


@pytest.mark.parametrize(
    ("service", "given", "sent"),
    [
        ("openai", {"file_data": PDF}, {"file_data": PDF, "filename": "file.pdf"}),
        ("openai", {"file_data": PDF, "filename": "a.pdf"}, {"file_data": PDF, "filename": "a.pdf"}),
        ("openai", {"file_data": "data:text/x-c++;base64,aQ=="}, {"file_data": "data:text/x-c++;base64,aQ==", "filename": "file"}),
        ("openai", {"file_id": "file-1"}, {"file_id": "file-1"}),
        ("openrouter", {"file_url": "https://example.org/a.pdf?x=1"}, {"file_data": "https://example.org/a.pdf?x=1", "filename": "a.pdf"}),
        ("openrouter", {"file_url": "https://example.org/"}, {"file_data": "https://example.org/", "filename": "example.org"}),
    ],
)  # fmt: skip
def test_files_have_the_names_that_the_api_wants(service, given, sent):
    """A file with data has a name, and a URL is sent to services that fetch it."""
    content = [{"type": "text", "text": "Read"}, {"type": "file", "file": given}]
    assert message(service, {"role": "user", "content": content})["content"] == [
        content[0],
        {"type": "file", "file": sent},
    ]


def test_a_file_by_its_url_is_refused_where_it_would_not_be_fetched():
    """The error names the message."""
    content = [{"type": "file", "file": {"file_url": "https://example.org/a.pdf"}}]
    with pytest.raises(InvalidMessageError, match=r"messages\[1\]") as caught:
        message("openai", {"role": "user", "content": content})
    assert caught.value.index == 1


def test_texts_are_joined_for_services_that_want_one_string():
    """Text parts become one string, unless there is an image."""
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert message("deepseek", {"role": "user", "content": parts})["content"] == "a\nb"
    assert message("openai", {"role": "user", "content": parts})["content"] == parts
    mixed = [*parts, {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]
    assert message("deepseek", {"role": "user", "content": mixed})["content"] == mixed


# --- the URL, the key, the headers -----------------------------------------------------------------------


def test_the_key_is_in_one_header_and_nowhere_else():
    """The key is not in the URL, the body or the repr, and the request knows it as a secret."""
    sent = request(extra_headers={"X-Api-Token": "other-secret-value", "X-Plain": "plain"})
    assert sent.url == "https://api.openai.com/v1/chat/completions"
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{sent!r} {sent.url} {sent.json}"
    assert KEY not in repr(SERVICES["groq"])
    assert sent.secrets == (KEY, "other-secret-value")


def test_the_address_is_the_calls_then_the_environments(monkeypatch):
    """`base_url` comes first, then this library's variable, the client's own, and the service's address."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/theirs/")
    assert request().url == "http://127.0.0.1:1/theirs/chat/completions"
    monkeypatch.setenv("G4F_LITE_OPENAI_URL", "http://127.0.0.1:1/ours")
    assert request().url == "http://127.0.0.1:1/ours/chat/completions"
    assert request(base_url="http://127.0.0.1:2/v1/").url == "http://127.0.0.1:2/v1/chat/completions"
    monkeypatch.setenv("G4F_LITE_OPENAI_URL", "127.0.0.1:1")
    with pytest.raises(InvalidArgumentError, match="G4F_LITE_OPENAI_URL"):
        request()


def test_queries_and_headers_of_the_callers_own_are_added():
    """`extra_query` is encoded, and `extra_headers` replace other headers."""
    sent = request(
        extra_query={"a": "b c", "d": [1, 2]},
        extra_headers={"OpenAI-Project": "p", "X-More": "1"},
        project="q",
    )
    assert sent.url.endswith("/chat/completions?a=b+c&d=1&d=2")
    assert (sent.headers["OpenAI-Project"], sent.headers["X-More"]) == ("p", "1")


def test_headers_from_the_environment_are_for_the_service_itself(monkeypatch):
    """A call with another address does not send the organization of the environment."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org_1")
    assert request().headers["OpenAI-Organization"] == "org_1"
    assert request(organization="org_2").headers["OpenAI-Organization"] == "org_2"
    elsewhere = {"base_url": "http://127.0.0.1:1/v1"}
    assert "OpenAI-Organization" not in request(**elsewhere).headers
    assert request(**elsewhere, organization="org_2").headers["OpenAI-Organization"] == "org_2"


def test_a_header_of_the_callers_own_replaces_ours_in_any_case():
    """A header of the caller replaces one of another case, so that no name is sent twice."""
    sent = request(extra_headers={"authorization": "Basic abc"})
    assert {name: value for name, value in sent.headers.items() if name.lower() == "authorization"} == {
        "authorization": "Basic abc"
    }


def test_a_call_without_a_key_says_where_one_is_looked_for(provided, monkeypatch):
    """The error of a call without a key names the variable."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(MissingAuthError, match="OPENAI_API_KEY"):
        ChatCompletion.create(provider=provided("openai"), model="gpt-4.1", messages=HELLO)


def test_unknown_options_are_refused_by_name(provided):
    """A misspelt option, or one that OpenAI does not have, raises an error with a suggestion."""
    with pytest.raises(UnsupportedOptionError, match="temperature"):
        ChatCompletion.create(
            provider=provided("openai"), model="gpt-4.1", messages=HELLO, auth=KEY, temprature=1
        )
    with pytest.raises(TypeError, match="top_k"):
        request(top_k=1)
