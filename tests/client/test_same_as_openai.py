"""Our clients compared with those of the `openai` package: same server, same results, same names."""

import json

import pytest
from official_openai import KEY, accumulated, asked, both, common, ours, recorded, reply, theirs, whole

from g4f_lite.testing import Upstream

CASES = recorded().CASES
CHATS = [case for case in CASES if case.function == "completion" and case.error is None]
# The `openai` package cannot read a complete answer to a request for a stream, it yields the keep-alive events
# of OpenRouter as chunks, and it keeps the old function calls, which are tool calls here.
ODD = ("whole-in-place-of-a-stream", "keep-alives", "function-call")
STREAMS = [case for case in CHATS if case.stream and case.id not in ODD]
WHOLE = [case for case in CHATS if not case.stream]
WAYS = ["sync", "async"]


def parametrize_cases(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.id)


@pytest.mark.parametrize("way", WAYS)
@parametrize_cases(WHOLE)
def test_answers_equal_the_official_ones(case, way):
    """Content, refusal, tool calls, citations, audio, finish reasons, usage and names of an answer are equal."""
    with Upstream(reply(case)) as upstream:
        mine, official = both(case, upstream, way)
    assert whole(mine) == whole(official)


@pytest.mark.parametrize("way", WAYS)
@parametrize_cases(STREAMS)
def test_accumulated_streams_equal_the_official_ones(case, way):
    """The chunks of a stream, accumulated as programs do it, are equal and end with the usage."""
    with Upstream(reply(case)) as upstream:
        mine, official = both(case, upstream, way)
    assert accumulated(mine) == accumulated(official)


@parametrize_cases(WHOLE)
def test_dumps_equal_the_official_ones(case):
    """The common fields of `model_dump`, `to_dict` and the JSON of an answer are equal."""
    with Upstream(reply(case)) as upstream:
        mine, official = both(case, upstream, "sync")
    for method in ("model_dump", "to_dict"):
        assert common(getattr(mine, method)(), getattr(official, method)()) == []
    for method in ("model_dump_json", "to_json"):
        left, right = getattr(mine, method)(), getattr(official, method)()
        assert common(json.loads(left), json.loads(right)) == []
        assert ("\n" in left) == ("\n" in right)
    known = set(official.choices[0].message.model_dump())
    assert set(mine.choices[0].message.model_dump()) <= known


@parametrize_cases(STREAMS)
def test_request_bodies_equal_the_official_ones(case):
    """Both clients send the same body, except that ours always requests the usage."""
    with Upstream(reply(case)) as upstream:
        both(case, upstream, "sync")
        left, right = (json.loads(request.body) for request in upstream.requests)
    assert left == right


def test_no_usage_chunk_without_include_usage():
    """Without `include_usage` no chunk is without choices, and the usage is in the completion."""
    case = CHATS[0]
    arguments = {name: value for name, value in asked(case).items() if name != "stream_options"}
    with Upstream(reply(case)) as upstream:
        stream = ours(upstream).chat.completions.create(**arguments)
        chunks = list(stream)
        assert [chunk for chunk in chunks if not chunk.choices or chunk.usage] == []
        assert stream.completion.usage[:2] == case.usage
        assert stream.completion.text == case.text
        assert stream.provenance.provider == "openai"


@pytest.mark.parametrize("encoding", [None, "base64"])
def test_embeddings_equal_the_official_ones(encoding):
    """Vectors, their order and the usage are equal, as numbers and as base64."""
    case = next(case for case in CASES if case.id == "embeddings-base64")
    options = {} if encoding is None else {"encoding_format": encoding}
    with Upstream(reply(case)) as upstream, theirs(upstream) as official:
        arguments = {"model": "text-embedding-3-small", "input": ["a", "b"], **options}
        mine = ours(upstream).embeddings.create(**arguments)
        right = official.embeddings.create(**arguments)
    assert mine.model == right.model
    assert (mine.usage.prompt_tokens, mine.usage.total_tokens) == (
        right.usage.prompt_tokens,
        right.usage.total_tokens,
    )
    assert [item.index for item in mine.data] == [0, 1]
    assert {item.index: item.embedding for item in mine.data} == {
        item.index: item.embedding for item in right.data
    }
    assert mine.data[0].object == right.data[0].object == "embedding"


def test_model_lists_equal_the_official_ones():
    """The names of the models are in the same order, from the same path."""
    case = next(case for case in CASES if case.function == "models")
    with Upstream(reply(case)) as upstream, theirs(upstream) as official:
        mine, right = ours(upstream).models.list(), official.models.list()
        assert [model.id for model in mine] == [model.id for model in right] == list(case.names)
        assert [model.id for model in mine.data] == [model.id for model in right.data]
        paths = [request.target for request in upstream.requests]
        assert paths[0] == paths[1]
        assert {request.header("authorization") for request in upstream.requests} == {f"Bearer {KEY}"}
