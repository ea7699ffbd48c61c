"""What errors say: whole sentences, each with one full stop, and a next step."""

from typing import Any

import pytest

from g4f_lite import ChatCompletion, Registry
from g4f_lite.errors import AllProvidersFailedError, ProviderError, ProviderStatusError
from g4f_lite.testing import ScriptedProvider

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    "failure",
    [
        ValueError("No luck."),
        TimeoutError("Too slow."),
        ConnectionError("Gone."),
        ProviderStatusError.of(400, body="You exceeded your quota."),
        ProviderStatusError.of(429, detail="Slow down."),
        ProviderStatusError.of(500, body="Trouble..."),
    ],
    ids=lambda failure: str(failure)[:20],
)
def test_what_is_quoted_ends_no_sentence_twice(g4f_lite_registry: Registry, failure: Any) -> None:
    """A service's or a library's sentence, quoted at the end of one of ours, leaves one full stop."""
    g4f_lite_registry.register(ScriptedProvider([failure]), name="scripted")
    for provider in ("scripted", ["scripted", "nobody"]):
        with pytest.raises(ProviderError) as caught:
            ChatCompletion.create(provider=provider, messages=HELLO)
        text = str(caught.value).replace("Trouble...", "Trouble")
        assert ".." not in text
        assert caught.value.hint
        assert text.endswith(caught.value.hint)
    assert isinstance(caught.value, AllProvidersFailedError)
