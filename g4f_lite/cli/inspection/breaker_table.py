"""The table of `providers --health`: the circuit breakers that all processes have recorded."""

from g4f_lite._core.resilience.breaker_file import read_records
from g4f_lite._core.resilience.circuit_breaker import BreakerRecord
from g4f_lite._utils.clock import clock
from g4f_lite.cli.exit_codes import ExitCode
from g4f_lite.cli.terminal.console import ERR
from g4f_lite.cli.terminal.json_output import print_json
from g4f_lite.cli.terminal.tables import show_table

__all__ = ["show_breakers"]

_HEADINGS = ("PROVIDER", "KEY", "STATE", "FAILURES", "LAST ERROR", "FAILED", "ANSWERED")
_STYLES = {"ok": "", "cooling": "red", "half-open": "yellow"}


def show_breakers(*, as_json: bool) -> int:
    """Write the table or its JSON, and return the exit code."""
    now = clock().time()
    records = sorted(
        (_with_current_state(record, now) for record in read_records()), key=lambda record: record[:2]
    )
    if as_json:
        print_json({"health": [record._asdict() for record in records]}, indent=2)
    elif records:
        rows = [_row(record, now) for record in records]
        show_table(_HEADINGS, rows, [_STYLES[record.state] for record in records])
    else:
        ERR.write_line("No failure of any provider is on record.")
    return ExitCode.OK


def _with_current_state(record: BreakerRecord, now: float) -> BreakerRecord:
    """Return `record` with its state at `now`; the file has the state at the time of writing."""
    if record.until is None:
        return record
    return record._replace(state="cooling" if now < record.until else "half-open")


def _row(record: BreakerRecord, now: float) -> tuple[str, ...]:
    return (
        record.provider,
        record.key or "-",
        f"cooling for {_format_seconds(record.until - now)}"
        if record.until and now < record.until
        else record.state,
        str(record.failures),
        record.error or "-",
        _format_age(record.failed, now),
        _format_age(record.succeeded, now),
    )


def _format_age(moment: float | None, now: float) -> str:
    return "-" if moment is None else f"{_format_seconds(max(now - moment, 0.0))} ago"


def _format_seconds(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
