"""Azure OpenAI, now in Microsoft Foundry: the v1 API, and the older one with dated versions.

Wire facts: Microsoft's "Azure OpenAI in Microsoft Foundry Models v1 API" and "REST API reference", and the
class `AzureOpenAI` of OpenAI's Python client. With v1 the address is ``{resource}/openai/v1``; with a dated
`api_version` it is ``{resource}/openai/deployments/{model}?api-version=...``. The model is the name of a
deployment, which the user chooses. The service was not called while this was written.
"""

import os
import re
from typing import Any
from urllib.parse import quote

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.options import SPECIAL_OPTIONS, Options
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._chat_completions.service import Service

url = "https://ai.azure.com/"
model = ["gpt-5.4-mini", "gpt-5.5", "gpt-5", "gpt-5-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini"]
supports_stream = True
needs_auth = True
working = True
auth_env = "AZURE_OPENAI_API_KEY"
address_env = ["AZURE_OPENAI_ENDPOINT", "G4F_LITE_AZURE_URL"]
any_model = True
inputs = ["image", "audio"]
embedding_model = ["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"]
params = "g4f_lite.providers.azure supports: (model: str, messages: list, stream: bool)"

_DATED_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENTRA_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A token of Entra ID is a signed JSON object with dots between its parts; the key of a resource has no dots."""


class Azure(Service):
    """The addresses and the authentication of Azure."""

    def resolve_base_url(self, options: Options) -> str:
        """Return the address of the resource, with the path of the API.

        Raises:
            InvalidArgumentError: there is no address, or it is not a URL.
        """
        base_url = super().resolve_base_url(options)
        if not base_url:
            raise InvalidArgumentError(
                "base_url",
                "The provider 'azure' needs the address of a resource.",
                hint='Pass base_url="https://NAME.openai.azure.com", or set AZURE_OPENAI_ENDPOINT.',
            )
        resource = re.sub(r"/openai(/v1)?$", "", base_url)
        return (
            f"{resource}/openai"
            if _DATED_VERSION.match(self.api_version(options))
            else f"{resource}/openai/v1"
        )

    def endpoint(self, path: str, options: Options, model: str) -> str:
        """Return the URL for a path; with a dated version it contains the deployment."""
        base_url, version = self.resolve_base_url(options), self.api_version(options)
        deployment = (
            f"/deployments/{quote(model, safe='')}" if model and _DATED_VERSION.match(version) else ""
        )
        query = f"?api-version={quote(version, safe='')}" if version else ""
        return f"{base_url}{deployment}{path}{query}"

    def api_version(self, options: Options) -> str:
        """Return the version of the API, or an empty string for that of the v1 API."""
        version: Any = options.get("api_version")
        return version or os.environ.get("OPENAI_API_VERSION", "").strip()

    def key_header(self, key: str) -> tuple[str, str]:
        """Return the header for `key`, which is the key of a resource or a token of Entra ID."""
        return super().key_header(key) if _ENTRA_TOKEN.fullmatch(key) else ("api-key", key)


service = Azure(
    name="azure",
    url=url,
    base_url="",
    model=model,
    supports_stream=supports_stream,
    needs_auth=needs_auth,
    auth_env=auth_env,
    any_model=any_model,
    inputs=inputs,
    embedding_model=embedding_model,
    quirks=Quirks(
        address_env=("AZURE_OPENAI_ENDPOINT",),
        address_options={"api_version": str},
        openai_options=tuple(
            name for name in SPECIAL_OPTIONS if name not in ("service_tier", "web_search_options")
        ),
        max_tokens="",
        reasoning_models=r"(o\d|gpt-[5-9])",
        has_developer_role=True,
        has_base64_embeddings=True,
    ),
)

_create_completion = service._create_completion
_create_embedding = service._create_embedding
_list_models = service._list_models
