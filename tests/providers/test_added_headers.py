"""Headers of the caller: they replace the provider's, and those that are keys are not shown."""

import pytest

from g4f_lite import ChatCompletion, Embedding, ProviderStatusError
from g4f_lite.testing import Reply, Upstream

KEY = "own-key-of-the-account-551c"
OTHER = "planted-key-of-the-gateway-77aa10"
CARRIERS = {
    "openai": ("authorization", "Bearer "),
    "groq": ("authorization", "Bearer "),
    "azure": ("api-key", ""),
    "anthropic": ("x-api-key", ""),
    "gemini": ("x-goog-api-key", ""),
    "ollama": ("authorization", "Bearer "),
    "cohere": ("authorization", "Bearer "),
}
EMBEDDING = ("openai", "azure", "gemini", "ollama", "cohere")


def refused(provider, upstream, headers, *, embed):
    """Return the error of a call with additional headers that the service refuses."""
    options = {"base_url": upstream.url, "auth": KEY, "extra_headers": headers, "model": "m"}
    with pytest.raises(ProviderStatusError) as caught:
        if embed:
            Embedding.create(provider=provider, input=["a"], **options)
        else:
            ChatCompletion.create(provider=provider, messages=[{"role": "user", "content": "Hi"}], **options)
    return caught.value


CALLS = [(name, False) for name in CARRIERS] + [(name, True) for name in EMBEDDING]


@pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
@pytest.mark.parametrize(("provider", "embed"), CALLS)
def test_an_added_header_replaces_the_providers(provider, embed, write):
    """The header with the key is sent once, with the caller's value, in any case of its name."""
    name, scheme = CARRIERS[provider]
    with Upstream(Reply("{}", status=401)) as upstream:
        refused(provider, upstream, {write(name): scheme + OTHER}, embed=embed)
        sent = [value for key, value in upstream.requests[0].headers if key.lower() == name]
    assert sent == [scheme + OTHER]


@pytest.mark.parametrize("cut", range(0, 40, 3))
@pytest.mark.parametrize(("provider", "embed"), CALLS)
def test_an_added_key_is_not_shown(provider, embed, cut):
    """An error has no part of a key that the service repeats, wherever the message is cut."""
    name, scheme = CARRIERS[provider]
    words = "x" * (300 - cut) + OTHER + "y" * 300
    with Upstream(Reply(words, status=400)) as upstream:
        error = refused(provider, upstream, {name: scheme + OTHER}, embed=embed)
    assert "planted" not in f"{error} {error!r} {vars(error)} {error.provenance}"
