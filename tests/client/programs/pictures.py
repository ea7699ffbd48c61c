"""Images, JSON mode and a handwritten JSON schema."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()
data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
content = [
    {"type": "text", "text": "What is in it?"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}", "detail": "low"}},
    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
]
answer = client.chat.completions.create(
    model="gpt-4.1-mini", messages=[{"role": "user", "content": content}], max_tokens=300
)
print(answer.choices[0].message.content[:40])
answer = client.chat.completions.create(
    model="gpt-4.1-mini",
    messages=[{"role": "user", "content": "Answer in JSON."}],
    response_format={"type": "json_object"},
)
print(json.loads(answer.choices[0].message.content)["name"])
schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "participants": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "participants"],
    "additionalProperties": False,
}
answer = client.chat.completions.create(
    model="gpt-4.1-mini",
    messages=[{"role": "user", "content": "Answer in JSON."}],
    response_format={
        "type": "json_schema",
        "json_schema": {"name": "event", "strict": True, "schema": schema},
    },
    reasoning_effort="low",
    store=False,
    service_tier="auto",
)
print(json.loads(answer.choices[0].message.content)["participants"])


def ask(number):
    return (
        client.chat.completions.create(
            model="gpt-4.1-mini", messages=[{"role": "user", "content": str(number)}]
        )
        .choices[0]
        .message.content
    )


with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(ask, range(6))))
