"""Measurements: CPU time of a child process or of a function, as medians of interleaved rounds."""

import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: the measured property.
        value: the figure of g4f_lite.
        unit: the unit of `value` and `base`.
        base: the figure that `value` is compared with.
        bound: the upper bound of the ratio, or of the value if there is no `base`; None for information only.
    """

    name: str
    value: float
    unit: str
    base: float | None = None
    bound: float | None = None

    @property
    def ratio(self) -> float | None:
        """`value` divided by `base`."""
        return None if not self.base else self.value / self.base

    @property
    def holds(self) -> bool | None:
        """Whether the bound holds, or None without a bound."""
        if self.bound is None:
            return None
        return (self.value if self.ratio is None else self.ratio) <= self.bound


def interleaved(rounds: int, **functions: Callable[[], float]) -> dict[str, float]:
    """Call each function once per round, one after the other; return the medians without the first round."""
    samples: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(rounds + 1):
        for name, function in functions.items():
            value = function()
            if turn:
                samples[name].append(value)
    return {name: median(values) for name, values in samples.items()}


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a child process: this one's, without `PYTHONDONTWRITEBYTECODE`.

    With that variable, every start compiles the checkout again, while pip has compiled the installed packages.
    The benchmark would measure how g4f_lite is installed, and not g4f_lite.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **(changes or {})}


def child_cpu(code: str) -> float:
    """Run Python code in a child; return its CPU time in milliseconds."""
    process = subprocess.Popen([sys.executable, "-c", code], env=environment(), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit code {process.returncode} from: {code}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def first_byte(command: Sequence[str], changes: Mapping[str, str] | None = None) -> float:
    """Run a command; return milliseconds from its start to its first byte on stdout."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=environment(changes), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        got = process.stdout.read(1)
        elapsed = (time.perf_counter() - started) * 1000
        process.stdout.read()
    if not got or process.returncode:
        raise RuntimeError(f"exit code {process.returncode} and {len(got)} bytes from: {command}")
    return elapsed


def cpu_of(function: Callable[[], object], times: int) -> float:
    """Call a function some times; return this process's CPU time for one call in microseconds."""
    started = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - started) / times * 1e6


def growth(name: str, call: Callable[[], object], warm_up: int, number: int) -> Iterator[Row]:
    """Call a function many times; yield the growth of this process's memory and open files."""
    for _ in range(warm_up):
        call()
    gc.collect()
    before, files = memory(), descriptors()
    for _ in range(number):
        call()
    grown = memory() - before
    yield Row(f"memory growth over {number:,} {name} after {warm_up:,}", grown, "KB", bound=1024)
    yield Row(f"descriptors more after them ({name})", descriptors() - files, "files", bound=0)


def memory() -> float:
    """Return the kilobytes of memory of this process, or their maximum if the system reports no current value."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return float(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)


def descriptors() -> float:
    """Return how many files this process has open, or 0 if the system does not report it."""
    folder = Path("/proc/self/fd")
    return float(len(list(folder.iterdir()))) if folder.exists() else 0.0
