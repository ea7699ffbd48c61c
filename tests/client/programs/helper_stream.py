"""The streaming helper and its events."""

import asyncio

from openai import AsyncOpenAI, OpenAI

client = OpenAI()
say = [{"role": "user", "content": "A tale of several words"}]
with client.chat.completions.stream(model="gpt-4.1-mini", messages=say) as stream:
    for event in stream:
        if event.type == "content.delta":
            if event.delta:
                print(event.delta, end="|", flush=True)
            last = event.snapshot
        elif event.type == "content.done":
            print("done", event.content)
        elif event.type == "chunk" and event.chunk.choices[0].finish_reason:
            print("finish", event.snapshot.choices[0].finish_reason)
completion = stream.get_final_completion()
print(completion.choices[0].message.content == last, completion.choices[0].finish_reason, completion.id)

tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
with client.chat.completions.stream(model="gpt-4.1-mini", messages=say, tools=tools) as stream:
    for event in stream:
        if event.type == "tool_calls.function.arguments.delta":
            print(event.index, event.name, event.arguments_delta, event.arguments)
        if event.type == "tool_calls.function.arguments.done":
            print("done", event.index, event.name, event.arguments)
    final = stream.get_final_completion()
for call in final.choices[0].message.tool_calls:
    print(call.id, call.type, call.function.name, call.function.arguments)

with client.chat.completions.stream(
    model="gpt-4.1-mini", messages=say, stream_options={"include_usage": True}
) as stream:
    print(stream.until_done() is stream, stream.get_final_completion().usage.total_tokens)
    print(stream.current_completion_snapshot.choices[0].message.content)
with client.chat.completions.stream(model="gpt-4.1-mini", messages=say) as stream:
    for event in stream:
        if event.type == "content.delta" and event.delta:
            print(event.delta)
            break


async def main():
    client = AsyncOpenAI()
    async with client.chat.completions.stream(model="gpt-4.1-mini", messages=say) as stream:
        async for event in stream:
            if event.type == "content.delta" and event.delta:
                print(event.delta, end="|")
            elif event.type == "content.done":
                print(event.content)
        completion = await stream.get_final_completion()
    print(completion.choices[0].message.content)
    async with client.chat.completions.stream(model="gpt-4.1-mini", messages=say) as stream:
        await stream.until_done()
    print((await stream.get_final_completion()).choices[0].message.role)


asyncio.run(main())
