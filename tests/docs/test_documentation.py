"""Tests of the documentation: each code block runs as a reader would run it, and each table equals the code.

A Python block is a program, and a console block has commands after ``$``. ``<!-- file: NAME -->`` above a block
makes it that file, in the folder of its page's programs. ``<!-- not run: WHY -->`` leaves a block out. A Python
block that is left out is parsed: its imports must exist, and its providers must accept its options.
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
    """Return the path of `page` in the form of the README's links."""
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
    """A service with yqcloud's wire format, which the pages can call."""
    with Upstream(lambda _: Reply(["Hello from ", "the service."])) as upstream:
        yield upstream.url


@pytest.fixture(scope="module")
def folder_of_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with this one's packages, which receives the packages that a page installs."""
    target = tmp_path_factory.mktemp("reader")
    venv.create(target, symlinks=True)  # pip and all other packages are this environment's
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
    """The environment variables of a reader with g4f_lite installed."""
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
    """A Python block of a page runs to its end as a program, in a folder with the page's files."""
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
    """Each command of a console block succeeds; `make` commands run in a fresh checkout."""
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
        assert done.stdout.strip() or done.stderr.strip(), f"{command} prints nothing"


@pytest.mark.model
@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_example_runs(example: Path, reader: dict[str, str], tmp_path: Path) -> None:
    """Each example runs unchanged to its end, and prints something."""
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
    """Copy the files of a clone that an installation needs."""
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
    """Each TOML block parses."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        tomllib = pytest.importorskip("tomli")
    assert tomllib.loads(block.code)


def test_every_block_is_of_a_known_kind() -> None:
    """Each block has a known language, so that no block is left out by accident."""
    assert len(ALL) > 10
    assert [str(block) for block in ALL if block.language not in KNOWN] == []
    fences = sum(page.read_text("utf-8").count("\n```") for page in PAGES)
    assert fences == 2 * len(ALL)


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", _BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_link_has_a_target(page: Path) -> None:
    """Each relative link of a page names an existing file, and an existing heading of it."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^):]*))?\)", text):
        target = (page.parent / path) if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


def test_every_page_is_linked() -> None:
    """The README links the index, and the index links every page, except in folders with their own index."""
    assert f"]({name(INDEX)})" in text_of("README.md")
    missing = []
    for page in [*PAGES[1:], *EXAMPLES]:
        has_own_index = page.parent not in (ROOT, DOCS) and page.name != "README.md"
        index = page.with_name("README.md") if has_own_index else INDEX
        if page != index and f"]({os.path.relpath(page, index.parent)})" not in index.read_text("utf-8"):
            missing.append(name(page))
    assert missing == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/async-transport.md", "CONTRIBUTING.md"])
def test_named_files_exist(page: str) -> None:
    """Each file and folder of the project that a page on the structure names is there."""
    named = re.findall(r"`((?:g4f_lite|providers|tests|docs)/[\w/.]+)`", text_of(page))
    assert len(named) >= 4
    wanted = [path for path in named if "NAME" not in path]
    assert [path for path in wanted if not (ROOT / path).exists()] == []


def test_behaviours_are_where_the_architecture_says() -> None:
    """Each name in the table of behaviours is defined in the file that its row names."""
    rows = [
        row for row in rows_of("docs/architecture.md") if row[1].startswith("`g4f_lite/") and len(row) == 3
    ]
    assert len(rows) >= 20
    for behaviour, file, word in rows:
        source = (ROOT / file.strip("`")).read_text("utf-8")
        assert re.search(rf"(?:def|class) {word.strip('`')}\b", source), behaviour


def test_steps_name_what_is_there() -> None:
    """Each function or class that follows a file's name in the architecture's traces is defined in it."""
    pairs = re.findall(r"`(g4f_lite/[\w/]+\.py)`:\s+`(\w+)`", text_of("docs/architecture.md"))
    assert len(pairs) > 8
    missing = [
        (file, word)
        for file, word in pairs
        if not re.search(rf"(?:def|class) {word}\b", (ROOT / file).read_text("utf-8"))
    ]
    assert missing == []


# --- blocks that are not run ----------------------------------------------------------------------

SKETCHES = [block for block in ALL if block.language == "python" and block.not_run]


@pytest.mark.parametrize("block", SKETCHES, ids=str)
def test_a_block_that_is_not_run_is_valid(block: Block) -> None:
    """A program that is not run parses, its imports from g4f_lite exist, and its providers accept its options."""
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
    """Fail if a call passes an option that its provider does not accept."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {word.arg: word.value for word in call.keywords if word.arg}
    name = given.get("provider")
    if function not in _CALLS or not isinstance(name, ast.Constant) or name.value not in registry.names():
        return
    provider = registry.get(name.value)
    embed = provider.embed.options if provider.embed and "input" in given else {}
    assert set(given) - _EVERYWHERE - set(provider.options) - set(embed) == set(), name.value


# --- tables and the code --------------------------------------------------------------------------


def test_error_tree_is_the_one_in_the_code() -> None:
    """The trees of errors in the docs and in the module are equal, and contain all error classes."""
    from g4f_lite import errors

    drawn = re.findall(r"[├└]── (\w+)", str(errors.__doc__))
    page = text_of("docs/errors.md")
    assert re.findall(r"[├└]── (\w+)", page) == drawn
    assert sorted([*drawn, "G4FLiteError"]) == errors.__all__


def test_every_kind_of_problem_is_documented() -> None:
    """The contract's table lists exactly the kinds of problems that validation can report."""
    found = set(re.findall(r"Issue\(\s*\"([a-z-]+)\"", _sources("g4f_lite/_core")))
    page = text_of("docs/contract.md")
    rows = re.findall(r"^\| (`[a-z`, -]+`) \| (?:yes|no) \|", page, re.MULTILINE)
    assert {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row)} == found


def _sources(*folders: str) -> str:
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return "".join(file.read_text("utf-8") for file in files)


def test_every_variable_is_documented() -> None:
    """Each environment variable that the code reads is on the page of variables, the services' ones included."""
    page = text_of("docs/getting-started.md")
    ours = set(re.findall(r"\"(G4F_LITE_[A-Z_]+[A-Z])\"", _sources("g4f_lite", "providers")))
    assert ours - set(re.findall(r"`(G4F_LITE_[A-Z_]+)`", page)) == set()
    theirs = re.findall(
        r"(?:environ\.get\(|address_env=\(|VARIABLE = |HeaderOption\(\"[^\"]*\", )\"([A-Z][A-Z0-9_]+)\"",
        _sources("providers"),
    )
    assert len(theirs) > 10
    assert {item for item in theirs if f"`{item}`" not in page} == set()


def test_the_overview_of_providers_equals_the_code() -> None:
    """Each built-in provider has a row with its key variable, options and functions."""
    rows = {
        row[0].strip("`"): row[1:] for row in rows_of("docs/providers/README.md") if row[0].startswith("`")
    }
    built_in = {info.name for info in registry.infos() if info.builtin}
    assert set(rows) == built_in
    for provider, row in rows.items():
        loaded = registry.get(provider)
        assert row[:7] == _facts(loaded), provider


def _facts(loaded: "g4f_lite.contract.LoadedProvider") -> list[str]:
    """Return the cells of a provider's row without the last one, which says how it was verified."""
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
    """A provider's page has each of its options, also those of embeddings and lists of models."""
    if page.stem not in registry.names():
        return  # The page describes several providers.
    provider = registry.get(page.stem)
    functions = [provider, *filter(None, (provider.embed, provider.list_models))]
    options = {option for function in functions for option in function.options}
    said = set(re.findall(r"`(\w+)[`=:]", page.read_text("utf-8")))
    assert options - said == set()


def test_the_table_of_services_equals_the_code() -> None:
    """Each row of the page of compatible services has the address, key variable and options of the code."""
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
    """Each command, action and option of the command line is on the page of the command line."""
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
    """Each public name of the package is on a page, and each name of a kit on the page of that kit."""
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
