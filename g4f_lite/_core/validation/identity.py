"""Who a provider is, and what follows from its name."""

__all__ = ["Identity", "auth_variable", "is_name"]

_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


class Identity:
    """A provider's name, who brought it, where it is to be found, and whether it came with g4f_lite."""

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
    """Return the environment variable that a provider's key is looked for in, unless it names another."""
    return f"{name.upper().replace('-', '_')}_API_KEY"


def is_name(name: str) -> bool:
    """Whether `name` is one that a provider can have."""
    return _CHARACTERS.issuperset(name) and name[:1] not in ("", "_", "-")
