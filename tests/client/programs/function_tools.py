"""Tools from models: `pydantic_function_tool`, and parsed arguments."""

from openai import OpenAI, pydantic_function_tool
from pydantic import BaseModel


class GetWeather(BaseModel):
    """The weather of a city."""

    city: str


client = OpenAI()
say = [{"role": "user", "content": "Weather?"}]
tool = pydantic_function_tool(GetWeather, name="get_weather")
completion = client.chat.completions.parse(model="gpt-4.1-mini", messages=say, tools=[tool])
for call in completion.choices[0].message.tool_calls:
    print(call.function.name, call.function.arguments, call.function.parsed_arguments)
    print(type(call.function.parsed_arguments).__name__)
strict = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
completion = client.chat.completions.parse(model="gpt-4.1-mini", messages=say, tools=[strict])
print([call.function.parsed_arguments for call in completion.choices[0].message.tool_calls])
with client.chat.completions.stream(model="gpt-4.1-mini", messages=say, tools=[tool]) as stream:
    for event in stream:
        if event.type == "tool_calls.function.arguments.done":
            print(event.index, event.parsed_arguments)
    print(stream.get_final_completion().choices[0].message.tool_calls[1].function.parsed_arguments)
