"""The clients over every service: the recorded answers in OpenAI's format, and their way back as messages."""

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


def parametrize_cases(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: f"{case.provider}-{case.id}")


def make_client(kind, case, upstream):
    return kind(provider=case.provider, api_key=KEY, base_url=upstream.url, max_retries=0)


def get_result(case, upstream, way):
    """Return the answer, or all chunks, of a client."""
    if way == "sync":
        return ask(make_client(Client, case, upstream), case)
    return asyncio.run(ask_async(make_client(AsyncClient, case, upstream), case))


def summarize(case, result):
    """Return the contents of the first choice, from an answer or from chunks."""
    if not case.stream:
        choice, message = result.choices[0], result.choices[0].message
        calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or ()]
        sources, reason = len(message.annotations), choice.finish_reason
        reasoning, text, refusal, usage = (
            message.reasoning_content,
            message.content,
            message.refusal,
            result.usage,
        )
    else:
        choices = [choice for chunk in result for choice in chunk.choices if choice.index == 0]
        deltas = [choice.delta for choice in choices]
        tool_calls = [piece for delta in deltas for piece in delta.tool_calls or ()]
        indexes = sorted({piece.index for piece in tool_calls})
        calls = [
            (
                next(
                    piece.function.name
                    for piece in tool_calls
                    if piece.index == index and piece.function.name
                ),
                "".join(piece.function.arguments or "" for piece in tool_calls if piece.index == index),
            )
            for index in indexes
        ]
        assert all(next(piece for piece in tool_calls if piece.index == index).id for index in indexes)
        reasoning = "".join(delta.reasoning_content or "" for delta in deltas)
        text = "".join(delta.content or "" for delta in deltas)
        refusals = [delta.refusal for delta in deltas if delta.refusal is not None]
        refusal = "".join(refusals) if refusals else None
        sources = sum(len(delta.annotations or ()) for delta in deltas)
        reason = next((choice.finish_reason for choice in reversed(choices) if choice.finish_reason), None)
        usage = result[-1].usage
    return {
        "text": text or "",
        "reasoning": reasoning or "",
        "refusal": refusal,
        "tool_calls": tuple(calls),
        "finish_reason": reason,
        "citations": sources,
        "usage": usage and (usage.prompt_tokens, usage.completion_tokens),
    }


@pytest.mark.parametrize("way", ["sync", "async"])
@parametrize_cases(GOOD)
def test_clients_return_the_recorded_answer(case, way):
    """Text, reasoning, refusal, tool calls, finish reason, citations and usage are the recorded ones."""
    with Upstream(reply(case)) as upstream:
        result = get_result(case, upstream, way)
    assert summarize(case, result) == {
        name: getattr(case, name)
        for name in ("text", "reasoning", "refusal", "tool_calls", "finish_reason", "citations", "usage")
    }


@parametrize_cases([case for case in CHATS if case.error is not None])
def test_an_error_inside_an_answer_is_raised(case):
    """The client raises an error inside an answer, and the error does not contain the key."""
    with Upstream(reply(case)) as upstream, pytest.raises(case.error) as caught:
        get_result(case, upstream, "sync")
    assert isinstance(caught.value, G4FLiteError)
    assert KEY not in f"{caught.value}{vars(caught.value)}"


@parametrize_cases([case for case in GOOD if not case.stream])
def test_an_answer_becomes_the_librarys_message(case):
    """An answer's record or its `model_dump`, used as a message, equals the library's own message."""
    with Upstream(lambda _: reply(case)) as upstream:
        message = get_result(case, upstream, "sync").choices[0].message
        library_message = ChatCompletion.create(
            provider=case.provider,
            model=case.model,
            messages=case.messages,
            base_url=upstream.url,
            auth=KEY,
            **case.options,
        ).completion.message
    if not (message.content or message.tool_calls or message.refusal or message.reasoning):
        return  # an answer with only audio or images cannot be used as a message
    for form in (message, message.model_dump(), message.to_dict()):
        (normalized,) = check_messages(serialize_messages([form]))
        (expected,) = check_messages([library_message])
        assert {**normalized, "content": normalized["content"] or None} == {
            **expected,
            "content": expected["content"] or None,
        }
