"""Every code block of the README and of `docs/` is run, as a reader would run it.

A block of Python is a program, a block of console has commands after ``$``. ``<!-- file: NAME -->`` above a
block makes it that file, beside the programs of its page. ``<!-- not run: WHY -->`` leaves a block out.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from g4f_lite.testing import Reply, Upstream

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = ("python", "console")
KNOWN = (*RUN, "toml", "text", "json")

_BLOCK = re.compile(
    r"(?:<!-- (?P<directive>file|not run): (?P<about>[^>]*?) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    code: str
    file: str = ""
    not_run: str = ""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    text = page.read_text("utf-8")
    for match in _BLOCK.finditer(text):
        about = {"file": "", "not run": ""}
        if match["directive"]:
            about[match["directive"]] = match["about"]
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(page, line, match["language"], match["code"], about["file"], about["not run"])


ALL = [block for page in PAGES for block in blocks(page)]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A service that speaks yqcloud's wire, so that pages can ask it."""
    with Upstream(lambda _: Reply(["Hello from ", "the service."])) as upstream:
        yield upstream.url


@pytest.fixture(scope="module")
def folder_of_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that sees what this one has: what a page installs goes there and not here."""
    target = tmp_path_factory.mktemp("reader")
    venv.create(target, with_pip=True, symlinks=True)
    here = sysconfig.get_path("purelib")
    there = subprocess.check_output(
        [target / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    (Path(there) / "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    script = target / "bin" / "g4f-lite"
    script.write_text(f'#!/bin/sh\nexec "{target}/bin/python" -m g4f_lite "$@"\n')
    script.chmod(0o755)
    return target / "bin"


@pytest.fixture
def reader(model_cache: Path, service: str, tmp_path: Path, folder_of_python: Path) -> dict[str, str]:
    """The environment of a reader who has installed g4f_lite and follows a page."""
    return {
        **os.environ,
        "PATH": f"{folder_of_python}{os.pathsep}{os.environ['PATH']}",
        "G4F_LITE_CACHE": str(model_cache),
        "G4F_LITE_YQCLOUD_URL": service,
        "HOME": str(tmp_path),
    }


def _lay_out(page: Path, folder: Path) -> None:
    for block in blocks(page):
        if block.file:
            (folder / block.file).write_text(block.code, "utf-8")


def _commands(code: str) -> list[str]:
    return [line[2:] for line in code.splitlines() if line.startswith("$ ")]


@pytest.mark.model
@pytest.mark.parametrize(
    "block", [b for b in ALL if b.language == "python" and not b.file and not b.not_run], ids=str
)
def test_python_block_runs(block: Block, reader: dict[str, str], tmp_path: Path) -> None:
    """A block of Python on a page runs to its end as a program, beside the page's files."""
    pytest.importorskip("xllamacpp")
    _lay_out(block.page, tmp_path)
    program = tmp_path / "program_of_the_page.py"
    program.write_text(block.code, "utf-8")
    done = subprocess.run(
        [reader["PATH"].partition(os.pathsep)[0] + "/python", "-W", "error", program],
        cwd=tmp_path,
        env=reader,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.model
@pytest.mark.parametrize("block", [b for b in ALL if b.language == "console" and not b.not_run], ids=str)
def test_console_block_runs(block: Block, reader: dict[str, str], tmp_path: Path) -> None:
    """Each command of a console block succeeds; one of `make` does so in a fresh checkout."""
    pytest.importorskip("xllamacpp")
    commands = _commands(block.code)
    assert commands, "a console block without a command after `$`"
    _lay_out(block.page, tmp_path)
    for command in commands:
        cwd = _checkout(tmp_path) if shlex.split(command)[0] == "make" else tmp_path
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=cwd,
            env=reader,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert done.stdout.strip(), f"{command} printed nothing"


def _checkout(folder: Path) -> Path:
    """Copy what a clone has and an installation needs."""
    target = folder / "checkout"
    if not target.exists():
        target.mkdir()
        for name in ("g4f_lite", "providers"):
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE", "Makefile"):
            shutil.copy(ROOT / name, target)
    return target


@pytest.mark.parametrize("block", [b for b in ALL if b.language == "toml"], ids=str)
def test_toml_block_parses(block: Block) -> None:
    """A block of TOML is TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        tomllib = pytest.importorskip("tomli")
    assert tomllib.loads(block.code)


def test_every_block_is_of_a_known_kind() -> None:
    """No block escapes: each has a language that is run, checked, or plain text, or says why it is not run."""
    assert len(ALL) > 10
    assert [str(block) for block in ALL if block.language not in KNOWN] == []
    fences = sum(page.read_text("utf-8").count("\n```") for page in PAGES)
    assert fences == 2 * len(ALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link of a page names a file that is there, and every page is linked from the README."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
    if page.name != "README.md":
        assert f"docs/{page.name}" in (ROOT / "README.md").read_text("utf-8")


def test_error_tree_is_the_one_in_the_code() -> None:
    """The tree drawn in the docs is the one drawn in the module, and both are the classes' own."""
    from g4f_lite import errors

    drawn = re.findall(r"[├└]── (\w+)", str(errors.__doc__))
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert re.findall(r"[├└]── (\w+)", page) == drawn
    assert sorted([*drawn, "G4FLiteError"]) == errors.__all__


def test_every_kind_of_problem_is_documented() -> None:
    """Each kind of problem that validation can find stands in the contract's table, and no other does."""
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "g4f_lite").glob("_*.py"))
    found = set(re.findall(r"Finding\(\s*\"([a-z-]+)\"", sources))
    page = (ROOT / "docs" / "contract.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[a-z`, -]+`) \| (?:yes|no) \|", page, re.MULTILINE)
    assert {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row)} == found


def test_every_variable_is_documented() -> None:
    """Each environment variable of g4f_lite that the code reads is in the table of variables."""
    page = (ROOT / "docs" / "getting-started.md").read_text("utf-8")
    code = "".join(
        file.read_text("utf-8") for root in ("g4f_lite", "providers") for file in (ROOT / root).rglob("*.py")
    )
    names = set(re.findall(r"\"(G4F_LITE_[A-Z_]+[A-Z])\"", code))
    assert names - set(re.findall(r"`(G4F_LITE_[A-Z_]+)`", page)) == set()
