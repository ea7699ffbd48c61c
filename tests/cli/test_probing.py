"""Plugins that do harm at import: the commands that inspect them survive."""

import json
import subprocess
import sys
import time

import pytest
from built_in import BUILT_IN

from g4f_lite.cli.inspection import hook_reports
from g4f_lite.cli.inspection.probe import probe

pytestmark = pytest.mark.slow  # child processes, some of which hang until they are killed

HARM = {
    "exits": "import os\nos._exit(0)",
    "interrupts": "raise KeyboardInterrupt",
    "stays": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n",
    "prints": 'import os\nprint("noise")\nos.write(1, b"noise")\nos.write(2, b"noise")\n',
    "raises": "1 / 0",
}
HOOK = "def g4f_lite_before_request(request): ...\n"

POISON = {
    "path": "import sys\nsys.path.clear()",
    "warnings": 'import warnings\nwarnings.simplefilter("error")\nwarnings.warn("x")',
    "fork": "import os\nos.fork()",
    "json": "import json\njson.dumps = json.JSONEncoder.iterencode = json.JSONEncoder.encode = None",
    "silent": 'import os\nfor fd in range(3, 20):\n    try:\n        os.write(fd, b"garbage\\n")\n'
    "    except OSError:\n        pass",
    "builtins": "import builtins\nbuiltins.isinstance = lambda *_: 1 / 0",
}


def _states(result):
    return {item["name"]: item for item in json.loads(result.stdout)["providers"]}


@pytest.mark.parametrize("module", ["json", "re", "site", "queue", "g4f_lite"])
def test_current_folder_is_not_imported_from(environment, tmp_path, module):
    """No command of the script imports a file of the current folder, whatever its name is."""
    here = tmp_path / "here"
    here.mkdir()
    (here / f"{module}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w').close()\n")
    (tmp_path / "g4f-lite").write_text("from g4f_lite.cli import main\nraise SystemExit(main())\n")
    for command in (["doctor"], ["providers", "--load"], ["check", "yqcloud"]):
        result = subprocess.run(
            [sys.executable, tmp_path / "g4f-lite", *command],
            check=False,
            env=environment,
            cwd=here,
            capture_output=True,
            timeout=60,
        )
        assert (result.returncode, result.stderr) == (0, b"")
    assert not (tmp_path / "run").exists()


def test_child_has_the_path_of_the_parent(plugins, monkeypatch):
    """The child process has the parent's `sys.path`."""
    monkeypatch.syspath_prepend(str(plugins.folder))
    plugins.add("tells", "import sys\nraise ValueError(sys.path)")
    answer = probe([{"name": "tells:tells"}])[0]
    reason = answer["verdict"]["problems"][0]["message"]
    assert f"ValueError: {[entry for entry in sys.path if isinstance(entry, str)]}"[:150] in reason


def test_plugin_in_the_current_folder_is_found(run, plugins, tmp_path):
    """With `python -m`, plugins in the current folder are found: Python adds it to the path."""
    source = plugins.add_valid("acme").read_text()
    (tmp_path / "local_one.py").write_text(source)
    info = tmp_path / "beside-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[g4f_lite.providers]\nbeside = local_one\n")
    assert _states(run("providers", "--load", "--json"))["beside"]["state"] == "ready"
    assert run("check", "beside", "local_one.py").returncode == 0


@pytest.mark.parametrize("command", [["providers"], ["models"], ["doctor"], ["check", "yqcloud"]], ids=str)
def test_hook_plugins_that_do_harm(run, plugins, command):
    """A hook plugin that exits, raises or prints at import does not stop the commands."""
    for name, source in HARM.items():
        plugins.add(name, f"{source}\n{HOOK}", group="g4f_lite.hooks")
    result = run(*command, "--json")
    assert (result.returncode, result.stderr) == (1 if command == ["doctor"] else 0, "")
    report = json.loads(result.stdout)
    if "problems" in report:
        problems = {item["distribution"].split()[0]: item for item in report["problems"]}
        assert sorted(problems) == ["exits", "interrupts", "raises"]
        assert problems["exits"]["location"].endswith("entry_points.txt:2")
        assert "ended the whole process" in problems["exits"]["message"]
        assert "KeyboardInterrupt" in problems["interrupts"]["message"]
    if "hooks" in report:
        assert report["hooks"][0]["plugins"] == ["prints:prints", "stays:stays"]


def test_hook_plugin_that_hangs(plugins, monkeypatch, capsys):
    """A hook plugin with an import that does not end is reported after a time."""
    from g4f_lite import registry
    from g4f_lite.cli import main

    monkeypatch.syspath_prepend(str(plugins.folder))
    monkeypatch.setattr(hook_reports, "_IMPORT_SECONDS", 2.0)
    plugins.add("hangs", "import time\ntime.sleep(60)", group="g4f_lite.hooks")
    registry.refresh()
    try:
        assert main(["providers"]) == 0
    finally:
        monkeypatch.undo()
        registry.refresh()
    output = capsys.readouterr()
    assert "yqcloud" in output.out
    assert "The hooks 'hangs': loading it took more than 2 seconds." in output.err


def test_offered_providers_are_listed(run, plugins):
    """Providers of hook plugins are listed; a repeated name is a problem of the second plugin."""
    good = plugins.add_valid("acme").read_text()
    (plugins.folder / "offered_one.py").write_text(good)
    offer = "import offered_one\ndef g4f_lite_register_providers(register):\n    register(offered_one, name={!r})\n"
    plugins.add("maker", offer.format("made"), group="g4f_lite.hooks")
    plugins.add("rival", offer.format("made"), group="g4f_lite.hooks")
    plugins.add("taker", offer.format("acme"), group="g4f_lite.hooks")
    result = run("providers", "--json")
    facts = _states(result)
    assert (facts["made"]["state"], facts["made"]["distribution"]) == ("ready", "maker")
    problems = {item["distribution"]: item["message"] for item in json.loads(result.stdout)["problems"]}
    assert sorted(problems) == ["rival 1.0", "taker 1.0"]
    assert "it offers 'made', as maker:maker does" in problems["rival 1.0"]
    assert list(facts) == [*BUILT_IN, "acme", "made"]
    assert run("check", "made").stdout == "made (maker 1.0): valid\n"
    assert run("check", "made", env={"G4F_LITE_BLOCK": "made"}).returncode == 3
    assert "acme-1" in run("models", "-p", "made").stdout


@pytest.mark.parametrize("poison", POISON)
def test_corrupted_process_affects_no_other_plugin(run, plugins, poison):
    """A plugin that corrupts its process is the only one that fails."""
    plugins.add_valid("aaa")
    plugins.add("bbb", POISON[poison])
    plugins.add_valid("ccc").write_text("import colorsys\n" + plugins.add_valid("ccc").read_text())
    plugins.add_valid("ddd")
    result = run("providers", "--load", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    states = {name: item["state"] for name, item in _states(result).items()}
    wrong = states.pop("bbb")
    assert wrong in ("invalid", "failed", "crashed")
    assert set(states.values()) == {"ready"}


def test_probe_survives_a_fork_that_keeps_running(plugins, monkeypatch):
    """The probe does not wait for a process that a plugin forked."""
    monkeypatch.syspath_prepend(str(plugins.folder))
    plugins.add("leaves", "import os, time\nif os.fork() == 0:\n    time.sleep(30)\nelse:\n    os._exit(3)\n")
    start = time.monotonic()
    answers = probe([{"name": "leaves:leaves"}, {"name": "yqcloud"}], 10.0)
    assert "exit code 3" in answers[0]["crash"]
    assert answers[1]["verdict"]["valid"]
    assert time.monotonic() - start < 15
