"""OpenAI: chat completions, responses, embeddings and models.

The same code works with every compatible service: `services` is the table of those that have a name here, and
``base_url=`` leads to any other.

Wire facts: OpenAI's API reference ("Chat Completions", "Responses", "Embeddings", "Models"), and what its
official Python client sends and reads, which the tests compare. The service itself was not called while this
was written.
"""

from g4f_lite_providers._chat_completions.options import SPECIAL_OPTIONS
from g4f_lite_providers._chat_completions.quirks import HeaderOption, Quirks
from g4f_lite_providers._responses.request import RESPONSES_OPTIONS
from g4f_lite_providers._responses.service import ResponsesService

url = "https://platform.openai.com/"
model = [
    "gpt-5.4-mini",
    "gpt-5.5",
    "gpt-5.4",
    "gpt-5.4-nano",
    "gpt-5",
    "gpt-5-mini",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4o",
    "gpt-4o-mini",
    "o3",
    "o4-mini",
]
supports_stream = True
needs_auth = True
working = True
auth_env = "OPENAI_API_KEY"
any_model = True
inputs = ["image", "audio", "file"]
embedding_model = ["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"]
params = "g4f_lite.providers.openai supports: (model: str, messages: list, stream: bool)"


service = ResponsesService(
    name="openai",
    url=url,
    base_url="https://api.openai.com/v1",
    model=model,
    supports_stream=supports_stream,
    needs_auth=needs_auth,
    auth_env=auth_env,
    any_model=any_model,
    inputs=inputs,
    embedding_model=embedding_model,
    quirks=Quirks(
        address_env=("OPENAI_BASE_URL",),
        header_options={
            "organization": HeaderOption("OpenAI-Organization", "OPENAI_ORG_ID"),
            "project": HeaderOption("OpenAI-Project", "OPENAI_PROJECT_ID"),
        },
        openai_options=tuple(SPECIAL_OPTIONS),
        options=RESPONSES_OPTIONS,
        max_tokens="",
        reasoning_models=r"(o\d|gpt-[5-9])",
        has_developer_role=True,
        has_base64_embeddings=True,
    ),
)

_create_completion = service._create_completion
_create_embedding = service._create_embedding
_list_models = service._list_models
