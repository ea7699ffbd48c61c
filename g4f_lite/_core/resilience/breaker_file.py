"""The health of providers on disk, for ``g4f-lite providers --health`` to show; nothing is decided by it.

It holds no key and no word of a service. Whatever is wrong with the file, calls go on without it.
"""

import os
import threading
from collections.abc import Iterable
from typing import Any

from g4f_lite._core.resilience.circuit_breaker import BreakerRecord, circuit_breakers
from g4f_lite._utils.clock import clock
from g4f_lite._utils.json_cache import JsonCache
from g4f_lite.paths import cache_dir

__all__ = ["HEALTH_VARIABLE", "read", "save"]

HEALTH_VARIABLE = "G4F_LITE_HEALTH"
"""``off`` keeps the health of providers in memory only."""

_FILE = JsonCache(lambda: cache_dir() / "health.json", max_bytes=1_000_000)
_MOST_RECORDS = 1024
_BETWEEN = 1.0
"""Seconds between two writes that tell nothing new but a number."""

_writing = threading.RLock()  # a signal handler may come in while it is held
_written: tuple[float, frozenset[tuple[str, str, str]]] = (float("-inf"), frozenset())


def save() -> None:
    """Write what this process knows, and keep what others have written; never raises.

    It writes when a provider's state has changed, or if it has not for a second.
    """
    if os.environ.get(HEALTH_VARIABLE, "").strip().lower() == "off":
        return
    with _writing:
        _save(circuit_breakers.records())


def _save(records: list[BreakerRecord]) -> None:
    global _written  # noqa: PLW0603
    states = frozenset(
        (item.provider, item.key, "failing" if item.failures and item.state == "ok" else item.state)
        for item in records
    )
    now = clock().monotonic()
    if states == _written[1] and now - _written[0] < _BETWEEN:
        return
    own = {(item.provider, item.key) for item in records}
    others = [item for item in read() if (item.provider, item.key) not in own]
    if _replace([*others, *records]):
        _written = (now, states)


def read() -> list[BreakerRecord]:
    """Return the records on disk; what cannot be read is not there."""
    found = _FILE.read()
    rows = found.get("records") if isinstance(found, dict) else None
    return [record for record in map(_record, rows if isinstance(rows, list) else ()) if record is not None]


def _record(row: Any) -> BreakerRecord | None:
    """Return a row of the file as a record, None for what is none."""
    if not isinstance(row, dict) or set(row) != set(BreakerRecord._fields):
        return None
    record = BreakerRecord(**row)
    texts = (record.provider, record.key, record.error)
    times = (record.until, record.failed, record.succeeded)
    fits = (
        all(isinstance(text, str) for text in texts)
        and record.state in ("ok", "cooling", "half-open")
        and type(record.failures) is int
        and all(moment is None or type(moment) in (int, float) for moment in times)
    )
    return record if fits else None


def _replace(records: Iterable[BreakerRecord]) -> bool:
    kept = sorted(records, key=lambda item: item.failed or 0.0)[-_MOST_RECORDS:]
    return _FILE.write({"version": 1, "records": [item._asdict() for item in kept]})
