"""The provider contract, run on the embedded model itself."""

from pathlib import Path

import pytest

from g4f_lite.testing import ProviderContract


@pytest.mark.model
class TestLocal(ProviderContract):
    provider = "local"
    options = {"max_tokens": 16}  # noqa: RUF012 - it is not changed
    hang_up_seconds = 5.0

    @pytest.fixture(autouse=True)
    def real_weights(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """Use the real model with weights that were fetched before: the suite forbids the network."""
        pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
        cache: Path = request.getfixturevalue("model_cache")
        monkeypatch.setenv("G4F_LITE_CACHE", str(cache))
