"""Tools and structured output with a real model, behind llama.cpp's own server."""

import asyncio
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from g4f_lite import ChatCompletion
from g4f_lite.testing import isolated_registry
from g4f_lite.tools._api import ToolRun, arun_tools, run_tools
from g4f_lite_providers import openai as openai_module
from g4f_lite_providers.local import weights as _weights

pytestmark = pytest.mark.model

SERVER = Path(__file__).parents[1] / "providers" / "openai" / "server.py"
MODEL = "smollm2-135m-instruct"


def example(city: str, weather: str) -> list[dict[str, Any]]:
    """An exchange to imitate; without a few of them, a model of this size calls nothing."""
    function = {"name": "get_weather", "arguments": f'{{"city": "{city}"}}'}
    return [
        {"role": "user", "content": f"What is the weather in {city}?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": f"call-{city}", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": f"call-{city}", "content": weather},
        {"role": "assistant", "content": f"The weather in {city} is {weather}."},
    ]


HISTORY = [
    *example("Rome", "Sunny"),
    *example("Madrid", "Wind"),
    *example("Oslo", "Snow"),
    {"role": "user", "content": "What is the weather in Paris?"},
]


@dataclass
class City:
    name: str
    people: int


@pytest.fixture(scope="module")
def service(model_cache: Path) -> Iterator[dict[str, Any]]:
    """What reaches llama.cpp's server through the provider `openai`."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    spec = importlib.util.spec_from_file_location("llama_server_of_the_tools", SERVER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = module.LlamaServer(model_cache / "models" / _weights.FILE_NAME)
    with isolated_registry() as registry:
        registry.register(openai_module, name="openai")
        yield {
            "provider": "openai",
            "model": MODEL,
            "base_url": server.base_url,
            "auth": server.key,
            "temperature": 0,
            "seed": 1,
        }
    server.close()


def _run_async(**arguments: Any) -> ToolRun:
    return asyncio.run(arun_tools(**arguments))


def _run_streamed(**arguments: Any) -> ToolRun:
    stream = run_tools(**arguments, stream=True)
    assert "".join(stream).endswith(stream.run.text)
    return stream.run


@pytest.mark.parametrize("run", [run_tools, _run_async, _run_streamed], ids=["sync", "async", "stream"])
def test_a_real_model_calls_a_function(service: dict[str, Any], run: Callable[..., ToolRun]) -> None:
    """The model asks for the function, is told its result, and the conversation goes on to an answer."""
    cities = []

    def get_weather(city: str) -> str:
        """The weather in a city."""
        cities.append(city)
        return "Rain"

    result = run(messages=HISTORY, tools=[get_weather], max_tokens=60, max_rounds=3, **service)
    assert cities == ["Paris"]
    assert "Rain" in result.text
    assert result.rounds == 2
    assert [message["role"] for message in result.messages[-3:]] == ["assistant", "tool", "assistant"]
    assert (
        result.messages[-2]["tool_call_id"]
        == result.calls[0].call.id
        == result.messages[-3]["tool_calls"][0]["id"]
    )
    assert result.usage.prompt_tokens > result.completion.usage.prompt_tokens


def test_a_real_model_is_held_to_a_schema(service: dict[str, Any]) -> None:
    """The service makes its model keep to the schema of a type, wrapped as it is, and the objects come back."""
    answer = ChatCompletion.create(
        messages=[
            {"role": "user", "content": "Name two large cities of Japan and how many people live there."}
        ],
        response_format=tuple[City, City],
        max_tokens=200,
        **service,
    )
    first, second = answer.completion.parsed
    assert isinstance(first, City)
    assert isinstance(second.people, int)
    assert answer.provenance.structured == "native"
