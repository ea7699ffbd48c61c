"""A chat completion, and all fields of the answer."""

from openai import OpenAI

client = OpenAI()
response = client.chat.completions.create(
    model="gpt-4.1-mini",
    messages=[
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": [{"type": "text", "text": "Grüße!"}]},
    ],
    temperature=0.2,
    max_tokens=50,
    n=2,
    user="me",
)
for choice in response.choices:
    print(choice.index, choice.finish_reason, choice.message.role, choice.message.content)
print(response.id, response.model, response.created, response.object)
print(response.usage.prompt_tokens, response.usage.completion_tokens, response.usage.total_tokens)
message = response.choices[0].message
print(message.tool_calls, message.refusal, message.model_dump(exclude_none=True)["content"])
history = [{"role": "user", "content": "One"}, message, {"role": "user", "content": "Two"}]
print(client.chat.completions.create(model="gpt-4.1-mini", messages=history).choices[0].message.content)
history[1] = message.model_dump()
print(client.chat.completions.create(model="gpt-4.1-mini", messages=history).choices[0].message.content)
history[1] = message.to_dict()
print(client.chat.completions.create(model="gpt-4.1-mini", messages=history).choices[0].message.content)
