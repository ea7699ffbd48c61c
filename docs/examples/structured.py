"""Get an object from a model, not text. A scripted provider plays the model, so that this runs without a key.

With a real model, replace `provider="scripted"` by `provider="openai", model="gpt-4o-mini"`.
"""

from dataclasses import dataclass

from g4f_lite import ChatCompletion, Finish, registry
from g4f_lite.testing import ScriptedProvider


@dataclass
class City:
    name: str
    country: str
    is_capital: bool = False


model = ScriptedProvider(['{"name": "Oslo", "country": "Norway", "is_capital": true}', Finish("stop")])
registry.register(model, name="scripted")

answer = ChatCompletion.create(
    provider="scripted",
    messages=[{"role": "user", "content": "Tell me about the capital of Norway."}],
    response_format=City,
)
city = answer.parsed
print(f"{city.name} is in {city.country}.", "It is the capital." if city.is_capital else "")
