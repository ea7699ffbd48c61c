"""The provider contract as a test suite: three lines apply it to a provider.

::

    from g4f_lite.testing import ProviderContract, RawTextWire

    class TestParrot(ProviderContract):
        provider = "parrot"

    class TestMyService(ProviderContract):
        provider = "my-service"
        wire = RawTextWire(option="base_url")  # adds the tests on a real socket

`ProviderContract` documents the attributes. The docstring of each test states the requirement.
"""

from g4f_lite.testing.contract.calls import CallContract
from g4f_lite.testing.contract.closing import ClosingContract
from g4f_lite.testing.contract.event_loop import EventLoopContract
from g4f_lite.testing.contract.failures import FailureContract
from g4f_lite.testing.contract.static import StaticContract
from g4f_lite.testing.contract.text import TextContract

__all__ = ["ProviderContract"]


class ProviderContract(
    StaticContract, CallContract, EventLoopContract, TextContract, FailureContract, ClosingContract
):
    """The requirements on a provider. Subclass it and set `provider`.

    Attributes:
        provider: the name of an installed provider, a path to a ``.py`` file, a module, or an object.
        model: the model of every call, or None for the first one that the provider lists.
        options: the options of every call.
        messages: the messages of every call.
        wire: how to point the provider at a loopback server, and how its service writes answers. With it, the
            tests of text, failures and closing run on real sockets. See `Wire`.
        offline: False for a provider that needs its service and has no `wire`: only the tests without a call run,
            and the others are skipped.
        deterministic: whether the same question has the same answer.
        network: whether the provider may reach other machines. If not, that fails the test.
        seconds: the seconds that an answer, and the end of a closed call, may take before a test fails.
        hang_up_seconds: the seconds after a close or a cancel within which the service has to see the connection
            closed.
        timeout_option: the name of the option that limits the time without a byte.

    A test may be overridden only to mark it as a known failure, with ``@pytest.mark.xfail(reason="...")``. Any
    other override fails `test_no_test_is_overridden`.
    """

    _is_suite = True
