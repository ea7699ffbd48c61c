"""Answers as values: dumped, stored, loaded, copied and compared."""

import copy
import json
import pickle

from openai import OpenAI
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk

client = OpenAI()
say = [{"role": "user", "content": "A tale"}]
response = client.chat.completions.create(model="gpt-4.1-mini", messages=say, seed=1, metadata={"a": "b"})
print(isinstance(response, ChatCompletion), isinstance(response.usage, CompletionUsage))
print(json.loads(response.model_dump_json(indent=2))["choices"][0]["message"]["content"])
print(response.model_dump_json(indent=2).count("\n") > 5, response.to_dict()["usage"])
print(response.model_dump(mode="json", exclude={"choices"})["model"])
again = ChatCompletion.model_validate(json.loads(response.model_dump_json()))
print(again.choices[0].message.content == response.choices[0].message.content, again.usage.total_tokens)
again = ChatCompletion.model_validate_json(response.to_json())
print(type(again.choices[0].message).__name__, again.choices[0].finish_reason, again.usage == response.usage)
print(pickle.loads(pickle.dumps(response)) == response, copy.deepcopy(response) == response)
other = response.model_copy(update={"model": "mine"})
print(other.model, response.model, response.choices is other.choices)
print(response._request_id)
lines = []
for chunk in client.chat.completions.create(model="gpt-4.1-mini", messages=say, stream=True):
    assert isinstance(chunk, ChatCompletionChunk)
    lines.append(f"data: {chunk.model_dump_json()}")
text = "".join(json.loads(line[6:])["choices"][0]["delta"].get("content") or "" for line in lines)
print(text)
