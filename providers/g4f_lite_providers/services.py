"""Services that are compatible with the OpenAI chat API: one row of data each.

A row is a provider. The registry reads its literal arguments without importing this module; `Quirks` holds the
differences between a service and OpenAI's own. `more_services` and `local_servers` have more rows. For a
service without a row, use the provider `openai` with ``base_url=``.

The comment above each row names the sources of its facts: the service's own reference, and the tables of
addresses, key variables and models that models.dev, LiteLLM and any-llm publish. None of the services was
called while this was written. Lists of models get old, and every row accepts models that it does not list.
"""

from g4f_lite_providers._chat_completions.quirks import HeaderOption, Quirks
from g4f_lite_providers._chat_completions.service import Service

# OpenRouter's API reference, "Reasoning Tokens", "Errors and Debugging", "App Attribution"; models.dev.
openrouter = Service(
    name="openrouter",
    url="https://openrouter.ai/",
    base_url="https://openrouter.ai/api/v1",
    model=["openrouter/auto", "openai/gpt-5.5", "anthropic/claude-opus-4.8-fast", "deepseek/deepseek-v4-pro"],
    supports_stream=True,
    needs_auth=True,
    auth_env="OPENROUTER_API_KEY",
    any_model=True,
    inputs=["image", "audio", "file"],
    embedding_model=["openai/text-embedding-3-small"],
    quirks=Quirks(
        header_options={"referer": HeaderOption("HTTP-Referer"), "title": HeaderOption("X-Title")},
        options={"top_k": int, "min_p": float, "repetition_penalty": float, "models": list, "plugins": list},
        openai_options=(
            "metadata",
            "verbosity",
            "service_tier",
            "modalities",
            "audio",
            "prediction",
            "web_search_options",
        ),
        reasoning="reasoning",
        reasoning_back="reasoning_details",
        can_fetch_files=True,
    ),
)

# Groq's "OpenAI Compatibility" (the three unsupported options), "Reasoning" (the tags), "API Reference".
groq = Service(
    name="groq",
    url="https://groq.com/",
    base_url="https://api.groq.com/openai/v1",
    model=["llama-3.3-70b-versatile", "llama-3.1-8b-instant", "openai/gpt-oss-120b", "openai/gpt-oss-20b"],
    supports_stream=True,
    needs_auth=True,
    auth_env="GROQ_API_KEY",
    any_model=True,
    inputs=["image"],
    quirks=Quirks(
        options={"reasoning_format": str, "include_reasoning": bool},
        openai_options=("service_tier",),
        unsupported_options=("logprobs", "top_logprobs", "logit_bias"),
        max_tokens="max_completion_tokens",
        think_tag="think",
    ),
)

# Together's "OpenAI Compatibility" and "Reasoning"; models.dev.
together = Service(
    name="together",
    url="https://www.together.ai/",
    base_url="https://api.together.xyz/v1",
    model=["deepseek-ai/DeepSeek-V4-Pro", "moonshotai/Kimi-K2.6", "zai-org/GLM-5.2", "MiniMaxAI/MiniMax-M3"],
    supports_stream=True,
    needs_auth=True,
    auth_env="TOGETHER_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["intfloat/multilingual-e5-large-instruct"],
    quirks=Quirks(options={"top_k": int, "min_p": float, "repetition_penalty": float}),
)

# Fireworks' "OpenAI compatibility" and "Reasoning"; models.dev.
fireworks = Service(
    name="fireworks",
    url="https://fireworks.ai/",
    base_url="https://api.fireworks.ai/inference/v1",
    model=[
        "accounts/fireworks/models/gpt-oss-120b",
        "accounts/fireworks/models/kimi-k2p6",
        "accounts/fireworks/models/glm-5p2",
    ],
    supports_stream=True,
    needs_auth=True,
    auth_env="FIREWORKS_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["nomic-ai/nomic-embed-text-v1.5"],
    quirks=Quirks(
        options={"top_k": int, "min_p": float, "repetition_penalty": float},
        openai_options=("prediction",),
        reasoning_back="reasoning_content",
    ),
)

# DeepSeek's "Create Chat Completion" and "Thinking Mode": the reasoning of a turn with tools has to be sent back.
deepseek = Service(
    name="deepseek",
    url="https://www.deepseek.com/",
    base_url="https://api.deepseek.com",
    model=["deepseek-v4-flash", "deepseek-v4-pro"],
    supports_stream=True,
    needs_auth=True,
    auth_env="DEEPSEEK_API_KEY",
    any_model=True,
    quirks=Quirks(
        unsupported_options=("n", "seed", "logit_bias", "parallel_tool_calls"),
        has_json_schema=False,
        needs_text_as_string=True,
        reasoning="thinking, reasoning_effort",
        reasoning_back="reasoning_content",
    ),
)

# Mistral's API reference, and its Python client's `ChatCompletionRequest`: any other field is an error.
mistral = Service(
    name="mistral",
    url="https://mistral.ai/",
    base_url="https://api.mistral.ai/v1",
    model=[
        "mistral-small-latest",
        "mistral-medium-latest",
        "mistral-large-latest",
        "magistral-medium-latest",
    ],
    supports_stream=True,
    needs_auth=True,
    auth_env="MISTRAL_API_KEY",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["mistral-embed", "codestral-embed"],
    quirks=Quirks(
        options={"top_k": int, "safe_prompt": bool, "prompt_mode": str, "guardrails": list},
        openai_options=("metadata", "prediction"),
        unsupported_options=("user", "logit_bias", "stream_options"),
        field_names={"seed": "random_seed", "dimensions": "output_dimension"},
        needs_stream_options=False,
        reasoning_back="parts",
    ),
)

# xAI's "Chat completions" and "Reasoning"; it does not count the reasoning tokens as a part of the answer.
xai = Service(
    name="xai",
    url="https://x.ai/",
    base_url="https://api.x.ai/v1",
    model=["grok-4.3", "grok-4.20-0309-reasoning", "grok-4.20-0309-non-reasoning", "grok-build-0.1"],
    supports_stream=True,
    needs_auth=True,
    auth_env="XAI_API_KEY",
    any_model=True,
    inputs=["image"],
    quirks=Quirks(
        openai_options=("web_search_options",),
        unsupported_options=("logit_bias",),
        max_tokens="max_completion_tokens",
    ),
)

# Cerebras' "OpenAI Compatibility" and "Reasoning".
cerebras = Service(
    name="cerebras",
    url="https://www.cerebras.ai/",
    base_url="https://api.cerebras.ai/v1",
    model=["gpt-oss-120b", "qwen-3.8-27b"],
    supports_stream=True,
    needs_auth=True,
    auth_env="CEREBRAS_API_KEY",
    any_model=True,
    quirks=Quirks(
        options={"reasoning_format": str},
        openai_options=("service_tier", "prediction"),
        unsupported_options=("frequency_penalty", "presence_penalty", "logit_bias"),
        max_tokens="max_completion_tokens",
        needs_text_as_string=True,
    ),
)

# Perplexity's "OpenAI Compatibility" and API reference; sonar-reasoning-pro writes its reasoning in tags. There
# is no list of models.
perplexity = Service(
    name="perplexity",
    url="https://www.perplexity.ai/",
    base_url="https://api.perplexity.ai",
    model=["sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research"],
    supports_stream=True,
    needs_auth=True,
    auth_env="PERPLEXITY_API_KEY",
    any_model=True,
    inputs=["image", "file"],
    quirks=Quirks(
        options={
            "search_mode": str,
            "search_domain_filter": list,
            "search_recency_filter": str,
            "search_after_date_filter": str,
            "search_before_date_filter": str,
            "return_images": bool,
            "return_related_questions": bool,
            "disable_search": bool,
        },
        openai_options=("web_search_options",),
        unsupported_options=(
            "n",
            "seed",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "user",
            "parallel_tool_calls",
        ),
        needs_stream_options=False,
        can_fetch_files=True,
        think_tag="think",
        models_path="",
    ),
)

# NVIDIA's "NIM for LLMs, API reference"; its embedding models need `input_type`.
nvidia = Service(
    name="nvidia",
    url="https://build.nvidia.com/",
    base_url="https://integrate.api.nvidia.com/v1",
    model=[
        "nvidia/nemotron-3-super-120b-a12b",
        "moonshotai/kimi-k2.6",
        "google/gemma-4-31b-it",
        "z-ai/glm-5.1",
    ],
    supports_stream=True,
    needs_auth=True,
    auth_env="NVIDIA_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["nvidia/nv-embedqa-e5-v5"],
    quirks=Quirks(embedding_options={"input_type": str, "truncate": str}),
)

# DeepInfra's "OpenAI Chat Completions" and "Reasoning"; models.dev.
deepinfra = Service(
    name="deepinfra",
    url="https://deepinfra.com/",
    base_url="https://api.deepinfra.com/v1/openai",
    model=["openai/gpt-oss-120b", "moonshotai/Kimi-K2.6", "zai-org/GLM-5.1", "deepseek-ai/DeepSeek-V3.2"],
    supports_stream=True,
    needs_auth=True,
    auth_env="DEEPINFRA_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["BAAI/bge-m3"],
    quirks=Quirks(options={"top_k": int, "min_p": float, "repetition_penalty": float}),
)

# Hugging Face's "Inference Providers", "Chat Completion"; models.dev.
huggingface = Service(
    name="huggingface",
    url="https://huggingface.co/",
    base_url="https://router.huggingface.co/v1",
    model=["moonshotai/Kimi-K2.6", "zai-org/GLM-5.1", "MiniMaxAI/MiniMax-M2.7", "deepseek-ai/DeepSeek-V3.2"],
    supports_stream=True,
    needs_auth=True,
    auth_env="HF_TOKEN",
    any_model=True,
    inputs=["image"],
)

# GitHub's "REST API endpoints for models inference", "... for models catalog" and "... for embeddings".
github = Service(
    name="github",
    url="https://github.com/marketplace/models",
    base_url="https://models.github.ai/inference",
    model=[
        "openai/gpt-4.1",
        "openai/gpt-4.1-mini",
        "deepseek/deepseek-v3-0324",
        "mistral-ai/mistral-medium-2505",
    ],
    supports_stream=True,
    needs_auth=True,
    auth_env="GITHUB_TOKEN",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["openai/text-embedding-3-small"],
    quirks=Quirks(
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        max_tokens="",
        reasoning_models=r"openai/(o\d|gpt-[5-9])",
        models_path="https://models.github.ai/catalog/models",
    ),
)
