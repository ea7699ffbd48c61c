"""The records of the circuit breakers on disk, which ``g4f-lite providers --health`` shows.

No call depends on the file. It has neither a key nor any text of a service. Calls work without it, whatever
is wrong with it.
"""

import os
import threading
from collections.abc import Iterable
from typing import Any

from g4f_lite._core.resilience.circuit_breaker import BreakerRecord, circuit_breakers
from g4f_lite._utils.clock import clock
from g4f_lite._utils.json_cache import JsonCache
from g4f_lite.paths import cache_dir

__all__ = ["HEALTH_VARIABLE", "read_records", "save_records"]

HEALTH_VARIABLE = "G4F_LITE_HEALTH"
"""The environment variable that, set to ``off``, keeps the records in memory only."""

_FILE = JsonCache(lambda: cache_dir() / "health.json", max_bytes=1_000_000)
_MAX_RECORDS = 1024
_WRITE_INTERVAL = 1.0
"""Seconds between two writes if only numbers have changed and no state has."""

_lock = threading.RLock()  # re-entrant, because a signal handler may run while this thread has it
_last_write: tuple[float, frozenset[tuple[str, str, str]]] = (float("-inf"), frozenset())


def save_records() -> None:
    """Write the records of this process, and keep those that other processes have written. Never raises.

    Writes at once when a state has changed, and otherwise at most once a second. Thread-safe.
    """
    if os.environ.get(HEALTH_VARIABLE, "").strip().lower() == "off":
        return
    with _lock:
        _save(circuit_breakers.records())


def _save(records: list[BreakerRecord]) -> None:
    global _last_write  # noqa: PLW0603
    states = frozenset(
        (item.provider, item.key, "failing" if item.failures and item.state == "ok" else item.state)
        for item in records
    )
    now = clock().monotonic()
    if states == _last_write[1] and now - _last_write[0] < _WRITE_INTERVAL:
        return
    own = {(item.provider, item.key) for item in records}
    others = [item for item in read_records() if (item.provider, item.key) not in own]
    if _write([*others, *records]):
        _last_write = (now, states)


def read_records() -> list[BreakerRecord]:
    """Return the records on disk, without those that cannot be read."""
    document = _FILE.read()
    rows = document.get("records") if isinstance(document, dict) else None
    records = map(_parse_record, rows if isinstance(rows, list) else ())
    return [record for record in records if record is not None]


def _parse_record(row: Any) -> BreakerRecord | None:
    """Return a row of the file as a record, or None if it is not a valid one."""
    if not isinstance(row, dict) or set(row) != set(BreakerRecord._fields):
        return None
    record = BreakerRecord(**row)
    texts = (record.provider, record.key, record.error)
    times = (record.until, record.failed, record.succeeded)
    is_valid = (
        all(isinstance(text, str) for text in texts)
        and record.state in ("ok", "cooling", "half-open")
        and type(record.failures) is int
        and all(moment is None or type(moment) in (int, float) for moment in times)
    )
    return record if is_valid else None


def _write(records: Iterable[BreakerRecord]) -> bool:
    kept = sorted(records, key=lambda item: item.failed or 0.0)[-_MAX_RECORDS:]
    return _FILE.write({"version": 1, "records": [item._asdict() for item in kept]})
