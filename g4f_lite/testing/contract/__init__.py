"""The provider contract as a test suite: three lines point it at a provider.

::

    from g4f_lite.testing import ProviderContract, RawTextWire

    class TestParrot(ProviderContract):
        provider = "parrot"

    class TestMyService(ProviderContract):
        provider = "my-service"
        wire = RawTextWire(option="base_url")  # adds the tests on a real socket

`ProviderContract` documents the attributes. Each test's docstring says what it demands.
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
    """Everything that a provider has to fulfil; subclass it and set `provider`.

    Attributes:
        provider: the name of an installed provider, a path to a ``.py`` file, a module, or an object.
        model: the model to ask for; None for the first one that the provider lists.
        options: options of every call.
        messages: the conversation of every call.
        wire: how to point the provider at a loopback server and how its service writes answers; with it,
            the tests of text, failures and closing run on real sockets. See `Wire`.
        offline: False for a provider that needs its service, and has no `wire`: only what can be judged
            without a call is tested, and the rest is skipped.
        deterministic: whether the same question has the same answer.
        network: True lets the provider reach beyond this machine. Without it, that fails the test.
        seconds: how long an answer, and the end of a closed call, may take before a test fails.
        hang_up_seconds: how soon after a close or a cancel the service has to see the connection closed.
        timeout_option: the name of the option that limits the time without a byte.

    A test may be overridden only to say that it is known to fail: with
    ``@pytest.mark.xfail(reason="...")`` on it. Anything else fails `test_no_test_is_overridden`.
    """

    _is_suite = True
