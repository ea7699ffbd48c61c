"""The test file behind ``pytest --g4f-lite-provider NAME``: the contract, once for each provider named."""

import pytest

from g4f_lite.testing import ProviderContract, RawTextWire


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test once for each ``--g4f-lite-provider``."""
    metafunc.parametrize("named", metafunc.config.getoption("g4f_lite_providers") or [], scope="session")


class TestProvider(ProviderContract):
    """The provider that the command line names."""

    @pytest.fixture(autouse=True)
    def _told(self, named: str, request: pytest.FixtureRequest) -> None:
        self.provider = named
        self.offline = not request.config.getoption("g4f_lite_static")
        option = request.config.getoption("g4f_lite_wire")
        self.wire = RawTextWire(option) if option else None
