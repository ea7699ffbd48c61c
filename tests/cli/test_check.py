"""`g4f-lite check`: the strict verdict."""

import json

import pytest
from built_in import BUILT_IN

from g4f_lite.cli.inspection import probe

pytestmark = pytest.mark.slow  # child processes

SLOPPY = """\
model = "acme-1"
supports_stream = True
needs_auth = "no"

def _create_completion(model, messages: list, stream: bool):
    return "Hello"
"""


def test_valid_provider_is_0(run):
    """The built-in providers are valid, by name and by distribution."""
    result = run("check", "yqcloud", "g4f-lite")
    assert (result.returncode, result.stderr) == (0, "")
    assert [line.partition(" (")[0] for line in result.stdout.splitlines()] == ["yqcloud", *BUILT_IN]
    assert result.stdout.count("): valid\n") == 1 + len(BUILT_IN)


def test_all_problems_at_once(run, plugins):
    """`check` shows all problems, each with its file and line, its distribution and its fix."""
    file = plugins.add("sloppy", SLOPPY)
    result = run("check", "sloppy")
    assert result.returncode == 1
    assert result.stdout.startswith("sloppy (sloppy 1.0): ")
    assert f"  - {file}:3: sloppy 1.0: `needs_auth` is 'no', a str, and has to be a bool." in result.stdout
    for kind in ("missing-constant", "wrong-constant", "model-not-list", "missing-hint", "missing-params"):
        assert f"[{kind}]" in result.stdout
    kinds = [
        item["kind"]
        for item in json.loads(run("check", "--json", "sloppy").stdout)["verdicts"][0]["problems"]
    ]
    assert len(kinds) >= 5


def test_file_is_checked_by_its_path(run, plugins, tmp_path):
    """A file is imported from its path, whatever its name and its neighbours are."""
    good = plugins.add_valid("json").read_text()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "beside.py").write_text("yes = True\n")
    (tmp_path / "lib" / "json.py").write_text(f"import beside\n{good}")
    result = run("check", "lib/json.py")
    assert (result.returncode, result.stdout) == (0, "json (lib/json.py): valid\n")
    (tmp_path / "bad-name.py").write_text(SLOPPY)
    result = run("check", "bad-name.py", "lib/json.py", "--json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert [item["valid"] for item in report["verdicts"]] == [False, True]
    assert report["verdicts"][0]["problems"][0]["location"].startswith(f"{tmp_path}/bad-name.py:")


def test_file_of_a_package(run, plugins, tmp_path):
    """A file inside a package may import its siblings."""
    package = tmp_path / "mine"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "names.py").write_text('models = ["m-1"]\n')
    source = plugins.add_valid("deep").read_text().replace('["acme-1", "acme-2"]', "names.models")
    (package / "deep.py").write_text(f"from . import names\n{source}")
    assert run("check", "mine/deep.py").stdout == "deep (mine/deep.py): valid\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def (", "SyntaxError"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("raise SystemExit(0)", "SystemExit"),
        ("import os; os._exit(0)", "ended the whole process (exit code 0)"),
        ("import os; os.abort()", "crashed the whole process (SIGABRT)"),
        ("import os; os.closerange(0, 99); os._exit(3)", "the whole process"),
    ],
)
def test_import_that_does_harm_is_not_valid(run, tmp_path, source, message):
    """An import that raises, exits or crashes gives a verdict that is not valid."""
    (tmp_path / "harm.py").write_text(source)
    result = run("check", "harm.py")
    assert result.returncode == 1
    assert message in result.stdout
    assert result.stderr == ""


@pytest.mark.slow
def test_import_that_hangs_is_not_valid(monkeypatch, capsys, tmp_path):
    """An import that does not end gives a verdict after a time."""
    from g4f_lite.cli import main

    monkeypatch.setattr(probe, "_IMPORT_SECONDS", 2.0)
    (tmp_path / "hang.py").write_text("import time\ntime.sleep(60)")
    assert main(["check", str(tmp_path / "hang.py")]) == 1
    assert "Loading it took more than 2 seconds." in capsys.readouterr().out


def test_crash_has_its_place(run, plugins, tmp_path):
    """The verdict on a crash has the place of the entry point, or the file."""
    plugins.add("dies", "import os\nos._exit(0)")
    assert "entry_points.txt:2: dies 1.0: Loading it ended" in run("check", "dies").stdout
    (tmp_path / "dies.py").write_text("import os\nos._exit(0)")
    assert f"{tmp_path}/dies.py: dies.py: Loading it ended" in run("check", "dies.py").stdout


def test_distribution_with_its_metadata(run, plugins):
    """A distribution is checked with all its providers and its metadata."""
    plugins.add_valid("one")
    plugins.add_metadata("one", "[g4f_lite.providers]\none = one_one\nbroken entry\n")
    plugins.add_metadata("garbled", "[g4f_lite.providers]\n= = =\n")
    result = run("check", "one")
    assert result.returncode == 1
    assert "one (one 1.0): valid\n" in result.stdout
    assert "one (metadata) (one): 1 problem\n" in result.stdout
    assert "entry_points.txt:3: one 1.0: 'broken entry' is no entry point" in result.stdout
    assert run("check", "Garbled").returncode == 1


def test_name_conflict_is_a_problem(run, plugins):
    """A name that two distributions claim is a problem of both."""
    source = plugins.add_valid("acme").read_text()
    plugins.add("acme", source, distribution="rival")
    result = run("check", "acme")
    assert result.returncode == 1
    assert result.stdout.count("[name-conflict]") == 2


def test_unknown_name_is_3(run):
    """An unknown name, or a blocked one, gives exit code 3."""
    result = run("check", "yqclod")
    assert (result.returncode, result.stdout) == (3, "")
    assert "Did you mean 'yqcloud'?" in result.stderr
    result = run("check", "yqcloud", env={"G4F_LITE_BLOCK": "yqcloud"})
    assert result.returncode == 3
    assert "G4F_LITE_BLOCK" in result.stderr


def test_notes_are_shown(run, plugins):
    """Notes of a verdict are shown, and the provider is still valid."""
    file = plugins.add_valid()
    file.write_text(file.read_text().replace("supports_stream = True", "supports_stream = False"))
    result = run("check", "acme")
    assert result.returncode == 0
    assert "  note: It answers whole" in result.stdout
