"""A web service: one client, many requests, server-sent events, limits, timeouts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk


@asynccontextmanager
async def lifespan():
    async with AsyncOpenAI(max_retries=1) as client:
        yield client
    print("closed", client.is_closed())


async def chat(client: AsyncOpenAI, prompt: str) -> dict:
    response = await client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": prompt}], timeout=10
    )
    return {
        "answer": response.choices[0].message.content,
        "usage": response.usage.model_dump()["total_tokens"],
    }


async def events(client: AsyncOpenAI, prompt: str) -> AsyncIterator[str]:
    stream: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async with stream:
        async for chunk in stream:
            yield f"data: {json.dumps({'text': chunk.choices[0].delta.content or ''})}\n\n"


async def main():
    async with lifespan() as client:
        gate = asyncio.Semaphore(2)

        async def limited(number):
            async with gate:
                return await chat(client, f"Number {number}")

        print(await asyncio.gather(*(limited(number) for number in range(5))))
        got = [json.loads(line[6:])["text"] async for line in events(client, "A few words")]
        print("".join(got))
        walk = events(client, "Left early")
        async for line in walk:
            if json.loads(line[6:])["text"]:
                print(line.strip())
                break
        await walk.aclose()
        try:
            await asyncio.wait_for(chat(client, "stall"), 0.3)
        except asyncio.TimeoutError:
            print("too slow")
        tasks = [asyncio.create_task(chat(client, "the same")) for _ in range(3)]
        for done in asyncio.as_completed(tasks):
            print((await done)["answer"])


asyncio.run(main())
