"""The `openai` package's names, and what programs do with the records and errors behind them."""

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


def test_each_name_is_one_of_the_official_package():
    """Each name is there too, and what is an error there is one here, below the same others."""
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
def test_names_that_are_not_here(name, says):
    """A name without a counterpart is an error that says what to write."""
    assert not hasattr(openai, name)
    with pytest.raises(AttributeError, match=f"'{name}'.*{says}"):
        getattr(openai, name)


def test_markers_and_timeouts():
    """The markers say nothing and are false; a timeout has its parts."""
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
def test_tools_of_models_are_the_same(model, more):
    """`pydantic_function_tool` makes the tool that the official function makes, and keeps the model."""
    mine, theirs = (
        openai.pydantic_function_tool(model, **more),
        official.pydantic_function_tool(model, **more),
    )
    assert {"description": "", **mine["function"]} == {"description": "", **theirs["function"]}
    assert mine["type"] == theirs["type"]
    assert mine["function"].model is model


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.id)
def test_records_come_back_from_json(case):
    """What was written as JSON, or dumped, becomes an equal answer again, and so does what was pickled."""
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
def test_what_is_no_record(wrong):
    """What is no dictionary, or lacks a field, is an error that says so."""
    with pytest.raises(InvalidArgumentError, match="no ChatCompletion"):
        types.ChatCompletion.model_validate(wrong)


@given(update=st.dictionaries(st.sampled_from(["content", "refusal"]), st.text()), deep=st.booleans())
def test_a_copy_is_another(update, deep):
    """`model_copy` has what was updated, the rest as it was, and leaves the original alone."""
    message = types.ChatCompletionMessage("Hi", annotations=[], images=[{"a": 1}])
    before = copy.deepcopy(message)
    other = message.model_copy(update=update, deep=deep)
    other.images.append({"b": 2}) if deep else None
    assert {name: getattr(other, name) for name in update} == update
    assert message == before


def test_an_error_keeps_what_a_report_needs():
    """Status, the request's name and the limits' headers are kept; cookies and keys are not."""
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


def test_a_refusal_without_json_keeps_its_name():
    """A page in place of an error object has its request's name too, of a provider that reads no errors."""
    page = Reply("<h1>Busy</h1>", status=503, headers={"x-request-id": "req-3"})
    with Upstream(lambda _: page) as upstream:
        with pytest.raises(openai.InternalServerError) as caught:
            ours(upstream).chat.completions.create(**asked(WHOLE[0]))
        assert caught.value.request_id == "req-3"
        assert caught.value.response.json()["error"]["type"] is None


def test_the_requests_name_is_in_the_answer():
    """`_request_id` is what the service calls the request, None if it does not."""
    case = WHOLE[0]
    with Upstream(
        [Reply(case.body, headers={"content-type": case.media_type, "x-request-id": "req-1"}), reply(case)]
    ) as upstream:
        answer = ask(ours(upstream), case)
        assert answer._request_id == "req-1"
        assert "req-1" not in answer.model_dump_json()
        assert ask(ours(upstream), case)._request_id is None
