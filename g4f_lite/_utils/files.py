"""Write files atomically."""

import contextlib
import errno
import os
import sys
from pathlib import Path

__all__ = [
    "replace_file",
]


_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_UNLOCKABLE = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What file systems without locks say, some network mounts among them."""


def replace_file(file: str, data: bytes, *, lasting: bool = False) -> None:
    """Put a new file in the place of one, all of it or nothing; only its owner can read it.

    Args:
        file: its path, in a folder that is there.
        data: what it is to hold.
        lasting: wait until a loss of power takes neither it nor its name away.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    real = os.path.realpath(file)
    folder, name = os.path.split(real)
    scratch = Path(folder, f".{name}.{os.urandom(8).hex()}.tmp")
    descriptor = os.open(scratch, _CREATE, 0o600)
    try:
        with open(descriptor, "wb") as opened:  # noqa: PTH123 - a descriptor
            opened.write(data)
            if lasting:
                opened.flush()
                os.fsync(descriptor)
        scratch.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise
    if lasting:
        _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Have the new name survive a loss of power."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNLOCKABLE:  # the file systems that cannot do this say the same
            raise
    finally:
        os.close(descriptor)
