"""Atomic writing of files."""

import contextlib
import errno
import os
import sys
from pathlib import Path

__all__ = ["UNSUPPORTED_ERRNOS", "replace_file"]

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

UNSUPPORTED_ERRNOS = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""Error numbers of file systems that can neither lock nor sync, such as some network mounts."""


def replace_file(file: str, data: bytes, *, durable: bool = False) -> None:
    """Replace a file, as a whole or not at all, by one that only its owner can read. Blocks.

    Args:
        file: the path of the file, in a folder that exists.
        data: the new content.
        durable: wait until the content and the name survive a loss of power.

    Raises:
        OSError: the file cannot be written. The old file is unchanged.
    """
    real = os.path.realpath(file)
    folder, name = os.path.split(real)
    scratch = Path(folder, f".{name}.{os.urandom(8).hex()}.tmp")
    descriptor = os.open(scratch, _CREATE, 0o600)
    try:
        with open(descriptor, "wb") as opened:  # noqa: PTH123 - a descriptor
            opened.write(data)
            if durable:
                opened.flush()
                os.fsync(descriptor)
        scratch.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise
    if durable:
        _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Make the new name survive a loss of power."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED_ERRNOS:
            raise
    finally:
        os.close(descriptor)
