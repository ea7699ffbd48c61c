"""Every code block of the README and of `docs/` is run, as a reader would run it, and every table is the code's.

A block of Python is a program, a block of console has commands after ``$``. ``<!-- file: NAME -->`` above a
block makes it that file, beside the programs of its page. ``<!-- not run: WHY -->`` leaves a block out: of
Python, it is read then, and what it imports and the options that it gives to a provider have to be there.
"""

import argparse
import ast
import importlib
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

import g4f_lite
from g4f_lite import registry, testing
from g4f_lite.testing import Reply, Upstream

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
INDEX = DOCS / "README.md"
EXAMPLES = sorted((DOCS / "examples").glob("*.py"))
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
        return f"{name(self.page)}:{self.line}"


def name(page: Path) -> str:
    """Return the page's path, as the README links it."""
    return page.relative_to(ROOT).as_posix()


def text_of(page: str) -> str:
    """Return a page's text."""
    return (ROOT / page).read_text("utf-8")


def rows_of(page: str) -> list[list[str]]:
    """Return the cells of each row of all tables of a page."""
    lines = [line for line in text_of(page).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


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
    venv.create(target, symlinks=True)  # pip is this environment's, as everything else is
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
        assert done.stdout.strip() or done.stderr.strip(), f"{command} says nothing"


@pytest.mark.model
@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_example_runs(example: Path, reader: dict[str, str], tmp_path: Path) -> None:
    """Each example runs to its end as it is, and prints something."""
    pytest.importorskip("xllamacpp")
    done = subprocess.run(
        [reader["PATH"].partition(os.pathsep)[0] + "/python", "-W", "error", example],
        cwd=tmp_path,
        env=reader,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        input="Name a colour.\n\n",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


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


def _anchors(page: Path) -> set[str]:
    """Return what the headings of a page are linked by."""
    titles = re.findall(r"^#+ (.+)$", _BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link of a page names a file that is there, and a heading of it."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^):]*))?\)", text):
        target = (page.parent / path) if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


def test_every_page_is_linked() -> None:
    """The README links the index; that links every page, but for those of a folder with an index of its own."""
    assert f"]({name(INDEX)})" in text_of("README.md")
    missing = []
    for page in [*PAGES[1:], *EXAMPLES]:
        has_own_index = page.parent not in (ROOT, DOCS) and page.name != "README.md"
        index = page.with_name("README.md") if has_own_index else INDEX
        if page != index and f"]({os.path.relpath(page, index.parent)})" not in index.read_text("utf-8"):
            missing.append(name(page))
    assert missing == []


# --- blocks that are not run ----------------------------------------------------------------------

SKETCHES = [block for block in ALL if block.language == "python" and block.not_run]


@pytest.mark.parametrize("block", SKETCHES, ids=str)
def test_what_is_not_run_could_be(block: Block) -> None:
    """A program that needs a key is Python; what it imports of ours is there, and providers take its options."""
    tree = ast.parse(block.code)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "g4f_lite":
            module = importlib.import_module(str(node.module))
            assert [item.name for item in node.names if not hasattr(module, item.name)] == []
        elif isinstance(node, ast.Call):
            _check_options(node)


_CALLS = ("create", "acreate", "run_tools", "arun_tools")
_EVERYWHERE = {"model", "messages", "provider", "stream", "auth", "timeout", "deadline", "retries", "limits"}
_EVERYWHERE |= {"input", "continue_from_partial", "drop_options", "response_format", "tools", "on_call"}


def _check_options(call: ast.Call) -> None:
    """Fail if a call names a provider that does not take one of its options."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {word.arg: word.value for word in call.keywords if word.arg}
    who = given.get("provider")
    if function not in _CALLS or not isinstance(who, ast.Constant) or who.value not in registry.names():
        return
    provider = registry.get(who.value)
    embed = provider.embed.options if provider.embed and "input" in given else {}
    assert set(given) - _EVERYWHERE - set(provider.options) - set(embed) == set(), who.value


# --- tables and the code --------------------------------------------------------------------------


def test_error_tree_is_the_one_in_the_code() -> None:
    """The tree drawn in the docs is the one drawn in the module, and both are the classes' own."""
    from g4f_lite import errors

    drawn = re.findall(r"[├└]── (\w+)", str(errors.__doc__))
    page = text_of("docs/errors.md")
    assert re.findall(r"[├└]── (\w+)", page) == drawn
    assert sorted([*drawn, "G4FLiteError"]) == errors.__all__


def test_every_kind_of_problem_is_documented() -> None:
    """Each kind of problem that validation can find stands in the contract's table, and no other does."""
    found = set(re.findall(r"Issue\(\s*\"([a-z-]+)\"", _sources("g4f_lite/_core")))
    page = text_of("docs/contract.md")
    rows = re.findall(r"^\| (`[a-z`, -]+`) \| (?:yes|no) \|", page, re.MULTILINE)
    assert {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row)} == found


def _sources(*folders: str) -> str:
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return "".join(file.read_text("utf-8") for file in files)


def test_every_variable_is_documented() -> None:
    """Each environment variable that the code reads is in the table of variables, the services' in theirs too."""
    page = text_of("docs/getting-started.md")
    ours = set(re.findall(r"\"(G4F_LITE_[A-Z_]+[A-Z])\"", _sources("g4f_lite", "providers")))
    assert ours - set(re.findall(r"`(G4F_LITE_[A-Z_]+)`", page)) == set()
    theirs = re.findall(
        r"(?:environ\.get\(|address_env=\(|VARIABLE = |HeaderOption\(\"[^\"]*\", )\"([A-Z][A-Z0-9_]+)\"",
        _sources("providers"),
    )
    assert len(theirs) > 10
    assert {item for item in theirs if f"`{item}`" not in page} == set()


def test_the_overview_of_providers_is_the_code() -> None:
    """Each built-in provider has its row, with its key variable and what it takes and has."""
    rows = {
        row[0].strip("`"): row[1:] for row in rows_of("docs/providers/README.md") if row[0].startswith("`")
    }
    built_in = {info.name for info in registry.infos() if info.builtin}
    assert set(rows) == built_in
    for provider, row in rows.items():
        loaded = registry.get(provider)
        assert row[:7] == _facts(loaded), provider


def _facts(loaded: "g4f_lite.contract.LoadedProvider") -> list[str]:
    """Return the cells of a provider's row but the last, which says how it was verified."""
    variable = ", ".join(f"`{name}`" for name in loaded.key_variables) if "auth" in loaded.options else "none"
    inputs = ", ".join(loaded.inputs)
    takes = [
        "yes" if name in loaded.options else "" for name in ("tools", "response_format", "reasoning_effort")
    ]
    if variable != "none" and not loaded.needs_auth:
        variable += ", if any"
    return [variable, *takes, inputs, "yes" if loaded.embed else "", "yes" if loaded.list_models else ""]


@pytest.mark.parametrize("page", sorted((DOCS / "providers").glob("[a-z]*.md")), ids=lambda page: page.stem)
def test_every_option_of_a_provider_is_on_its_page(page: Path) -> None:
    """A provider with a page of its own has each of its options there, those of embeddings and lists too."""
    if page.stem not in registry.names():
        return  # a page of several
    provider = registry.get(page.stem)
    functions = [provider, *filter(None, (provider.embed, provider.list_models))]
    options = {option for function in functions for option in function.options}
    said = set(re.findall(r"`(\w+)[`=:]", page.read_text("utf-8")))
    assert options - said == set()


def test_the_table_of_services_is_the_code() -> None:
    """Each row of the page of compatible services has the address and the key's variable of the code."""
    page = rows_of("docs/providers/compatible-services.md")
    rows = [row for row in page if len(row) == 4 and row[1].startswith("`http")]
    assert len(rows) > 30
    for provider, address, variable, about in rows:
        service = registry.get(provider.strip("`")).plugin
        assert (f"`{service.base_url}`", f"`{service.auth_env}`") == (address, variable)
        said = set(re.findall(r"`(\w+)`", about))
        quirks = service.quirks
        assert said == {
            *quirks.options,
            *quirks.openai_options,
            *quirks.unsupported_options,
            *quirks.header_options,
        } - {""}, provider
        assert ("embeddings" in about) == bool(service.embedding_model), provider


def test_every_command_and_option_is_documented() -> None:
    """Each command, action and option of the command line is on its page."""
    from g4f_lite.cli.dispatch import COMMANDS

    page = text_of("docs/command-line.md")
    missing = [name for name in COMMANDS if f"## {name}" not in page and f"and {name}" not in page]
    for command in COMMANDS:
        parsers = [importlib.import_module(f"g4f_lite.cli.commands.{command}").parser()]
        for parser in parsers:
            for action in parser._actions:
                if isinstance(action, argparse._SubParsersAction):
                    parsers += action.choices.values()
                    missing += [item for item in action.choices if f"`{command} {item}" not in page]
                long = [item for item in action.option_strings if item.startswith("--") and item != "--help"]
                missing += [f"{command} {item}" for item in long if not re.search(rf"{item}(?![\w-])", page)]
    assert missing == []


def test_every_public_name_is_documented() -> None:
    """Each public name of the package is on a page, and each of the kits for authors and for tests on theirs."""
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    words = set(re.findall(r"\w+", pages))
    assert [name for name in g4f_lite.__all__ if name not in words and name != "__version__"] == []
    assert [
        name for name in testing.__all__ if name not in re.findall(r"\w+", text_of("docs/testing.md"))
    ] == []
    table = {row[0].strip("`"): row[1] for row in rows_of("docs/writing-a-plugin.md") if "kit." in row[0]}
    kit = [path.stem for path in (ROOT / "g4f_lite" / "kit").glob("[a-z]*")]
    assert {f"g4f_lite.kit.{name}" for name in kit} == set(table)
    for name in kit:
        module = importlib.import_module(f"g4f_lite.kit.{name}")
        said = set(re.findall(r"`(\w+)`", table[f"g4f_lite.kit.{name}"].partition(": `")[0]))
        assert set(module.__all__) - said == set(), name
        assert [word for word in said if not hasattr(module, word)] == [], name
