"""A file that only its owner may read: checked before it is read, and replaced as a whole by one writer at a time.

A symbolic link is followed, since configuration is often kept in another folder and linked. The permissions
that count are those of the file that the link leads to, and that file is replaced. The link stays.
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
    "lock_file",
    "read_private",
    "replace_private",
]


if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_MAX_BYTES = 1_000_000
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Flags that open a file without blocking, even if there is a pipe at its path."""


def read_private(file: str) -> tuple[bytes, os.stat_result] | None:
    """Return the bytes and the status of a file, or None if it does not exist.

    Raises:
        KeyStoreError: it cannot be read, or users other than its owner may read or write it.
    """
    try:
        descriptor = os.open(file, _OPEN_FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _store_error("cannot be read", file, error) from None
    try:
        status = os.fstat(descriptor)  # not `os.stat`: another file may have the name by now
        _check_private(file, status)
        with open(descriptor, "rb", closefd=False) as opened:
            return opened.read(), status
    except OSError as error:
        raise _store_error("cannot be read", file, error) from None
    finally:
        os.close(descriptor)


def _check_private(file: str, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
        fault = "larger than a key store can be" if stat.S_ISREG(status.st_mode) else "no plain file"
        raise KeyStoreError(f"The key store {file} is {fault}.", hint="Move it away.")
    # Windows has access control lists instead of modes, which os.stat does not show.
    if sys.platform != "win32" and mode & 0o077:
        from shlex import quote

        raise KeyStoreError(
            f"The key store {file} is not read, since others than its owner may read or write it "
            f"(its mode is {mode:04o}).",
            hint=f"Run `chmod 600 {quote(file)}`; if others could have read it, have new keys made.",
        )


def replace_private(file: str, data: bytes) -> None:
    """Replace a file by a new one that only its owner can read. A reader sees the old or the new file, never a part.

    Raises:
        KeyStoreError: it cannot be written; the old file is unchanged.
    """
    try:
        replace_file(file, data, durable=True)
    except OSError as error:
        raise _store_error("cannot be written", file, error) from None


@contextlib.contextmanager
def lock_file(file: str) -> Iterator[None]:
    """Within the `with`, have no other thread or process inside one for the same file. Blocks.

    Creates the file's folder.

    Raises:
        KeyStoreError: the folder cannot be created or written.
    """
    target = os.path.realpath(file)
    try:
        Path(target).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Never deleted: a process that waits for the lock of a deleted file and a process that creates a new
        # file would both get a lock.
        descriptor = os.open(f"{target}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _store_error("cannot be written", file, error) from None
    try:
        try:
            _acquire_lock(descriptor)
        except OSError as error:
            if error.errno not in UNSUPPORTED_ERRNOS:
                raise _store_error("cannot be locked", file, error) from None
        yield
    finally:
        os.close(descriptor)  # this also releases the lock


if sys.platform == "win32":

    def _acquire_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:

    def _acquire_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _store_error(fault: str, file: str, error: OSError) -> KeyStoreError:
    return KeyStoreError(
        f"The key store {file} {fault}: {error.strerror or type(error).__name__}.",
        hint="Check who owns it and its folder; G4F_LITE_CONFIG_DIR names another folder.",
    )
