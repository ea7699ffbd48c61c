"""A lock between processes and between threads, on a file that is never deleted."""

import errno
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["CancelledError", "FileLock"]

_POLL_SECONDS = 0.1
"""Seconds between two attempts to get the lock."""

_UNSUPPORTED_ERRNOS = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""The errors of file systems without locks, such as some network mounts."""


class CancelledError(Exception):
    """The call was cancelled while it waited."""


class FileLock:
    """A context manager that waits for a lock. The system releases the lock when its process dies.

    Args:
        path: the file of the lock, which is created if it does not exist.
        stop: an event that ends the waiting.

    Attributes:
        is_held: False if the file system has no locks; the block then runs without one.

    Raises:
        CancelledError: on entering, `stop` is set.
        OSError: on entering, the file cannot be created.
    """

    def __init__(self, path: Path, stop: threading.Event) -> None:
        self.is_held = False
        self._path = path
        self._stop = stop
        self._descriptor = -1

    def __enter__(self) -> "FileLock":
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            self._acquire()
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.is_held:
                # Closing is not enough: a forked child may share the descriptor.
                _unlock(self._descriptor)
        finally:
            os.close(self._descriptor)

    def _acquire(self) -> None:
        while not self._stop.is_set():
            try:
                _try_lock(self._descriptor)
            except OSError as error:
                if error.errno in _UNSUPPORTED_ERRNOS:
                    return
                if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    raise
            else:
                self.is_held = True
                return
            self._stop.wait(_POLL_SECONDS)
        raise CancelledError


if sys.platform == "win32":

    def _try_lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
