"""The `openai` package's names, and the behaviour of the records and errors with these names."""

import copy
import json
import pickle
from typing import Literal

import openai as official
import pytest
from hypothesis import given
from hypothesis import strategies as st
from official_openai import KEY, ask, asked, ours, recorded, reply
from pydantic import BaseModel

from g4f_lite import AsyncClient, Client, errors
from g4f_lite.client import openai, types
from g4f_lite.client._settings import is_omitted
from g4f_lite.errors import InvalidArgumentError
from g4f_lite.testing import Reply, Upstream

CASES = [case for case in recorded().CASES if case.function == "completion" and case.error is None]
WHOLE = [case for case in CASES if not case.stream]


def test_each_name_exists_in_the_official_package():
    """Each name exists in the official package, and errors have the same hierarchy."""
    assert set(openai.__all__) <= set(dir(official))
    assert (openai.OpenAI, openai.AsyncOpenAI) == (Client, AsyncClient)
    kinds = [name for name in openai.__all__ if name.endswith("Error")]
    for name in kinds:
        assert issubclass(getattr(openai, name), errors.G4FLiteError)
        for other in kinds:
            if issubclass(getattr(official, name), getattr(official, other)):
                assert issubclass(getattr(openai, name), getattr(openai, other)), (name, other)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("AzureOpenAI", "azure"),
        ("ConflictError", "409"),
        ("api_key", "make a client"),
        ("embeddings", "make a client"),
        ("types", "g4f_lite.client.types"),
        ("Frobnicate", ""),
    ],
)
def test_unsupported_names_raise_with_an_alternative(name, says):
    """A name without a counterpart is an `AttributeError` that names the alternative."""
    assert not hasattr(openai, name)
    with pytest.raises(AttributeError, match=f"'{name}'.*{says}"):
        getattr(openai, name)


def test_sentinels_and_timeouts_equal_the_official_ones():
    """The sentinels count as omitted and are false, and a timeout has the same parts."""
    assert is_omitted(openai.NOT_GIVEN)
    assert is_omitted(openai.omit)
    assert not openai.NOT_GIVEN
    assert not openai.omit
    assert repr(openai.NOT_GIVEN) == repr(official.NOT_GIVEN)
    for arguments in ({"timeout": 9.0, "connect": 2.0}, {"timeout": 3.0}, {"timeout": None, "read": 1.0}):
        mine, theirs = openai.Timeout(**arguments), official.Timeout(**arguments)
        assert (mine.connect, mine.read, mine.write, mine.pool) == (
            theirs.connect,
            theirs.read,
            theirs.write,
            theirs.pool,
        )
        assert str(mine.read) in repr(mine)


class Search(BaseModel):
    """Look something up."""

    words: list[str]
    limit: int


class Bare(BaseModel):
    """A choice."""

    kind: Literal["a", "b"]


@pytest.mark.parametrize("model", [Search, Bare])
@pytest.mark.parametrize("more", [{}, {"name": "look"}, {"description": "Other words."}, {"description": ""}])
def test_function_tools_equal_the_official_ones(model, more):
    """`pydantic_function_tool` returns the same tool as the official function, and keeps the model."""
    mine, theirs = (
        openai.pydantic_function_tool(model, **more),
        official.pydantic_function_tool(model, **more),
    )
    assert {"description": "", **mine["function"]} == {"description": "", **theirs["function"]}
    assert mine["type"] == theirs["type"]
    assert mine["function"].model is model


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.id)
def test_records_survive_json_and_pickling(case):
    """A record that is dumped, serialized as JSON or pickled is restored as an equal record."""
    with Upstream(reply(case)) as upstream:
        answer = ask(ours(upstream), case)
    bare = answer.model_copy(update={"provenance": None, "model_extra": None, "_request_id": None}, deep=True)
    for choice in bare.choices:
        choice.message.parsed = None
    read = types.ChatCompletion.model_validate_json
    assert read(answer.model_dump_json()) == read(answer.to_json()) == bare
    assert types.ChatCompletion.model_validate(answer.model_dump()) == bare
    assert types.ChatCompletion.model_validate(answer) is answer
    assert pickle.loads(pickle.dumps(answer)) == copy.deepcopy(answer) == answer
    message = answer.choices[0].message
    assert dict(message)["content"] == message.content
    assert dict(message).keys() == message.model_dump().keys()
    assert dict(message).get("tool_calls") == message.tool_calls


@pytest.mark.parametrize("wrong", [5, None, "text", [], {"id": "x"}])
def test_an_invalid_record_raises(wrong):
    """A value that is not a dictionary, or lacks a field, is an `InvalidArgumentError`."""
    with pytest.raises(InvalidArgumentError, match="no ChatCompletion"):
        types.ChatCompletion.model_validate(wrong)


@given(update=st.dictionaries(st.sampled_from(["content", "refusal"]), st.text()), deep=st.booleans())
def test_model_copy_does_not_change_the_original(update, deep):
    """`model_copy` has the updated fields and the other fields, and leaves the original unchanged."""
    message = types.ChatCompletionMessage("Hi", annotations=[], images=[{"a": 1}])
    before = copy.deepcopy(message)
    other = message.model_copy(update=update, deep=deep)
    other.images.append({"b": 2}) if deep else None
    assert {name: getattr(other, name) for name in update} == update
    assert message == before


def test_an_error_keeps_what_a_report_needs():
    """The status, the request id and the rate limit headers are kept; cookies and keys are not."""
    body = {
        "error": {
            "message": f"Slow down, {KEY}",
            "type": "tokens",
            "code": "rate_limit_exceeded",
            "param": None,
        }
    }
    headers = {
        "content-type": "application/json",
        "x-request-id": "req-9",
        "retry-after": "3",
        "x-ratelimit-remaining-requests": "0",
        "set-cookie": f"session={KEY}",
        "x-ratelimit-limit-key": KEY,
    }
    busy = Reply(json.dumps(body), status=429, headers=headers)
    with Upstream(busy) as upstream, pytest.raises(openai.RateLimitError) as caught:
        ours(upstream).chat.completions.create(**asked(WHOLE[0]))
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.request_id, error.type, error.code, error.message) == (
        "req-9",
        "tokens",
        "rate_limit_exceeded",
        str(error),
    )
    response = error.response
    assert (response.status_code, response.is_success) == (429, False)
    assert response.headers["Retry-After"] == response.headers.get("retry-after") == "3"
    assert "X-RateLimit-Remaining-Requests" in response.headers
    assert "set-cookie" not in response.headers
    assert response.headers.get("nothing", "x") == "x"
    assert json.loads(response.text) == response.json()
    assert response.json()["error"]["code"] == "rate_limit_exceeded"
    assert KEY not in f"{response}{dict(response.headers)}{response.text}{vars(error)}"
    lost = errors.ProviderConnectionError("Away.")
    assert (lost.type, lost.code, lost.param) == (None, None, None)


def test_an_error_without_json_keeps_its_request_id():
    """An error response that is an HTML page keeps its request id, if the provider has no error parser."""
    page = Reply("<h1>Busy</h1>", status=503, headers={"x-request-id": "req-3"})
    with Upstream(lambda _: page) as upstream:
        with pytest.raises(openai.InternalServerError) as caught:
            ours(upstream).chat.completions.create(**asked(WHOLE[0]))
        assert caught.value.request_id == "req-3"
        assert caught.value.response.json()["error"]["type"] is None


def test_the_answer_has_the_request_id():
    """`_request_id` is the service's id of the request, or None if the service sent none."""
    case = WHOLE[0]
    with Upstream(
        [Reply(case.body, headers={"content-type": case.media_type, "x-request-id": "req-1"}), reply(case)]
    ) as upstream:
        answer = ask(ours(upstream), case)
        assert answer._request_id == "req-1"
        assert "req-1" not in answer.model_dump_json()
        assert ask(ours(upstream), case)._request_id is None
