"""Tool calls in a stream, joined from their deltas."""

from openai import OpenAI

client = OpenAI()
tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
stream = client.chat.completions.create(
    model="gpt-4.1-mini", messages=[{"role": "user", "content": "Weather?"}], tools=tools, stream=True
)
calls = {}
for chunk in stream:
    for tool_call in chunk.choices[0].delta.tool_calls or []:
        if tool_call.index not in calls:
            calls[tool_call.index] = tool_call
        else:
            calls[tool_call.index].function.arguments += tool_call.function.arguments
    if chunk.choices[0].finish_reason:
        print(chunk.choices[0].finish_reason)
for index, tool_call in sorted(calls.items()):
    print(index, tool_call.id, tool_call.type, tool_call.function.name, tool_call.function.arguments)
