"""More services that are compatible with the OpenAI chat API; see `services`.

Addresses, key variables and models are those of models.dev (July 2026) and any-llm (August 2026), unless a
comment names another source. None of the services was called while this was written.
"""

from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._chat_completions.service import Service

# SambaNova's "OpenAI compatibility"; any-llm (no `encoding_format`; reasoning in tags).
sambanova = Service(
    name="sambanova",
    url="https://sambanova.ai/",
    base_url="https://api.sambanova.ai/v1",
    model=["Meta-Llama-3.3-70B-Instruct", "gpt-oss-120b", "DeepSeek-V3.1", "MiniMax-M2.7"],
    supports_stream=True,
    needs_auth=True,
    auth_env="SAMBANOVA_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["E5-Mistral-7B-Instruct"],
    quirks=Quirks(think_tag="think"),
)

# Moonshot's "Chat" reference: the reasoning of a turn with tools has to be sent back; the last choice has the
# usage.
moonshot = Service(
    name="moonshot",
    url="https://platform.moonshot.ai/",
    base_url="https://api.moonshot.ai/v1",
    model=["kimi-k2.6", "kimi-k2.5", "kimi-k2.7-code", "moonshot-v1-auto"],
    supports_stream=True,
    needs_auth=True,
    auth_env="MOONSHOT_API_KEY",
    any_model=True,
    inputs=["image"],
    quirks=Quirks(reasoning="thinking", reasoning_back="reasoning_content"),
)

# Zhipu's "Chat completion" and "Thinking" (bigmodel.cn); the key variable is that of its Python client.
zhipu = Service(
    name="zhipu",
    url="https://bigmodel.cn/",
    base_url="https://open.bigmodel.cn/api/paas/v4",
    model=["glm-5.2", "glm-5.1", "glm-4.7-flash", "glm-5v-turbo"],
    supports_stream=True,
    needs_auth=True,
    auth_env="ZHIPUAI_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["embedding-3"],
    quirks=Quirks(
        unsupported_options=(
            "n",
            "seed",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "presence_penalty",
            "frequency_penalty",
        ),
        has_json_schema=False,
        needs_stream_options=False,
        reasoning="thinking",
        reasoning_back="reasoning_content",
    ),
)

# The service of the same company outside of China (docs.z.ai); any-llm.
zai = Service(
    name="zai",
    url="https://z.ai/",
    base_url="https://api.z.ai/api/paas/v4",
    model=["glm-5.2", "glm-5.1", "glm-4.7-flash", "glm-5v-turbo"],
    supports_stream=True,
    needs_auth=True,
    auth_env="ZAI_API_KEY",
    any_model=True,
    inputs=["image"],
    quirks=zhipu.quirks,
)

# Alibaba Cloud Model Studio's "OpenAI compatible - Chat" and "Deep thinking". Keys belong to a region; the
# address of Singapore is https://dashscope-intl.aliyuncs.com/compatible-mode/v1.
dashscope = Service(
    name="dashscope",
    url="https://www.alibabacloud.com/en/product/modelstudio",
    base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
    model=["qwen3.7-plus", "qwen3.7-max", "qwen3.6-flash", "qwen3-vl-plus"],
    supports_stream=True,
    needs_auth=True,
    auth_env="DASHSCOPE_API_KEY",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["text-embedding-v4"],
    quirks=Quirks(
        options={"top_k": int, "enable_search": bool, "thinking_budget": int},
        openai_options=("modalities", "audio"),
        reasoning="enable_thinking",
    ),
)

novita = Service(
    name="novita",
    url="https://novita.ai/",
    base_url="https://api.novita.ai/openai/v1",
    model=["zai-org/glm-5.1", "minimax/minimax-m2.7", "qwen/qwen3.5-397b-a17b", "google/gemma-4-31b-it"],
    supports_stream=True,
    needs_auth=True,
    auth_env="NOVITA_API_KEY",
    any_model=True,
    inputs=["image"],
    quirks=Quirks(
        options={"top_k": int, "min_p": float, "repetition_penalty": float, "separate_reasoning": bool},
        reasoning="enable_thinking",
        think_tag="think",  # unless `separate_reasoning`
    ),
)

# Hyperbolic's "REST API"; rig's provider of that name. Whether its models are current could not be confirmed.
hyperbolic = Service(
    name="hyperbolic",
    url="https://www.hyperbolic.ai/",
    base_url="https://api.hyperbolic.xyz/v1",
    model=["meta-llama/Llama-3.3-70B-Instruct", "meta-llama/Meta-Llama-3.1-8B-Instruct"],
    supports_stream=True,
    needs_auth=True,
    auth_env="HYPERBOLIC_API_KEY",
    any_model=True,
    inputs=["image"],
)

nebius = Service(
    name="nebius",
    url="https://nebius.com/",
    base_url="https://api.tokenfactory.nebius.com/v1",
    model=["openai/gpt-oss-120b", "nvidia/nemotron-3-super-120b-a12b", "Qwen/Qwen3-32B"],
    supports_stream=True,
    needs_auth=True,
    auth_env="NEBIUS_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["Qwen/Qwen3-Embedding-8B"],
)

siliconflow = Service(
    name="siliconflow",
    url="https://www.siliconflow.com/",
    base_url="https://api.siliconflow.com/v1",
    model=["moonshotai/Kimi-K2.6", "zai-org/GLM-5.1", "deepseek-ai/DeepSeek-V3.2"],
    supports_stream=True,
    needs_auth=True,
    auth_env="SILICONFLOW_API_KEY",
    any_model=True,
    inputs=["image"],
    embedding_model=["Qwen/Qwen3-Embedding-8B"],
    quirks=Quirks(options={"top_k": int, "thinking_budget": int}, reasoning="enable_thinking"),
)

# MiniMax's "OpenAI compatible API"; AgentScope's formatter (the fields, and that there is no `reasoning_effort`).
minimax = Service(
    name="minimax",
    url="https://www.minimax.io/",
    base_url="https://api.minimax.io/v1",
    model=["MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.7-highspeed"],
    supports_stream=True,
    needs_auth=True,
    auth_env="MINIMAX_API_KEY",
    any_model=True,
    inputs=["image"],
    quirks=Quirks(
        body={"reasoning_split": True},  # else the reasoning is in tags
        unsupported_options=(
            "n",
            "seed",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "reasoning_effort",
            "response_format",
        ),
        max_tokens="max_completion_tokens",
        reasoning_back="reasoning_details",
        think_tag="think",
    ),
)

vercel = Service(
    name="vercel",
    url="https://vercel.com/ai-gateway",
    base_url="https://ai-gateway.vercel.sh/v1",
    model=["openai/gpt-5.5", "anthropic/claude-sonnet-5", "zai/glm-5.2", "minimax/minimax-m3"],
    supports_stream=True,
    needs_auth=True,
    auth_env="AI_GATEWAY_API_KEY",
    any_model=True,
    inputs=["image", "file"],
    embedding_model=["openai/text-embedding-3-small"],
    quirks=Quirks(reasoning="reasoning", reasoning_back="reasoning_details"),
)

baseten = Service(
    name="baseten",
    url="https://www.baseten.co/",
    base_url="https://inference.baseten.co/v1",
    model=["openai/gpt-oss-120b", "moonshotai/Kimi-K2.6", "zai-org/GLM-5.2", "deepseek-ai/DeepSeek-V4-Pro"],
    supports_stream=True,
    needs_auth=True,
    auth_env="BASETEN_API_KEY",
    any_model=True,
    inputs=["image"],
)

scaleway = Service(
    name="scaleway",
    url="https://www.scaleway.com/en/generative-apis/",
    base_url="https://api.scaleway.ai/v1",
    model=["gpt-oss-120b", "qwen3.5-397b-a17b", "llama-3.3-70b-instruct", "gemma-3-27b-it"],
    supports_stream=True,
    needs_auth=True,
    auth_env="SCW_SECRET_KEY",
    any_model=True,
    inputs=["image", "audio"],
    embedding_model=["qwen3-embedding-8b", "bge-multilingual-gemma2"],
    quirks=Quirks(think_tag="think"),
)

ovhcloud = Service(
    name="ovhcloud",
    url="https://www.ovhcloud.com/en/public-cloud/ai-endpoints/",
    base_url="https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
    model=["gpt-oss-120b", "qwen3.5-397b-a17b", "meta-llama-3_3-70b-instruct"],
    supports_stream=True,
    needs_auth=True,
    auth_env="OVHCLOUD_API_KEY",
    any_model=True,
    inputs=["image"],
)

chutes = Service(
    name="chutes",
    url="https://chutes.ai/",
    base_url="https://llm.chutes.ai/v1",
    model=["moonshotai/Kimi-K2.6-TEE", "zai-org/GLM-5.2-TEE", "deepseek-ai/DeepSeek-V3.2-TEE"],
    supports_stream=True,
    needs_auth=True,
    auth_env="CHUTES_API_KEY",
    any_model=True,
    inputs=["image"],
)
