"""The built-in providers, read from the entry points of the project."""

import re
from pathlib import Path

_SECTION = re.compile(
    r'^\[project\.entry-points\."g4f_lite\.providers"\]\n(.*?)^\[', re.MULTILINE | re.DOTALL
)
_FILE = Path(__file__).parents[2] / "pyproject.toml"

BUILT_IN = sorted(re.findall(r"^(\w+) = ", _SECTION.search(_FILE.read_text("utf-8"))[1], re.MULTILINE))
"""Their names."""
