"""A loop over tools, as in the guide to function calling."""

import json

from openai import OpenAI

client = OpenAI()


def get_weather(city):
    return {"city": city, "celsius": len(city)}


tools = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]
messages = [{"role": "user", "content": "How is the weather?"}]
while True:
    response = client.chat.completions.create(
        model="gpt-4.1-mini", messages=messages, tools=tools, tool_choice="auto", parallel_tool_calls=True
    )
    choice = response.choices[0]
    messages.append(choice.message)
    print(choice.finish_reason, choice.message.content)
    if choice.finish_reason != "tool_calls":
        break
    for tool_call in choice.message.tool_calls:
        arguments = json.loads(tool_call.function.arguments)
        print(tool_call.id, tool_call.type, tool_call.function.name, arguments)
        result = json.dumps(get_weather(**arguments))
        messages.append({"role": "tool", "tool_call_id": tool_call.id, "content": result})
print(len(messages))
