"""A lock between processes (and threads), on a file that is never deleted."""

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

_LOOK_SECONDS = 0.1

_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What file systems without locks say, some network mounts among them."""


class CancelledError(Exception):
    """The call that waited was cancelled."""


class FileLock:
    """A context manager that waits for the lock; the system frees it when its holder dies.

    Args:
        path: the lock's file; made if it is not there.
        stop: setting it ends the waiting.

    Attributes:
        held: False where the file system has no locks, and the block runs without one.

    Raises:
        CancelledError: on entering, when `stop` was set.
        OSError: on entering, when the file cannot be made.
    """

    def __init__(self, path: Path, stop: threading.Event) -> None:
        self.held = False
        self._path = path
        self._stop = stop
        self._descriptor = -1

    def __enter__(self) -> "FileLock":
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            self._wait()
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.held:
                _unlock(self._descriptor)  # not by closing alone: a forked child may share the descriptor
        finally:
            os.close(self._descriptor)

    def _wait(self) -> None:
        while not self._stop.is_set():
            try:
                _lock(self._descriptor)
            except OSError as error:
                if error.errno in _UNSUPPORTED:
                    return
                if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    raise
            else:
                self.held = True
                return
            self._stop.wait(_LOOK_SECONDS)
        raise CancelledError


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
