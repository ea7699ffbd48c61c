"""JSON on standard output, for `--json`."""

import json
from typing import Any

from g4f_lite.cli.terminal.console import OUT

__all__ = ["print_json"]


def print_json(value: Any, *, indent: int | None = None) -> None:
    """Print `value` as JSON: in ASCII unless the encoding of standard output is UTF-8."""
    is_ascii = OUT.encoding.replace("_", "-") not in ("utf-8", "utf8")
    OUT.write_line(json.dumps(value, ensure_ascii=is_ascii, indent=indent))
