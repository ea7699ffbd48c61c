"""A streamed answer, and a stream that is closed early."""

from openai import OpenAI

client = OpenAI()
messages = [{"role": "user", "content": "Tell me a tale of several words"}]
stream = client.chat.completions.create(
    model="gpt-4.1-mini", messages=messages, stream=True, stream_options={"include_usage": True}
)
roles, text = [], ""
for chunk in stream:
    if not chunk.choices:
        print("usage", chunk.usage.total_tokens)
        continue
    delta = chunk.choices[0].delta
    if delta.role:
        roles.append(delta.role)
    if delta.content is not None:
        text += delta.content
    if chunk.choices[0].finish_reason:
        print("finish", chunk.choices[0].finish_reason, chunk.model, chunk.object)
print(text, roles)

with client.chat.completions.create(model="gpt-4.1-mini", messages=messages, stream=True) as stream:
    for chunk in stream:
        if chunk.choices[0].delta.content:
            print("first", chunk.choices[0].delta.content)
            break
stream = client.chat.completions.create(model="gpt-4.1-mini", messages=messages, stream=True)
next(stream)
stream.close()
print("closed")
