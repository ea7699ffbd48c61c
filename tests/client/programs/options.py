"""Options of a client, and options of one request."""

from openai import NOT_GIVEN, OpenAI

client = OpenAI(timeout=20.0, max_retries=1, default_headers={"X-Team": "blue"})
other = client.with_options(max_retries=0, timeout=5)
say = [{"role": "user", "content": "headers"}]
print(client.chat.completions.create(model="gpt-4.1", messages=say).choices[0].message.content)
print(
    other.chat.completions.create(
        model="gpt-4.1",
        messages=say,
        temperature=NOT_GIVEN,
        tools=None,
        extra_headers={"X-Trace": "42"},
        extra_query={"debug": "1"},
        extra_body={"top_k": 4},
        timeout=3,
    )
    .choices[0]
    .message.content
)
with OpenAI() as third:
    print(
        third.copy(timeout=1).chat.completions.create(model="gpt-4.1", messages=say).choices[0].finish_reason
    )
