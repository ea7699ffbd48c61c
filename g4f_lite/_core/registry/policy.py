"""What the environment says about plugins: which may be used, and how strictly they are judged."""

from collections.abc import Iterable
from typing import NamedTuple, cast

from g4f_lite._utils.env import EnvReader
from g4f_lite._utils.text import normalize_name

__all__ = [
    "ALLOW_VARIABLE",
    "BLOCK_VARIABLE",
    "STRICT_VARIABLE",
    "Environment",
    "Policy",
    "current_policy",
    "environment_values",
]

ALLOW_VARIABLE = "G4F_LITE_PLUGINS"
BLOCK_VARIABLE = "G4F_LITE_BLOCK"
STRICT_VARIABLE = "G4F_LITE_STRICT"

Environment = tuple[str | None, str | None, str | None]
_variables = EnvReader(ALLOW_VARIABLE, BLOCK_VARIABLE, STRICT_VARIABLE)
"""The values of the three variables, in this order."""


class Policy(NamedTuple):
    """The three variables, read.

    Attributes:
        allowed: names of providers or distributions that may be used beside the built-in ones; None: all.
        blocked: names of providers or distributions that may not be used, built-in ones included.
        strict: refuse what the loader would merely warn about.
    """

    allowed: frozenset[str] | None
    blocked: frozenset[str]
    strict: bool

    def blocking_variable(self, name: str, distribution: str, *, builtin: bool) -> str | None:
        """Return the variable that keeps a provider out, None if none does."""
        names = {
            normalize_name(name),
            normalize_name(distribution),
            f"{normalize_name(distribution)}:{normalize_name(name)}",
        }
        if names & self.blocked:
            return BLOCK_VARIABLE
        if not builtin and self.allowed is not None and not names & self.allowed:
            return ALLOW_VARIABLE
        return None


def _names(value: str) -> frozenset[str]:
    return frozenset(normalize_name(item) for item in _split(value))


def _split(value: str) -> Iterable[str]:
    return value.replace(",", " ").split()


def current_policy(environment: Environment) -> Policy:
    """Read the values of the three variables, in the order of `environment_values`."""
    allow, block, strict = environment
    return Policy(
        allowed=None if allow is None else _names(allow),
        blocked=_names(block or ""),
        strict=(strict or "").strip().lower() not in ("", "0", "false", "no", "off"),
    )


def environment_values() -> Environment:
    """Return the variables' values now; cheap enough to ask before each call."""
    return cast("Environment", _variables.values())
