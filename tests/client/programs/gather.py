"""Many concurrent requests."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()


async def ask(number):
    response = await client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": f"Number {number}"}]
    )
    return response.choices[0].message.content


async def main():
    print(await asyncio.gather(*(ask(number) for number in range(8))))
    stream = await client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": "A stream of words"}], stream=True
    )
    print("".join([chunk.choices[0].delta.content or "" async for chunk in stream]))
    async with await client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": "Another stream"}], stream=True
    ) as stream:
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                print(chunk.choices[0].delta.content)
                break
    print([model.id async for model in client.models.list()])
    print((await client.embeddings.create(model="text-embedding-3-small", input=["cat"])).data[0].embedding)
    async with client.with_options(max_retries=0) as second:
        print(await ask(9) == (await second.models.list()).data)


asyncio.run(main())
