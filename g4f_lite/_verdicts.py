"""What judging a provider comes to."""

from typing import NamedTuple

__all__ = ["Problem", "Verdict"]


class Problem(NamedTuple):
    """One thing that is wrong with a provider.

    Attributes:
        kind: a stable word for it, such as ``"missing-constant"``; `docs/contract.md` lists them.
        message: what is wrong.
        fix: what to do.
        location: ``file:line``, as near as is known; `""` if it is not.
        distribution: who brought the provider, ``"name version"``.
        fatal: False for what the loader merely warns about and the strict verdict refuses.
    """

    kind: str
    message: str
    fix: str
    location: str = ""
    distribution: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        origin = " ".join(f"{part}:" for part in (self.location, self.distribution) if part)
        return f"{origin} {self.message} {self.fix} [{self.kind}]".strip()


class Verdict(NamedTuple):
    """What validation says of a provider: valid, or all its problems at once.

    Attributes:
        problems: everything that is wrong, in the order of the contract.
        notes: what is worth knowing and no fault.
    """

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the loader takes it: nothing fatal is wrong."""
        return not any(problem.fatal for problem in self.problems)

    @property
    def valid(self) -> bool:
        """The strict verdict: nothing is wrong at all."""
        return not self.problems

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that the loader lives with."""
        return tuple(problem for problem in self.problems if not problem.fatal)
