"""The identity of a provider: its name, its origin, and the environment variable that its name implies."""

__all__ = ["Identity", "auth_variable", "is_name"]

_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


class Identity:
    """A provider's name and distribution, where it is defined, and whether it is part of g4f_lite."""

    __slots__ = ("attr", "builtin", "distribution", "module", "name", "version")

    def __init__(
        self,
        name: str,
        distribution: str,
        version: str,
        *,
        builtin: bool = False,
        module: str = "",
        attr: str = "",
    ) -> None:
        self.name = name
        self.distribution = distribution
        self.version = version
        self.builtin = builtin
        self.module = module
        self.attr = attr


def auth_variable(name: str) -> str:
    """Return the environment variable that has the key of a provider which names none itself."""
    return f"{name.upper().replace('-', '_')}_API_KEY"


def is_name(name: str) -> bool:
    """Whether a provider can have this name."""
    return _CHARACTERS.issuperset(name) and name[:1] not in ("", "_", "-")
