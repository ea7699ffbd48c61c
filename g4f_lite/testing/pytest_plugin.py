"""The pytest plugin of g4f_lite: the contract suite without a test file, and fixtures.

::

    pytest --g4f-lite-provider parrot                     # an installed provider
    pytest --g4f-lite-provider ./parrot.py                # a file
    pytest --g4f-lite-provider yqcloud --g4f-lite-wire base_url
    pytest --g4f-lite-provider my-service --g4f-lite-static

The first option may be given several times. Without paths, only the suite runs; with paths, the suite runs in
addition. ``--g4f-lite-wire OPTION`` adds the tests on a real socket, for a service that answers with plain text;
OPTION is the provider's option for the base URL. ``--g4f-lite-static`` makes no calls, for a provider that needs
its service. A service with another wire needs a test class: see `ProviderContract`.

Fixtures, for tests of programs that use g4f_lite:

- ``g4f_lite_registry``: the registry, empty during the test;
- ``g4f_lite_upstream``: a running `Upstream`; its `script` sets what it answers;
- ``g4f_lite_no_network``: forbids everything but loopback during the test.

pytest imports this module in every run if g4f_lite is installed, so it imports nothing until it is used.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from g4f_lite import Registry
    from g4f_lite.testing import Upstream

pytest.register_assert_rewrite("g4f_lite.testing.contract")

_PROVIDERS_OPTION = "g4f_lite_providers"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite."""
    group = parser.getgroup("g4f-lite", "g4f_lite providers")
    group.addoption(
        "--g4f-lite-provider",
        action="append",
        default=[],
        dest=_PROVIDERS_OPTION,
        metavar="NAME|FILE",
        help="run the provider contract for this installed provider, or .py file (repeatable)",
    )
    group.addoption(
        "--g4f-lite-wire",
        default=None,
        dest="g4f_lite_wire",
        metavar="OPTION",
        help="test on a real socket too: the provider's option for the base URL of a plain-text service",
    )
    group.addoption(
        "--g4f-lite-static",
        action="store_true",
        dest="g4f_lite_static",
        help="make no calls: the provider needs its service",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Collect the suite if a provider is named: alone, or in addition to the paths given."""
    if not config.getoption(_PROVIDERS_OPTION):
        return
    suite = str(Path(__file__).with_name("suite.py"))
    paths = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
    config.args = [*paths, *([] if suite in paths else [suite])]


@pytest.fixture
def g4f_lite_registry() -> Iterator["Registry"]:
    """The registry with only the providers that the test registers; restored afterwards."""
    from g4f_lite.testing import isolated_registry

    with isolated_registry() as registry:
        yield registry


@pytest.fixture
def g4f_lite_upstream() -> Iterator["Upstream"]:
    """A running `Upstream`; its `script` sets what it answers."""
    from g4f_lite.testing import Upstream

    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def g4f_lite_no_network() -> Iterator[None]:
    """Forbid the network: everything but loopback raises `NetworkForbiddenError`."""
    from g4f_lite.testing import no_network

    with no_network():
        yield
