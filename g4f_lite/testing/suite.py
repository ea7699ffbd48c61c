"""The test file of ``pytest --g4f-lite-provider NAME``: the suite for each NAME."""

import pytest

from g4f_lite.testing import ProviderContract, RawTextWire


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test once for each ``--g4f-lite-provider``."""
    metafunc.parametrize(
        "provider_name", metafunc.config.getoption("g4f_lite_providers") or [], scope="session"
    )


class TestProvider(ProviderContract):
    """The provider that the command line names."""

    @pytest.fixture(autouse=True)
    def _configure(self, provider_name: str, request: pytest.FixtureRequest) -> None:
        self.provider = provider_name
        self.offline = not request.config.getoption("g4f_lite_static")
        option = request.config.getoption("g4f_lite_wire")
        self.wire = RawTextWire(option) if option else None
