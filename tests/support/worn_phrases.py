"""Find the phrases in docstrings, comments and docs that a reader has to read twice.

    python tests/support/worn_phrases.py                   count them in every folder
    python tests/support/worn_phrases.py g4f_lite/_core    list them in a folder or file

A plain sentence names its subject ("the provider", "the caller"), uses the code's own words, and says what
happens in the present tense. The list below has the phrases that stood for such words most often.
"""

import ast
import collections
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["FOLDERS", "Phrase", "phrases_in"]

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("g4f_lite", "providers", "tests", "docs", "README.md")

_WORN = re.compile(
    r"\b(?:who(?:ever|m|se)?|(?:no|some|every|any)body|someone|everyone|has come|comes? to|in words|stands"
    r"|in place of|told|tells? of|goes on|(?:is|are|was|be) said|says of|beside|likewise|twin|anew|leave to"
    r"|by itself|(?:be|is|are) had|takes? back|passed over|(?:is|are) no (?!longer|more)|there is none|lest"
    r"|begun|mends?|mended|whereby|thereof|therein|at all events|in turn|what is (?:asked|wanted|meant))\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"``.*?``|`[^`]*`|\"[^\"]*\"")


class Phrase(NamedTuple):
    """One worn phrase: its file, its line, the phrase, and the text around it."""

    file: Path
    line: int
    phrase: str
    text: str


def phrases_in(path: Path) -> Iterator[Phrase]:
    """Yield the worn phrases of a Python file, a Markdown file or a folder of them."""
    if path.is_dir():
        files = (file for pattern in ("*.py", "*.md") for file in path.rglob(pattern))
        for file in sorted(files):
            if not {"__pycache__", "packages"} & set(file.parts):  # `tests/packages` is broken on purpose
                yield from phrases_in(file)
        return
    if path.resolve() == Path(__file__).resolve():
        return
    texts = _markdown(path) if path.suffix == ".md" else _python(path)
    for line, text in texts:
        for number, part in enumerate(text.splitlines()):
            for found in _WORN.finditer(_CODE.sub("", part)):
                yield Phrase(path, line + number, found[0], part.strip())


def _python(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every docstring, string that documents an attribute, and comment, with its first line."""
    source = path.read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _markdown(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the prose of a page: no code blocks."""
    is_code = False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code:
            yield number, line


def main(arguments: list[str]) -> None:
    """Print a count for every folder, or the phrases of the paths that are named."""
    if arguments:
        for name in arguments:
            for found in phrases_in(Path(name)):
                print(f"{found.file}:{found.line}: {found.phrase}: {found.text}")
        return
    counts = collections.Counter(
        "/".join(found.file.relative_to(ROOT).parts[:3])
        for name in FOLDERS
        for found in phrases_in(ROOT / name)
    )
    for folder, count in sorted(counts.items()):
        print(f"{count:5} {folder}")
    print(f"{counts.total():5}")


if __name__ == "__main__":
    main(sys.argv[1:])
