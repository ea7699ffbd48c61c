"""A file that only its owner may read: looked at with care, replaced whole, by one writer at a time.

A symbolic link is followed, since configuration is often kept elsewhere and linked: what counts is who may
read and write the file that it leads to, and that file is the one replaced. The link stays.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from g4f_lite._utils.files import UNSUPPORTED_ERRNOS, replace_file
from g4f_lite.errors import KeyStoreError

__all__ = [
    "locked",
    "read_private",
    "replace_private",
]


if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LARGEST = 1_000_000
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Without waiting: what is there in place of a file may be a pipe."""


def read_private(file: str) -> tuple[bytes, os.stat_result] | None:
    """Return what is in a file, and its status; None if there is none.

    Raises:
        KeyStoreError: it cannot be read, or others may read or write it.
    """
    try:
        descriptor = os.open(file, _OPEN)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _failed("cannot be read", file, error) from None
    try:
        status = os.fstat(descriptor)  # of what was opened: the name may lead elsewhere by now
        _check(file, status)
        with open(descriptor, "rb", closefd=False) as opened:
            return opened.read(), status
    except OSError as error:
        raise _failed("cannot be read", file, error) from None
    finally:
        os.close(descriptor)


def _check(file: str, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        what = "larger than a key store can be" if stat.S_ISREG(status.st_mode) else "no plain file"
        raise KeyStoreError(f"The key store {file} is {what}.", hint="Move it away.")
    if sys.platform != "win32" and mode & 0o077:  # Windows has other means, which os.stat does not show
        from shlex import quote

        raise KeyStoreError(
            f"The key store {file} is not read, since others than its owner may read or write it "
            f"(its mode is {mode:04o}).",
            hint=f"Run `chmod 600 {quote(file)}`; if others could have read it, have new keys made.",
        )


def replace_private(file: str, data: bytes) -> None:
    """Put a new file in the place of one, all of it or nothing; only its owner can read it.

    Raises:
        KeyStoreError: it cannot be written; what was there before is untouched.
    """
    try:
        replace_file(file, data, durable=True)
    except OSError as error:
        raise _failed("cannot be written", file, error) from None


@contextlib.contextmanager
def locked(file: str) -> Iterator[None]:
    """Let nobody else in here for the same file, no thread and no process; makes its folder if need be.

    Raises:
        KeyStoreError: the folder cannot be made or written.
    """
    real = os.path.realpath(file)
    try:
        Path(real).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Never deleted: who waits for a lock on a deleted file and who makes a new one would both go on.
        descriptor = os.open(f"{real}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _failed("cannot be written", file, error) from None
    try:
        try:
            _lock(descriptor)
        except OSError as error:
            if error.errno not in UNSUPPORTED_ERRNOS:
                raise _failed("cannot be locked", file, error) from None
        yield
    finally:
        os.close(descriptor)  # which also unlocks


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _failed(what: str, file: str, error: OSError) -> KeyStoreError:
    return KeyStoreError(
        f"The key store {file} {what}: {error.strerror or type(error).__name__}.",
        hint="Check who owns it and its folder; G4F_LITE_CONFIG_DIR names another folder.",
    )
