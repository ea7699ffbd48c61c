"""`g4f-lite check`: the strict verdict."""

import json

import pytest
from built_in import BUILT_IN

from g4f_lite.cli.inspection import probe

SLOPPY = """\
model = "acme-1"
supports_stream = True
needs_auth = "no"

def _create_completion(model, messages: list, stream: bool):
    return "Hello"
"""


def test_valid_provider_is_0(run):
    """The built-in providers are valid, by name and by distribution."""
    done = run("check", "yqcloud", "g4f-lite")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(" (")[0] for line in done.stdout.splitlines()] == ["yqcloud", *BUILT_IN]
    assert done.stdout.count("): valid\n") == 1 + len(BUILT_IN)


def test_all_problems_at_once(run, plugins):
    """Each problem has its file and line, its distribution and its fix."""
    file = plugins.add("sloppy", SLOPPY)
    done = run("check", "sloppy")
    assert done.returncode == 1
    assert done.stdout.startswith("sloppy (sloppy 1.0): ")
    assert f"  - {file}:3: sloppy 1.0: `needs_auth` is 'no', a str, and has to be a bool." in done.stdout
    for kind in ("missing-constant", "wrong-constant", "model-not-list", "missing-hint", "missing-params"):
        assert f"[{kind}]" in done.stdout
    kinds = [
        item["kind"]
        for item in json.loads(run("check", "--json", "sloppy").stdout)["verdicts"][0]["problems"]
    ]
    assert len(kinds) >= 5


def test_file_is_checked_where_it_lies(run, plugins, tmp_path):
    """A file is imported from its path, whatever it is called and whatever lies beside it."""
    good = plugins.good("json").read_text()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "beside.py").write_text("yes = True\n")
    (tmp_path / "lib" / "json.py").write_text(f"import beside\n{good}")
    done = run("check", "lib/json.py")
    assert (done.returncode, done.stdout) == (0, "json (lib/json.py): valid\n")
    (tmp_path / "bad-name.py").write_text(SLOPPY)
    done = run("check", "bad-name.py", "lib/json.py", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [item["valid"] for item in report["verdicts"]] == [False, True]
    assert report["verdicts"][0]["problems"][0]["location"].startswith(f"{tmp_path}/bad-name.py:")


def test_file_of_a_package(run, plugins, tmp_path):
    """A file inside a package may import its siblings."""
    package = tmp_path / "mine"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "names.py").write_text('models = ["m-1"]\n')
    source = plugins.good("deep").read_text().replace('["acme-1", "acme-2"]', "names.models")
    (package / "deep.py").write_text(f"from . import names\n{source}")
    assert run("check", "mine/deep.py").stdout == "deep (mine/deep.py): valid\n"


@pytest.mark.parametrize(
    ("source", "says"),
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
def test_import_that_does_harm_is_not_valid(run, tmp_path, source, says):
    """Whatever an import does, the verdict is there, and it is not "valid"."""
    (tmp_path / "harm.py").write_text(source)
    done = run("check", "harm.py")
    assert done.returncode == 1
    assert says in done.stdout
    assert done.stderr == ""


def test_import_that_hangs_is_not_valid(monkeypatch, capsys, tmp_path):
    """An import that does not end is given up."""
    from g4f_lite.cli import main

    monkeypatch.setattr(probe, "_IMPORT_SECONDS", 2.0)
    (tmp_path / "hang.py").write_text("import time\ntime.sleep(60)")
    assert main(["check", str(tmp_path / "hang.py")]) == 1
    assert "Loading it took more than 2 seconds." in capsys.readouterr().out


def test_crash_has_its_place(run, plugins, tmp_path):
    """A verdict on what took the process down says where its entry point, or the file, is."""
    plugins.add("dies", "import os\nos._exit(0)")
    assert "entry_points.txt:2: dies 1.0: Loading it ended" in run("check", "dies").stdout
    (tmp_path / "dies.py").write_text("import os\nos._exit(0)")
    assert f"{tmp_path}/dies.py: dies.py: Loading it ended" in run("check", "dies.py").stdout


def test_distribution_with_its_metadata(run, plugins):
    """A distribution is all its providers and its malformed metadata, valid only if nothing is wrong."""
    plugins.good("one")
    plugins.metadata("one", "[g4f_lite.providers]\none = one_one\nbroken entry\n")
    plugins.metadata("garbled", "[g4f_lite.providers]\n= = =\n")
    done = run("check", "one")
    assert done.returncode == 1
    assert "one (one 1.0): valid\n" in done.stdout
    assert "one (metadata) (one): 1 problem\n" in done.stdout
    assert "entry_points.txt:3: one 1.0: 'broken entry' is no entry point" in done.stdout
    assert run("check", "Garbled").returncode == 1


def test_contested_name_is_a_problem(run, plugins):
    """A name that two distributions claim is checked in both, and valid in neither."""
    source = plugins.good("acme").read_text()
    plugins.add("acme", source, distribution="rival")
    done = run("check", "acme")
    assert done.returncode == 1
    assert done.stdout.count("[name-conflict]") == 2


def test_name_of_nothing_is_3(run):
    """What is neither a provider nor a distribution cannot be checked."""
    done = run("check", "yqclod")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Did you mean 'yqcloud'?" in done.stderr
    done = run("check", "yqcloud", env={"G4F_LITE_BLOCK": "yqcloud"})
    assert done.returncode == 3
    assert "G4F_LITE_BLOCK" in done.stderr


def test_notes_are_shown(run, plugins):
    """What is worth knowing and no fault is shown, and does not count."""
    file = plugins.good()
    file.write_text(file.read_text().replace("supports_stream = True", "supports_stream = False"))
    done = run("check", "acme")
    assert done.returncode == 0
    assert "  note: It answers whole" in done.stdout
