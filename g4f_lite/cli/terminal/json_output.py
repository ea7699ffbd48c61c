"""Values printed as JSON, for `--json`."""

import json
from typing import Any

from g4f_lite.cli.terminal.console import OUT

__all__ = ["print_json"]


def print_json(value: Any, *, indent: int | None = None) -> None:
    """Print a value as JSON, in ASCII where standard output cannot carry more."""
    narrow = OUT.encoding.replace("_", "-") not in ("utf-8", "utf8")
    OUT.line(json.dumps(value, ensure_ascii=narrow, indent=indent))
