"""An agent: streamed parallel tool calls are joined by index, and results sent back, until an answer arrives."""

import json
from collections import defaultdict

from openai import OpenAI

client = OpenAI()
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]


def run(prompt):
    messages = [{"role": "user", "content": prompt}]
    while True:
        stream = client.chat.completions.create(
            model="gpt-4.1-mini", messages=messages, tools=TOOLS, stream=True, parallel_tool_calls=True
        )
        content, finish = [], None
        calls = defaultdict(lambda: {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        for chunk in stream:
            choice = chunk.choices[0]
            delta = choice.delta
            if delta.content:
                content.append(delta.content)
            for piece in delta.tool_calls or []:
                call = calls[piece.index]
                if piece.id:
                    call["id"] = piece.id
                if piece.function.name:
                    call["function"]["name"] += piece.function.name
                if piece.function.arguments:
                    call["function"]["arguments"] += piece.function.arguments
            finish = choice.finish_reason or finish
        print(finish, "".join(content))
        if finish != "tool_calls":
            return "".join(content)
        messages.append(
            {"role": "assistant", "content": "".join(content) or None, "tool_calls": list(calls.values())}
        )
        for call in calls.values():
            arguments = json.loads(call["function"]["arguments"])
            print(call["function"]["name"], arguments)
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": json.dumps({"c": 17})})


print(run("Weather?"))
