"""From how attempts end to the health of who was asked; nothing here until the first one fails."""

import sys
from typing import Any

from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.resilience.circuit_breaker import circuit_breakers, upstream_key
from g4f_lite.errors import G4FLiteError

__all__ = ["report_failure", "report_success"]


def report_failure(candidate: Candidate, error: G4FLiteError) -> None:
    """Note the failure of an attempt."""
    asked = upstream_key(candidate.provider.full_name, candidate.options)
    if circuit_breakers.record_failure(asked, error, has_other_keys=bool(candidate.key)):
        _save()


def report_success(candidate: Candidate) -> None:
    """Note a success; costs next to nothing where no failure is known."""
    name = candidate.provider.full_name
    if circuit_breakers.has_failures(name) and circuit_breakers.record_success(
        upstream_key(name, candidate.options)
    ):
        _save()


def _save() -> None:
    """Have it written, off the event loop if there is one here."""
    from g4f_lite._core.resilience.breaker_file import save_records

    loop = _running_loop()
    if loop is None:
        save_records()
        return
    try:
        loop.run_in_executor(None, save_records)
    except RuntimeError:  # it is shutting down
        save_records()


def _running_loop() -> Any:
    asyncio: Any = sys.modules.get("asyncio")  # if it is not imported, none runs
    return None if asyncio is None else asyncio._get_running_loop()
