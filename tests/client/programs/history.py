"""Every way to add an answer to the messages of the next request."""

import json

from openai import OpenAI
from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)

client = OpenAI()
tools: list[ChatCompletionToolParam] = [
    {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
]
start: list[ChatCompletionMessageParam] = [
    ChatCompletionSystemMessageParam(role="system", content="Be brief."),
    ChatCompletionUserMessageParam(role="user", content="Weather?"),
]
response = client.chat.completions.create(model="gpt-4.1-mini", messages=start, tools=tools)
message = response.choices[0].message
results = [
    ChatCompletionToolMessageParam(role="tool", tool_call_id=call.id, content="17")
    for call in message.tool_calls or []
]
forms = [
    message,
    message.model_dump(),
    message.model_dump(exclude_none=True),
    message.model_dump(exclude_unset=True),
    message.model_dump(include={"role", "content", "tool_calls"}),
    message.to_dict(),
    json.loads(message.model_dump_json(exclude_none=True)),
    json.loads(message.to_json()),
    dict(message),
    {"role": message.role, "content": message.content, "tool_calls": message.tool_calls},
    {"role": "assistant", "tool_calls": [call.model_dump() for call in message.tool_calls]},
    ChatCompletionMessage(role="assistant", content=None, tool_calls=message.tool_calls),
    ChatCompletionAssistantMessageParam(
        role="assistant",
        tool_calls=[
            {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": "{}"}}
            for call in message.tool_calls
        ],
    ),
]
for form in forms:
    answer = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[*start, form, *results], tools=tools
    )
    print(answer.choices[0].message.content)
print(isinstance(message, ChatCompletionMessage))
