"""The test kit for providers: made for plugin authors, and used by g4f_lite's own tests.

- `ProviderContract`: the contract as a test suite; three lines point it at a provider.
- `Upstream`, `Reply` and its steps: a service on a real socket, which can fail in every way.
- `ScriptedProvider`: a provider that plays a script and records its calls.
- `isolated_registry`: a registry with only the providers that the test registers.
- `no_network`: a guard that forbids everything but loopback.

The suite needs pytest, the rest only the standard library. Importing this package imports none of its modules.
"""

TYPE_CHECKING = False  # Type checkers treat it as typing.TYPE_CHECKING; it saves the import of typing.
if TYPE_CHECKING:
    from g4f_lite.testing._server_connection import ClientClosed as ClientClosed
    from g4f_lite.testing.contract import ProviderContract as ProviderContract
    from g4f_lite.testing.gates import Gate as Gate
    from g4f_lite.testing.isolation import isolated_registry as isolated_registry
    from g4f_lite.testing.network import NetworkForbiddenError as NetworkForbiddenError
    from g4f_lite.testing.network import no_network as no_network
    from g4f_lite.testing.received import BadRequestError as BadRequestError
    from g4f_lite.testing.received import ReceivedRequest as ReceivedRequest
    from g4f_lite.testing.replies import Delay as Delay
    from g4f_lite.testing.replies import HangUp as HangUp
    from g4f_lite.testing.replies import Raw as Raw
    from g4f_lite.testing.replies import Reply as Reply
    from g4f_lite.testing.replies import Reset as Reset
    from g4f_lite.testing.replies import Stall as Stall
    from g4f_lite.testing.replies import cut as cut
    from g4f_lite.testing.replies import html_page as html_page
    from g4f_lite.testing.scripted import Call as Call
    from g4f_lite.testing.scripted import ScriptedProvider as ScriptedProvider
    from g4f_lite.testing.upstream import Upstream as Upstream
    from g4f_lite.testing.wires import RawTextWire as RawTextWire
    from g4f_lite.testing.wires import Wire as Wire

_NAMES_OF = {
    "_server_connection": ("ClientClosed",),
    "contract": ("ProviderContract",),
    "gates": ("Gate",),
    "isolation": ("isolated_registry",),
    "network": ("NetworkForbiddenError", "no_network"),
    "received": ("BadRequestError", "ReceivedRequest"),
    "replies": ("Delay", "HangUp", "Raw", "Reply", "Reset", "Stall", "cut", "html_page"),
    "scripted": ("Call", "ScriptedProvider"),
    "upstream": ("Upstream",),
    "wires": ("RawTextWire", "Wire"),
}
_MODULE_OF = {name: module for module, names in _NAMES_OF.items() for name in names}

# Type checkers read the imports above instead; a test compares the two.
__all__ = sorted(_MODULE_OF)  # pyright: ignore[reportUnsupportedDunderAll]  # noqa: PLE0605


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'g4f_lite.testing' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"g4f_lite.testing.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
