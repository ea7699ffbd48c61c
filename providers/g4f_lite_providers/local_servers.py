"""Servers on this machine that are compatible with the OpenAI chat API: one row of data each; see `services`.

They need no key. If a server was started with one, pass it as ``auth=`` or set the row's variable. Another
address is ``base_url=`` or ``G4F_LITE_<NAME>_URL``. The models of a server are not known here: ``"default"``
means the model that it has loaded, and a server that needs a name has to be given one.
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

# vLLM's "OpenAI-Compatible Server"; the server itself reads the same variable.
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
        has_developer_role=True,
        reasoning_back="reasoning",
        has_base64_embeddings=True,
    ),
)

# The README of llama.cpp's server; some tests run that server.
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
        has_base64_embeddings=True,
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
    quirks=Quirks(unsupported_options=("logit_bias", "n", "user", "tool_choice", "parallel_tool_calls")),
)
