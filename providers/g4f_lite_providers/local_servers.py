"""Servers on this machine that are compatible with the OpenAI chat API: a row of data for each; see `services`.

They need no key; one that a server was started with is taken as ``auth=`` or from the row's variable. Another
address is taken as ``base_url=`` or from ``G4F_LITE_<NAME>_URL``. Which models a server has only it knows:
``"default"`` stands for whatever it has loaded, and servers that insist on a name have to be given one.
"""

from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._chat_completions.service import Service

# LM Studio's "OpenAI Compatibility Endpoints".
lmstudio = Service(
    name="lmstudio",
    url="https://lmstudio.ai/",
    base_url="http://127.0.0.1:1234/v1",
    model=["default"],
    supports_stream=True,
    needs_auth=False,
    auth_env="LMSTUDIO_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["default"],
    quirks=Quirks(options={"top_k": int, "repeat_penalty": float}),
)

# vLLM's "OpenAI-Compatible Server"; the variable is the one that the server itself reads.
vllm = Service(
    name="vllm",
    url="https://docs.vllm.ai/",
    base_url="http://127.0.0.1:8000/v1",
    model=["default"],
    supports_stream=True,
    needs_auth=False,
    auth_env="VLLM_API_KEY",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["default"],
    quirks=Quirks(
        options={
            "top_k": int,
            "min_p": float,
            "repetition_penalty": float,
            "chat_template_kwargs": dict,
            "structured_outputs": dict,
        },
        developer=True,
        reasoning_back="reasoning",
        base64=True,
    ),
)

# The README of llama.cpp's server, which the tests run for real.
llamacpp = Service(
    name="llamacpp",
    url="https://github.com/ggml-org/llama.cpp",
    base_url="http://127.0.0.1:8080/v1",
    model=["default"],
    supports_stream=True,
    needs_auth=False,
    auth_env="LLAMACPP_API_KEY",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["default"],
    quirks=Quirks(
        options={
            "top_k": int,
            "min_p": float,
            "repeat_penalty": float,
            "grammar": str,
            "json_schema": dict,
            "chat_template_kwargs": dict,
            "cache_prompt": bool,
        },
        reasoning_back="reasoning_content",
        base64=True,
    ),
)

# LocalAI's "OpenAI compatible API".
localai = Service(
    name="localai",
    url="https://localai.io/",
    base_url="http://127.0.0.1:8080/v1",
    model=["default"],
    supports_stream=True,
    needs_auth=False,
    auth_env="LOCALAI_API_KEY",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["default"],
    quirks=Quirks(options={"top_k": int, "grammar": str}),
)

# Ollama's "OpenAI compatibility"; its own API is the provider `ollama`.
ollama_openai = Service(
    name="ollama_openai",
    url="https://ollama.com/",
    base_url="http://127.0.0.1:11434/v1",
    model=["default"],
    supports_stream=True,
    needs_auth=False,
    auth_env="OLLAMA_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["default"],
    quirks=Quirks(refuses=("logit_bias", "n", "user", "tool_choice", "parallel_tool_calls")),
)
