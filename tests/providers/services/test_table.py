"""The rows of the table: each is a complete provider, is read without an import, and follows the contract."""

import inspect
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from g4f_lite import ChatCompletion, registry
from g4f_lite._core.registry.static_metadata import read_constants
from g4f_lite.errors import InvalidArgumentError, UnsupportedOptionError
from g4f_lite.testing import Reply, Upstream
from g4f_lite_providers import azure, bedrock, local_servers, more_services, services
from g4f_lite_providers import openai as openai_module
from g4f_lite_providers._chat_completions import options as chat_options
from g4f_lite_providers._chat_completions.service import Service

TABLES = (services, more_services, local_servers)
ROWS = [
    (module, name, row) for module in TABLES for name, row in vars(module).items() if isinstance(row, Service)
]
MODULES = [(module, module.service.name, module.service) for module in (openai_module, azure, bedrock)]
KEY = "sk-planted-0123456789abcdef"

NAMED = {
    "openrouter", "groq", "together", "fireworks", "deepseek", "mistral", "xai", "cerebras", "perplexity",
    "nvidia", "deepinfra", "huggingface", "github", "sambanova", "moonshot", "zhipu", "dashscope", "novita",
    "hyperbolic", "lmstudio", "vllm", "llamacpp", "localai", "ollama_openai",
}  # fmt: skip

rows = pytest.mark.parametrize(("module", "name", "row"), ROWS, ids=[name for _, name, _ in ROWS])
everyone = pytest.mark.parametrize(
    ("module", "name", "row"), [*ROWS, *MODULES], ids=[name for _, name, _ in [*ROWS, *MODULES]]
)


@pytest.fixture(autouse=True)
def _addresses(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://resource.openai.azure.com")
    for name in (
        "OPENAI_BASE_URL",
        "OPENAI_API_VERSION",
        "AWS_BEDROCK_BASE_URL",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
    ):
        monkeypatch.delenv(name, raising=False)


def request(row, path="_create_completion", **options):
    required = {
        "_create_completion": {
            "model": "m",
            "messages": [{"role": "user", "content": "Hi"}],
            "stream": False,
        },
        "_create_embedding": {"model": "m", "input": ["a"]},
        "_list_models": {},
    }[path]
    return getattr(row, path)(**required, **{"auth": KEY, **options}).request


def test_the_services_that_are_promised_are_there():
    """Every service that the project promises has a row."""
    assert {name for _, name, _ in ROWS} >= NAMED


@everyone
def test_a_row_fulfils_the_contract(module, name, row):
    """The strict check finds no problem, and the provider can be read synchronously and asynchronously."""
    plugin = row if (module, name, row) in ROWS else module
    with registry.isolated():
        registry.register(plugin, name=name)
        loaded = registry.get(name)
        assert loaded.verdict.problems == ()
        assert loaded.both_ways
        assert loaded.any_model
        assert (
            loaded.params == f"g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"
        )
        assert loaded.auth_env == row.auth_env
        assert (loaded.embed is not None) == bool(row.embedding_model)
        assert loaded.embed is None or loaded.embed.both_ways


@everyone
def test_a_row_is_known_without_an_import(module, name, row):
    """The source has all facts that routing needs, and they are those of the imported row."""
    attribute = name if (module, name, row) in ROWS else ""
    known = read_constants(Path(module.__file__).read_bytes(), attribute)
    assert known.is_complete
    assert row.name == name
    for constant in ("url", "model", "supports_stream", "needs_auth", "auth_env", "any_model"):
        assert known.values[constant] == getattr(row, constant)
    for constant in ("inputs", "embedding_model"):
        assert known.values.get(constant, []) == getattr(row, constant)


@everyone
def test_the_key_goes_to_the_services_own_host_and_no_other(module, name, row):
    """Except on this machine, over TLS; also for the list of models; and never in the URL."""
    for path in ("_create_completion", "_create_embedding", "_list_models"):
        if getattr(row, path) is None:
            continue
        sent = request(row, path)
        parts = urlsplit(sent.url)
        assert parts.scheme == "https" if row.needs_auth else parts.hostname == "127.0.0.1"
        assert parts.hostname == urlsplit(request(row).url).hostname
        assert KEY not in sent.url
        assert sum(KEY in value for value in sent.headers.values()) == 1
        elsewhere = request(row, path, base_url="http://127.0.0.1:9/v1")
        assert elsewhere.url.startswith("http://127.0.0.1:9/")


@everyone
def test_a_row_has_a_variable_for_its_address(module, name, row, monkeypatch):
    """G4F_LITE_<NAME>_URL sets the address of every request."""
    monkeypatch.setenv(f"G4F_LITE_{name.upper()}_URL", "http://127.0.0.1:9/x")
    assert request(row).url.startswith("http://127.0.0.1:9/x/")


@everyone
def test_quirks_speak_of_options_that_exist(module, name, row):
    """The table has every option that a row supports, refuses or renames, and none that a row adds."""
    common, special = set(chat_options.CHAT_OPTIONS), set(chat_options.SPECIAL_OPTIONS)
    everything = common | special | set(chat_options.CONNECTION_OPTIONS) | set(chat_options.EMBEDDING_OPTIONS)
    quirks = row.quirks
    assert set(quirks.openai_options) <= special
    assert set(quirks.unsupported_options) <= common
    assert set(quirks.field_names) <= everything
    for added in (quirks.options, quirks.non_body_options, quirks.embedding_options):
        assert not set(added) & everything
    taken = inspect.signature(row._create_completion).parameters
    assert set(taken) >= (common - set(quirks.unsupported_options)) | set(quirks.openai_options) | set(
        quirks.options
    )
    assert not set(taken) & (special - set(quirks.openai_options))


@pytest.mark.parametrize(
    ("name", "option"), [("groq", "logprobs"), ("deepseek", "n"), ("mistral", "user"), ("groq", "store")]
)
def test_an_option_that_a_service_lacks_is_refused_by_name(provided, name, option):
    """The error names the option, which can be dropped on request."""
    from g4f_lite import ChatCompletion

    value = {"logprobs": True, "n": 2, "user": "me", "store": True}[option]
    with pytest.raises(UnsupportedOptionError) as caught:
        ChatCompletion.create(
            provider=provided(name),
            model="m",
            messages=[{"role": "user", "content": "Hi"}],
            auth=KEY,
            **{option: value},
        )
    assert caught.value.options == (option,)


def test_options_of_a_services_own_go_into_the_body():
    """The options of one service are sent unchanged."""
    sent = request(services.perplexity, search_domain_filter=["example.org"], return_images=True).json
    assert sent["search_domain_filter"] == ["example.org"]
    assert sent["return_images"] is True
    assert request(services.nvidia, "_create_embedding", input_type="query").json == {
        "input": ["a"],
        "model": "m",
        "input_type": "query",
    }


def test_headers_of_a_services_own_are_sent():
    """OpenRouter's two options and GitHub's version are headers, and not in the body."""
    sent = request(services.openrouter, referer="https://example.org", title="Test")
    assert (sent.headers["HTTP-Referer"], sent.headers["X-Title"]) == ("https://example.org", "Test")
    assert not {"referer", "title"} & set(sent.json)
    assert request(services.github).headers["X-GitHub-Api-Version"]


def test_a_list_elsewhere_is_asked_for_at_its_own_address():
    """GitHub's catalogue has its own address, unless the call sets another base URL."""
    assert request(services.github, "_list_models").url == "https://models.github.ai/catalog/models"
    assert (
        request(services.github, "_list_models", base_url="http://127.0.0.1:9/v1").url
        == "http://127.0.0.1:9/v1/models"
    )
    assert services.perplexity._list_models is None


def test_names_of_fields_are_the_services():
    """Mistral has its own names for the seed and for the length of vectors."""
    assert request(services.mistral, seed=3).json["random_seed"] == 3
    assert request(services.mistral, "_create_embedding", dimensions=5).json["output_dimension"] == 5


def test_fields_of_every_request_are_there():
    """MiniMax is asked to separate its reasoning."""
    assert request(more_services.minimax).json["reasoning_split"] is True


def test_a_local_server_needs_no_key_and_takes_one(monkeypatch):
    """Without a key no header is sent; the core also takes the key of the row's variable."""
    assert "Authorization" not in request(local_servers.llamacpp, auth=None).headers
    sent = request(local_servers.llamacpp, auth=KEY)
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert KEY in sent.secrets
    monkeypatch.setenv("LLAMACPP_API_KEY", KEY)
    answer = '{"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}'
    with Upstream(Reply(answer)) as upstream:
        ChatCompletion.create("m", [{"role": "user", "content": "a"}], "llamacpp", base_url=upstream.url)
        assert upstream.requests[0].header("authorization") == f"Bearer {KEY}"


def test_every_key_has_its_own_variable():
    """Except for the two rows of one service, no variable's key is sent to two services."""
    variables = [row.auth_env for _, _, row in [*ROWS, *MODULES]]
    assert len(set(variables)) == len(variables)


# --- Azure and Bedrock -------------------------------------------------------------------------------------

TOKEN = "eyJhbGciOi.eyJhdWQiOi.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("base_url", "version", "path"),
    [
        ("https://r.openai.azure.com", None, "https://r.openai.azure.com/openai/v1/chat/completions"),
        (
            "https://r.openai.azure.com/openai/v1/",
            None,
            "https://r.openai.azure.com/openai/v1/chat/completions",
        ),
        (
            "https://r.services.ai.azure.com",
            "preview",
            "https://r.services.ai.azure.com/openai/v1/chat/completions?api-version=preview",
        ),
        (
            "https://r.openai.azure.com/openai",
            "2024-10-21",
            "https://r.openai.azure.com/openai/deployments/my%2Fmodel/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_azure_is_asked_by_version(base_url, version, path, monkeypatch):
    """The v1 API has no version; with a dated version, the path has the deployment. Option or environment."""
    arguments = {"model": "my/model", "messages": [], "stream": False, "auth": KEY}
    sent = azure._create_completion(**arguments, base_url=base_url, api_version=version).request
    assert sent.url == path
    assert "api_version" not in sent.json
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", base_url)
    monkeypatch.setenv("OPENAI_API_VERSION", version or "")
    assert azure._create_completion(**arguments).request.url == path


def test_azure_lists_models_without_a_deployment():
    """The list of models is that of the resource."""
    where = {"base_url": "https://r.openai.azure.com", "auth": KEY}
    assert azure._list_models(**where).request.url == "https://r.openai.azure.com/openai/v1/models"
    dated = azure._list_models(**where, api_version="2024-10-21").request.url
    assert dated == "https://r.openai.azure.com/openai/models?api-version=2024-10-21"


def test_azure_takes_a_key_or_a_token():
    """A resource's key has its own header; a token of Entra ID is a bearer token."""
    assert request(azure.service).headers == {"api-key": KEY}
    assert request(azure.service, auth=TOKEN).headers == {"Authorization": f"Bearer {TOKEN}"}


def test_azure_needs_a_resource(monkeypatch):
    """Without an address, the error says how to set one."""
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT")
    with pytest.raises(InvalidArgumentError, match="AZURE_OPENAI_ENDPOINT"):
        request(azure.service)


def test_bedrock_is_asked_in_a_region(monkeypatch):
    """The region is that of the option or of the environment; an invalid one never becomes a host name."""
    url = "https://bedrock-runtime.{}.amazonaws.com/openai/v1/chat/completions"
    assert request(bedrock.service).url == url.format("us-west-2")
    assert request(bedrock.service, region="eu-central-1").url == url.format("eu-central-1")
    assert "region" not in request(bedrock.service, region="eu-central-1").json
    mantle = request(bedrock.service, base_url="https://bedrock-mantle.us-east-1.api.aws/v1").url
    assert mantle == "https://bedrock-mantle.us-east-1.api.aws/v1/chat/completions"
    with pytest.raises(InvalidArgumentError, match="no region"):
        request(bedrock.service, region="us-west-2.example.org/")
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(InvalidArgumentError, match="AWS_REGION"):
        request(bedrock.service)


def test_the_documentation_has_every_row():
    """The documentation has its address, its variable, and its additional and missing options."""
    page = (Path(__file__).parents[3] / "docs" / "providers" / "compatible-services.md").read_text("utf-8")
    lines = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    for _, name, row in ROWS:
        line = lines[name]
        for word in (
            row.base_url,
            row.auth_env,
            *row.quirks.unsupported_options,
            *row.quirks.openai_options,
            *row.quirks.options,
        ):
            assert f"`{word}`" in line, (name, word)
        assert ("embeddings" in line) == bool(row.embedding_model), name
