"""The OpenAI-compatible service in C: compiled on demand, and run in a process of its own."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

EVENTS = 2000
"""Pieces of text in one streamed answer; `service.c` has the same number."""

PACED_EVENTS = 500
"""Pieces of text in an answer that is streamed at one event a millisecond; `service.c` has the same number."""

_SOURCE = Path(__file__).with_name("service.c")


def compiler() -> str | None:
    """Return the C compiler of this machine, or None if it has none."""
    return next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Compile and start the service; yield its base URL, without ``/v1``."""
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder, "service"))
        subprocess.run([compiler() or "cc", "-O2", "-o", program, str(_SOURCE)], check=True)
        process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
