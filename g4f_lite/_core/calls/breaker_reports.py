"""Reports of the outcome of attempts to the circuit breakers.

Imported only once an attempt has failed in this process, or a circuit breaker is in use.
"""

import sys
from typing import Any

from g4f_lite._core.calls.candidates import Candidate
from g4f_lite._core.resilience.circuit_breaker import circuit_breakers, upstream_key
from g4f_lite.errors import G4FLiteError

__all__ = ["report_failure", "report_success"]


def report_failure(candidate: Candidate, error: G4FLiteError) -> None:
    """Report the failure of an attempt."""
    upstream = upstream_key(candidate.provider.full_name, candidate.options)
    if circuit_breakers.record_failure(upstream, error, has_other_keys=bool(candidate.key)):
        _save()


def report_success(candidate: Candidate) -> None:
    """Report the success of an attempt. Costs next to nothing if no failure of the provider is known."""
    name = candidate.provider.full_name
    if circuit_breakers.has_failures(name) and circuit_breakers.record_success(
        upstream_key(name, candidate.options)
    ):
        _save()


def _save() -> None:
    """Write the state of the circuit breakers, outside the event loop if one runs in this thread."""
    from g4f_lite._core.resilience.breaker_file import save_records

    loop = _running_loop()
    if loop is None:
        save_records()
        return
    try:
        loop.run_in_executor(None, save_records)
    except RuntimeError:  # the event loop is shutting down
        save_records()


def _running_loop() -> Any:
    asyncio: Any = sys.modules.get("asyncio")  # without the import, no event loop runs
    return None if asyncio is None else asyncio._get_running_loop()
