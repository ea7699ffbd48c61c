"""The clients over every service: what was recorded of each comes through in OpenAI's shape, and goes back."""

import asyncio

import pytest
from official_openai import KEY, ask, ask_async, recorded, reply

from g4f_lite import AsyncClient, ChatCompletion, Client, registry
from g4f_lite.client._request import serialize_messages
from g4f_lite.errors import G4FLiteError
from g4f_lite.messages import check_messages
from g4f_lite.testing import Upstream

FAMILIES = ("openai", "services", "responses", "anthropic", "gemini", "ollama", "cohere")
CHATS = [
    case
    for name in FAMILIES
    for case in recorded(name).CASES
    if case.function == "completion" and registry.knows(case.provider)
]
GOOD = [case for case in CHATS if case.error is None]


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: f"{case.provider}-{case.id}")


def made(kind, case, upstream):
    return kind(provider=case.provider, api_key=KEY, base_url=upstream.url, max_retries=0)


def answered(case, upstream, way):
    """The whole answer, or all chunks, of a client."""
    if way == "sync":
        return ask(made(Client, case, upstream), case)
    return asyncio.run(ask_async(made(AsyncClient, case, upstream), case))


def told(case, result):
    """What the first choice says, of a whole answer or of chunks."""
    if not case.stream:
        choice, said = result.choices[0], result.choices[0].message
        calls = [(call.function.name, call.function.arguments) for call in said.tool_calls or ()]
        sources, reason = len(said.annotations), choice.finish_reason
        thought, text, refusal, usage = said.reasoning_content, said.content, said.refusal, result.usage
    else:
        choices = [choice for chunk in result for choice in chunk.choices if choice.index == 0]
        deltas = [choice.delta for choice in choices]
        pieces = [piece for delta in deltas for piece in delta.tool_calls or ()]
        places = sorted({piece.index for piece in pieces})
        calls = [
            (
                next(piece.function.name for piece in pieces if piece.index == place and piece.function.name),
                "".join(piece.function.arguments or "" for piece in pieces if piece.index == place),
            )
            for place in places
        ]
        assert all(next(piece for piece in pieces if piece.index == place).id for place in places)
        thought = "".join(delta.reasoning_content or "" for delta in deltas)
        text = "".join(delta.content or "" for delta in deltas)
        refusals = [delta.refusal for delta in deltas if delta.refusal is not None]
        refusal = "".join(refusals) if refusals else None
        sources = sum(len(delta.annotations or ()) for delta in deltas)
        reason = next((choice.finish_reason for choice in reversed(choices) if choice.finish_reason), None)
        usage = result[-1].usage
    return {
        "text": text or "",
        "reasoning": thought or "",
        "refusal": refusal,
        "tool_calls": tuple(calls),
        "finish_reason": reason,
        "citations": sources,
        "usage": usage and (usage.prompt_tokens, usage.completion_tokens),
    }


@pytest.mark.parametrize("way", ["sync", "async"])
@named(GOOD)
def test_what_was_recorded_comes_through(case, way):
    """Text, reasoning, refusal, tool calls, reason, sources and counts are the recorded ones."""
    with Upstream(reply(case)) as upstream:
        result = answered(case, upstream, way)
    assert told(case, result) == {
        name: getattr(case, name)
        for name in ("text", "reasoning", "refusal", "tool_calls", "finish_reason", "citations", "usage")
    }


@named([case for case in CHATS if case.error is not None])
def test_what_breaks_off_raises(case):
    """An error inside an answer is raised by the client too, with what had come."""
    with Upstream(reply(case)) as upstream, pytest.raises(case.error) as caught:
        answered(case, upstream, "sync")
    assert isinstance(caught.value, G4FLiteError)
    assert KEY not in f"{caught.value}{vars(caught.value)}"


@named([case for case in GOOD if not case.stream])
def test_an_answer_goes_back_as_a_message(case):
    """Put back as the record, or as its `model_dump`, an answer says what the library's own message says."""
    with Upstream(lambda _: reply(case)) as upstream:
        message = answered(case, upstream, "sync").choices[0].message
        own = ChatCompletion.create(
            provider=case.provider,
            model=case.model,
            messages=case.messages,
            base_url=upstream.url,
            auth=KEY,
            **case.options,
        ).completion.message
    if not (message.content or message.tool_calls or message.refusal or message.reasoning):
        return  # sounds and pictures alone are nothing that can be put back
    for form in (message, message.model_dump(), message.to_dict()):
        (back,) = check_messages(serialize_messages([form]))
        (wanted,) = check_messages([own])
        assert {**back, "content": back["content"] or None} == {
            **wanted,
            "content": wanted["content"] or None,
        }
