"""Amazon Bedrock's OpenAI-compatible chat completions, with a Bedrock API key.

Wire facts: the Amazon Bedrock user guide ("Chat Completions API", "Endpoints supported by Amazon Bedrock",
"OpenAI models", "API keys"): the endpoint ``bedrock-runtime`` has it below ``/openai/v1``; the endpoint
``bedrock-mantle``, ``https://bedrock-mantle.{region}.api.aws/v1``, can be set with ``base_url=``. Requests
signed with AWS credentials are not supported. The service was not called while this was written.
"""

import os
import re

from g4f_lite.errors import InvalidArgumentError
from g4f_lite_providers._chat_completions.options import Options
from g4f_lite_providers._chat_completions.quirks import Quirks
from g4f_lite_providers._chat_completions.service import Service

url = "https://aws.amazon.com/bedrock/"
model = ["openai.gpt-oss-120b-1:0", "openai.gpt-oss-20b-1:0"]
supports_stream = True
needs_auth = True
working = True
auth_env = "AWS_BEARER_TOKEN_BEDROCK"
address_env = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEDROCK_BASE_URL", "G4F_LITE_BEDROCK_URL"]
any_model = True
params = "g4f_lite.providers.bedrock supports: (model: str, messages: list, stream: bool)"

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


class Bedrock(Service):
    """The addresses of Bedrock, one for each region."""

    def resolve_base_url(self, options: Options) -> str:
        """Return the base URL: that of the call, of the environment, or of the region.

        Raises:
            InvalidArgumentError: the base URL is not a URL, or there is no valid region.
        """
        base_url = super().resolve_base_url(options)
        if base_url != self.base_url:
            return base_url
        region = options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        # The region becomes a part of the host name.
        if not region or not _REGION.fullmatch(region):
            raise InvalidArgumentError(
                "region",
                "The provider 'bedrock' needs the name of a region."
                if not region
                else f"`region` is {region[:40]!r}, which is no region of AWS.",
                hint='Pass region="us-west-2", say, or set AWS_REGION.',
            )
        return f"https://bedrock-runtime.{region}.amazonaws.com/openai/v1"


service = Bedrock(
    name="bedrock",
    url=url,
    base_url="",
    model=model,
    supports_stream=supports_stream,
    needs_auth=needs_auth,
    auth_env=auth_env,
    any_model=any_model,
    quirks=Quirks(
        address_env=("AWS_BEDROCK_BASE_URL",),
        address_options={"region": str},
        openai_options=("service_tier",),
        max_tokens="max_completion_tokens",
        # The gpt-oss models write their reasoning into the text.
        think_tag="reasoning",
    ),
)

_create_completion = service._create_completion
_list_models = service._list_models
