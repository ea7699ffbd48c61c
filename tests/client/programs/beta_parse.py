"""The older name of `parse` and `stream`, and partial objects of a stream."""

import asyncio

from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel


class Event(BaseModel):
    name: str
    participants: list[str]


client = OpenAI()
say = [{"role": "system", "content": "Extract the event."}, {"role": "user", "content": "A fair on Friday."}]
completion = client.beta.chat.completions.parse(model="gpt-4.1-mini", messages=say, response_format=Event)
event = completion.choices[0].message.parsed
print(event.name, event.participants, event == Event(name="Science Fair", participants=["Alice", "Bob"]))
with client.beta.chat.completions.stream(model="gpt-4.1-mini", messages=say, response_format=Event) as stream:
    for item in stream:
        if item.type == "content.delta":
            if item.parsed is not None:
                print("so far", item.parsed)
        elif item.type == "content.done":
            print("done", type(item.parsed).__name__, item.parsed.name)
final_completion = stream.get_final_completion()
print(final_completion.choices[0].message.parsed)


async def main():
    client = AsyncOpenAI()
    completion = await client.chat.completions.parse(
        model="gpt-4.1-mini", messages=say, response_format=Event
    )
    print(completion.choices[0].message.parsed)
    async with client.chat.completions.stream(
        model="gpt-4.1-mini", messages=say, response_format=Event
    ) as stream:
        async for item in stream:
            if item.type == "content.done":
                print(item.parsed)
        print((await stream.get_final_completion()).choices[0].message.parsed.participants)


asyncio.run(main())
