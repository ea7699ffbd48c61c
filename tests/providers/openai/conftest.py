"""Shared parts of the tests of `openai`: recorded cases, a real server, and functions for calls."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from g4f_lite import registry
from g4f_lite_providers.local import weights as _weights


def load(name: str) -> ModuleType:
    """Import a module of this folder, which is not a package."""
    file = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"openai_tests_{name}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cases():
    """Return the recorded bodies, by provider and id, and the functions that write such bodies."""
    module = load("cases")
    module.BY_ID = {f"{case.provider}-{case.id}": case for case in module.CASES}
    return module


@pytest.fixture
def openai(provided) -> Any:
    """Return the provider."""
    return registry.get(provided("openai"))


@pytest.fixture(scope="session")
def llama_server(model_cache):
    """Run llama.cpp's server with the small chat model, for all tests of this folder."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    server = load("server").LlamaServer(model_cache / "models" / _weights.FILE_NAME)
    yield server
    server.close()


@pytest.fixture(scope="session")
def embedding_server(model_cache):
    """Run the same server as a server of embeddings."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    server = load("server").LlamaServer(model_cache / "models" / _weights.FILE_NAME, "embedding")
    yield server
    server.close()
