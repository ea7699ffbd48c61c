"""Settings of clients, and their attributes."""

import os

import openai
from openai import OpenAI

client = OpenAI(
    api_key=os.environ.get("OPENAI_API_KEY"),
    base_url=os.environ["OPENAI_BASE_URL"],
    organization="org-1",
    project="proj-1",
    timeout=openai.Timeout(60.0, read=5.0, write=10.0, connect=2.0),
    max_retries=3,
    default_headers={"X-Team": "blue"},
)
print(str(client.base_url).rstrip("/") == os.environ["OPENAI_BASE_URL"].rstrip("/"), client.max_retries)
print(client.timeout.read, client.with_options(timeout=7).timeout, client.copy(max_retries=0).max_retries)
print(client.organization, client.project, client.api_key == os.environ["OPENAI_API_KEY"])
say = [{"role": "user", "content": "headers"}]
print(client.chat.completions.create(model="gpt-4.1", messages=say).choices[0].message.content)
fast = client.with_options(
    max_retries=0, timeout=openai.Timeout(3, connect=1), default_headers={"X-Trace": "7"}
)
print(fast.chat.completions.create(model="gpt-4.1", messages=say, timeout=None).choices[0].message.content)
completions = client.chat.completions
print(completions.create(model="gpt-4.1", messages=say, extra_body={"top_k": 3}).choices[0].message.content)
with OpenAI(timeout=5) as other:
    create = other.chat.completions.create
    print(
        create(model="gpt-4.1", messages=tuple(say), stop=None, user=openai.NOT_GIVEN).choices[0].message.role
    )
    print(other.is_closed())
print(other.is_closed())
other = OpenAI()
other.close()
print(sorted(model.id for model in OpenAI().models.list().data), OpenAI().models.retrieve("a").id)
