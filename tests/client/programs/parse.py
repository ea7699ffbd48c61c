"""An answer parsed as an object."""

from openai import OpenAI
from pydantic import BaseModel


class Event(BaseModel):
    """Something that happens."""

    name: str
    participants: list[str]


client = OpenAI()
completion = client.chat.completions.parse(
    model="gpt-4.1-mini",
    messages=[{"role": "user", "content": "Alice and Bob go to a science fair on Friday."}],
    response_format=Event,
)
message = completion.choices[0].message
if message.refusal:
    print(message.refusal)
else:
    print(type(message.parsed).__name__, message.parsed.name, message.parsed.participants)
