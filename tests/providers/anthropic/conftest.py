"""A real server for the tests of `anthropic`: llama.cpp's server has the Messages API too."""

import importlib.util
from pathlib import Path

import pytest

from g4f_lite_providers.local import weights as _weights


@pytest.fixture(scope="session")
def llama_server(model_cache):
    """Run llama.cpp's server with the small chat model, as the tests of `openai` do."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    file = Path(__file__).parents[1] / "openai" / "server.py"
    spec = importlib.util.spec_from_file_location("anthropic_tests_server", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = module.LlamaServer(model_cache / "models" / _weights.FILE_NAME)
    yield server
    server.close()
