"""JSON files in the cache folder: losing one costs time only.

A full disk, a folder that cannot be written, a damaged file or a user without a home folder must not fail a
call. So reading returns None and writing returns False, where other files raise.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["JsonCache"]

_UNUSABLE = (OSError, RuntimeError, ValueError)
"""RuntimeError: `Path.home` finds no home folder, or the JSON is nested too deep to be parsed."""


class JsonCache:
    """One JSON file that may be deleted at any time.

    Args:
        locate: returns the file's path; called each time, because the environment may change it.
        max_bytes: a larger file is not read.
    """

    def __init__(self, locate: Callable[[], Path], *, max_bytes: int | None = None) -> None:
        self._locate = locate
        self._max_bytes = max_bytes

    def read(self) -> Any:
        """Return the file's value, or None if the file is absent, damaged or too large."""
        try:
            path = self._locate()
            if self._max_bytes is not None and path.stat().st_size > self._max_bytes:
                return None
            return json.loads(path.read_bytes())
        except _UNUSABLE:
            return None

    def write(self, value: Any) -> bool:
        """Replace the file by one with `value`, and return whether that was possible.

        Creates the folder. Another process reads the old file or the new one, never a part.
        """
        from g4f_lite._utils.files import replace_file

        content = json.dumps(value).encode()
        try:
            path = self._locate()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(str(path), content)
        except _UNUSABLE:
            return False
        return True
