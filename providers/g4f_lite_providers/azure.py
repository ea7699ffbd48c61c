"""Azure OpenAI, now in Microsoft Foundry: the v1 API, and the older one with dated versions.

Wire facts: Microsoft's "Azure OpenAI in Microsoft Foundry Models v1 API" and "REST API reference", and the
class `AzureOpenAI` of OpenAI's Python client. With v1 the address is ``{resource}/openai/v1``; with a dated
`api_version` it is ``{resource}/openai/deployments/{model}?api-version=...``. The model is the name of a
deployment, which is the user's own. The service was never reached from where this was written.
"""

import os
import re
from typing import Any
from urllib.parse import quote

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.options import SPECIAL, Options
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

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A token of Entra ID is a signed JSON object; the keys of a resource have no dots."""


class Azure(Service):
    """Azure's ways of naming a resource, a deployment, a version and a caller."""

    def base(self, options: Options) -> str:
        """Return the address of the resource, with what leads to the API behind it."""
        found = super().base(options)
        if not found:
            raise InvalidArgumentError(
                "base_url",
                "The provider 'azure' needs the address of a resource.",
                hint='Pass base_url="https://NAME.openai.azure.com", or set AZURE_OPENAI_ENDPOINT.',
            )
        resource = re.sub(r"/openai(/v1)?$", "", found)
        return f"{resource}/openai" if _DATED.match(self.version(options)) else f"{resource}/openai/v1"

    def address(self, path: str, options: Options, model: str) -> str:
        """Return the URL of a path, which with a dated version names the deployment."""
        base, version = self.base(options), self.version(options)
        deployment = f"/deployments/{quote(model, safe='')}" if model and _DATED.match(version) else ""
        query = f"?api-version={quote(version, safe='')}" if version else ""
        return f"{base}{deployment}{path}{query}"

    def version(self, options: Options) -> str:
        """Return the version of the API, `""` for the v1 API's own."""
        given: Any = options.get("api_version")
        return given or os.environ.get("OPENAI_API_VERSION", "").strip()

    def key_header(self, key: str) -> tuple[str, str]:
        """Return the header for a resource's key, or for a token of Entra ID."""
        return super().key_header(key) if _TOKEN.fullmatch(key) else ("api-key", key)


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
        takes=tuple(name for name in SPECIAL if name not in ("service_tier", "web_search_options")),
        max_tokens="",
        reasoners=r"(o\d|gpt-[5-9])",
        developer=True,
        base64=True,
    ),
)

_create_completion = service._create_completion
_create_embedding = service._create_embedding
_list_models = service._list_models
