"""The policy of the environment about plugins: which may be used, and how strictly they are validated."""

from typing import NamedTuple, cast

from g4f_lite._utils.env import EnvReader
from g4f_lite._utils.text import normalize_name

__all__ = [
    "ALLOW_VARIABLE",
    "BLOCK_VARIABLE",
    "STRICT_VARIABLE",
    "Environment",
    "Policy",
    "parse_policy",
    "policy_environment",
]

ALLOW_VARIABLE = "G4F_LITE_PLUGINS"
BLOCK_VARIABLE = "G4F_LITE_BLOCK"
STRICT_VARIABLE = "G4F_LITE_STRICT"

Environment = tuple[str | None, str | None, str | None]
"""The values of the three variables, in the order above."""

_variables = EnvReader(ALLOW_VARIABLE, BLOCK_VARIABLE, STRICT_VARIABLE)


class Policy(NamedTuple):
    """The three variables, parsed.

    Attributes:
        allowed: names of the providers or distributions that may be used besides the built-in ones, or None
            if all may.
        blocked: names of the providers or distributions that must not be used, built-in ones included.
        strict: whether to refuse what the loader otherwise only warns about.
    """

    allowed: frozenset[str] | None
    blocked: frozenset[str]
    strict: bool

    def blocking_variable(self, name: str, distribution: str, *, builtin: bool) -> str | None:
        """Return the variable that blocks a provider, or None if none does."""
        name, distribution = normalize_name(name), normalize_name(distribution)
        names = {name, distribution, f"{distribution}:{name}"}
        if names & self.blocked:
            return BLOCK_VARIABLE
        if not builtin and self.allowed is not None and not names & self.allowed:
            return ALLOW_VARIABLE
        return None


def parse_policy(environment: Environment) -> Policy:
    """Return the policy that the values of the three variables describe."""
    allow, block, strict = environment
    return Policy(
        allowed=None if allow is None else _parse_names(allow),
        blocked=_parse_names(block or ""),
        strict=(strict or "").strip().lower() not in ("", "0", "false", "no", "off"),
    )


def _parse_names(value: str) -> frozenset[str]:
    return frozenset(normalize_name(item) for item in value.replace(",", " ").split())


def policy_environment() -> Environment:
    """Return the current values of the three variables. Cheap enough to call before each completion."""
    return cast("Environment", _variables.values())
