"""Let a model call Python functions. A scripted provider plays the model, so that this runs without a key.

With a real model, replace `provider="scripted"` by `provider="openai", model="gpt-4o-mini"`.
"""

from g4f_lite import Finish, ToolCallDelta, registry
from g4f_lite.testing import ScriptedProvider
from g4f_lite.tools import run_tools


def population(city: str) -> int:
    """Return how many people live in a city.

    Args:
        city: its name in English
    """
    return {"Bonn": 340_000, "Oslo": 720_000}[city]


model = ScriptedProvider(
    [ToolCallDelta(0, "call_1", "population", '{"city": "Oslo"}'), Finish("tool_calls")],
    ["720,000 people live in Oslo.", Finish("stop")],
)
registry.register(model, name="scripted")

run = run_tools(
    messages=[{"role": "user", "content": "How many people live in Oslo?"}],
    tools=[population],
    provider="scripted",
)
print(run.text)
for call in run.calls:
    print(f"{call.name}({call.arguments}) -> {call.result}")
