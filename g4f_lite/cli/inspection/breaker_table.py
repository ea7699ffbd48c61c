"""`g4f-lite providers --health`: which providers failed lately, as the processes that asked them wrote down."""

from g4f_lite._core.resilience.breaker_file import read
from g4f_lite._core.resilience.circuit_breaker import BreakerRecord
from g4f_lite._utils.clock import clock
from g4f_lite.cli.exit_codes import Exit
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.tables import show_table

__all__ = ["run_health"]

_HEADINGS = ("PROVIDER", "KEY", "STATE", "FAILURES", "LAST ERROR", "FAILED", "ANSWERED")
_STYLES = {"ok": "", "cooling": "red", "half-open": "yellow"}


def run_health(*, as_json: bool) -> int:
    """Show the table, or its JSON."""
    now = clock().time()
    records = sorted((_at(item, now) for item in read()), key=lambda item: item[:2])
    if as_json:
        from g4f_lite.cli.terminal.json_output import print_json

        print_json({"health": [record._asdict() for record in records]}, indent=2)
    elif records:
        show_table(
            _HEADINGS, [_row(item, now) for item in records], [_STYLES[item.state] for item in records]
        )
    else:
        ERR.line("No failure of any provider is on record.")
    return Exit.OK


def _at(record: BreakerRecord, now: float) -> BreakerRecord:
    """Return a record, which says how it was when it was written, as it is now."""
    if record.until is None:
        return record
    return record._replace(state="cooling" if now < record.until else "half-open")


def _row(record: BreakerRecord, now: float) -> tuple[str, ...]:
    return (
        record.provider,
        record.key or "-",
        f"cooling for {_span(record.until - now)}" if record.until and now < record.until else record.state,
        str(record.failures),
        record.error or "-",
        _ago(record.failed, now),
        _ago(record.succeeded, now),
    )


def _ago(moment: float | None, now: float) -> str:
    return "-" if moment is None else f"{_span(max(now - moment, 0.0))} ago"


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
