"""The official `openai` package and g4f_lite's client, compared on the same server."""

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

import openai
from provider_case import KEY

from g4f_lite import AsyncClient, Client
from g4f_lite.testing import Reply


def recorded(family="openai"):
    """Return the recorded answers of a family of services."""
    file = Path(__file__).parents[1] / "providers" / family / "cases.py"
    spec = importlib.util.spec_from_file_location(f"recorded_{family}", file)
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reply(case):
    return Reply(case.body, headers={"content-type": case.media_type, **case.headers})


def theirs(upstream, **more):
    return openai.OpenAI(api_key=KEY, base_url=upstream.url, max_retries=0, **more)


def theirs_async(upstream, **more):
    return openai.AsyncOpenAI(api_key=KEY, base_url=upstream.url, max_retries=0, **more)


def ours(upstream, **more):
    return Client(
        **{"provider": "openai", "api_key": KEY, "base_url": upstream.url, "max_retries": 0, **more}
    )


def ours_async(upstream, **more):
    return AsyncClient(
        **{"provider": "openai", "api_key": KEY, "base_url": upstream.url, "max_retries": 0, **more}
    )


def ask(client, case):
    """Return the answer of a client, or the list of its chunks."""
    made = client.chat.completions.create(**asked(case))
    return list(made) if case.stream else made


async def ask_async(client, case):
    """Return the answer of an async client, or the list of its chunks."""
    made = await client.chat.completions.create(**asked(case))
    return [chunk async for chunk in made] if case.stream else made


def both(case, upstream, way):
    """Return the answers of both clients."""
    if way == "sync":
        with theirs(upstream) as official:
            return ask(ours(upstream), case), ask(official, case)

    async def run():
        async with theirs_async(upstream) as official:
            return await ask_async(ours_async(upstream), case), await ask_async(official, case)

    return asyncio.run(run())


def asked(case):
    wanted = {"model": case.model, "messages": case.messages, **case.options}
    if case.stream:
        wanted |= {"stream": True, "stream_options": {"include_usage": True}}
    return wanted


# --- comparable values ----------------------------------------------------------------------------------


def whole(answer):
    """Return everything that a program can read from the attributes of a complete answer."""
    return {
        "id": answer.id,
        "object": answer.object,
        "created": answer.created,
        "model": answer.model,
        "service_tier": answer.service_tier,
        "system_fingerprint": answer.system_fingerprint,
        "usage": usage(answer.usage),
        "choices": [
            {
                "index": choice.index,
                "finish_reason": choice.finish_reason,
                "logprobs": logprobs(choice.logprobs),
                **message(choice.message),
            }
            for choice in answer.choices
        ],
    }


def message(said):
    return {
        "role": said.role,
        "content": said.content,
        "refusal": said.refusal,
        "annotations": [
            (item.type, item.url_citation.url, item.url_citation.title, item.url_citation.start_index)
            for item in said.annotations
        ],
        "audio": said.audio and (said.audio.id, said.audio.data, said.audio.transcript),
        "tool_calls": [
            (call.id, call.type, call.function.name, call.function.arguments)
            for call in said.tool_calls or ()
        ],
    }


def usage(counted):
    """Return the token counts, with the details that g4f_lite keeps."""
    if counted is None:
        return None
    return (
        counted.prompt_tokens,
        counted.completion_tokens,
        counted.total_tokens,
        counted.prompt_tokens_details and counted.prompt_tokens_details.cached_tokens,
        counted.completion_tokens_details and counted.completion_tokens_details.reasoning_tokens,
    )


def logprobs(said):
    """Return the log probabilities, read from their attributes."""
    return said and [
        (token.token, token.bytes, token.logprob, [(top.token, top.logprob) for top in token.top_logprobs])
        for token in said.content or ()
    ]


def accumulated(chunks):
    """Return the result of a stream, joined as programs do."""
    kept: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        for choice in chunk.choices:
            state = kept.setdefault(
                choice.index,
                {
                    "role": choice.delta.role,
                    "content": "",
                    "refusal": "",
                    "calls": {},
                    "finish": None,
                    "logprobs": [],
                },
            )
            delta = choice.delta
            state["content"] += delta.content or ""
            state["refusal"] += delta.refusal or ""
            for piece in delta.tool_calls or ():
                call = state["calls"].setdefault(
                    piece.index, {"id": "", "name": "", "arguments": "", "type": None}
                )
                call["id"] += piece.id or ""
                call["type"] = piece.type or call["type"]
                call["name"] += piece.function.name or ""
                call["arguments"] += piece.function.arguments or ""
            state["finish"] = choice.finish_reason or state["finish"]
            state["logprobs"] += logprobs(choice.logprobs) or []
    counted = [chunk for chunk in chunks if chunk.usage is not None]
    return {
        "choices": kept,
        "usage": [(usage(chunk.usage), len(chunk.choices)) for chunk in counted],
        "last is the counts": bool(counted) and chunks[-1] is counted[-1],
        "about": {
            (chunk.id, chunk.object, chunk.created, chunk.model, chunk.system_fingerprint, chunk.service_tier)
            for chunk in chunks
            if chunk.id
        },
    }


def common(left, right, path=""):
    """Return the differences between two JSON values in the keys that both have."""
    if isinstance(left, dict) and isinstance(right, dict):
        return [
            d for key in left.keys() & right.keys() for d in common(left[key], right[key], f"{path}.{key}")
        ]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [d for place, (one, two) in pairs for d in common(one, two, f"{path}[{place}]")]
    return [] if left == right else [f"{path}: {json.dumps(left)[:80]} != {json.dumps(right)[:80]}"]
