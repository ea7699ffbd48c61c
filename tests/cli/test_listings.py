"""`g4f-lite providers` and `g4f-lite models`: the tables and their JSON."""

import json

import pytest
from built_in import BUILT_IN

pytestmark = pytest.mark.slow  # child processes

BROKEN = {
    "raises": 'raise OSError("no such luck")',
    "exits": "import sys\nsys.exit(0)",
    "dies": "import os\nos._exit(0)",
    "prints": 'print("noise")\nimport sys\nsys.stderr.write("more noise")\nraise ValueError',
    "nothing": "x = 1",
}


def table(result):
    """Return the rows of a table by their first cell."""
    rows = [line.split(None, 7) for line in result.stdout.splitlines()]
    assert rows[0][:2] in (["NAME", "DISTRIBUTION"], ["MODEL", "PROVIDERS"])
    return {row[0]: row for row in rows[1:]}


def test_table_has_a_row_for_each_provider(run, plugins):
    """Each provider has a row with its name, distribution, version, models, stream, auth, state."""
    plugins.add_valid()
    result = run("providers")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0].split(None, 7)[6:] == ["STATE", "WHY NOT"]
    assert list(table(result)) == [*BUILT_IN, "acme"]
    assert table(result)["acme"][1:] == ["acme", "1.0", "acme-1,", "acme-2", "yes", "no", "listed"]


def test_listing_imports_nothing(run, plugins, tmp_path):
    """Without --load no provider is imported."""
    for name, source in BROKEN.items():
        plugins.add(name, f"open({str(tmp_path / 'imported')!r}, 'w').close()\n{source}")
    assert set(BROKEN) < set(table(run("providers")))
    assert not (tmp_path / "imported").exists()
    run("providers", "--load")
    assert (tmp_path / "imported").exists()


def test_every_plugin_broken(run, plugins):
    """Broken plugins do not affect the others, and --load shows the reason of each."""
    for name, source in BROKEN.items():
        plugins.add(name, source)
    plugins.add_metadata("garbled", "[g4f_lite.providers]\nthis is no entry point\n")
    plugins.add("hooks", 'raise KeyError("hook")', group="g4f_lite.hooks")
    plugins.add_valid()
    result = run("providers", "--load", "--json")
    assert result.returncode == 0
    listed = {item["name"]: item for item in json.loads(result.stdout)["providers"]}
    states = {name: listed[name]["state"] for name in listed}
    assert states == {
        **dict.fromkeys((*BUILT_IN, "acme"), "ready"),
        **dict.fromkeys(("raises", "exits", "prints"), "failed"),
        "dies": "crashed",
        "nothing": "invalid",
    }
    assert "no such luck" in listed["raises"]["reason"]
    assert listed["dies"]["reason"] == "loading it ended the whole process (exit code 0)"
    kinds = {item["kind"]: item for item in json.loads(result.stdout)["problems"]}
    assert sorted(kinds) == ["hooks-failed", "malformed-metadata"]
    assert kinds["malformed-metadata"]["location"].endswith("entry_points.txt:2")
    result = run("providers")
    assert "acme" in table(result)
    assert "this is no entry point" in result.stderr
    assert "KeyError" in result.stderr


def test_keys_are_present_or_missing(run, plugins):
    """The table and the JSON show whether a key is present, and never the key."""
    for name in ("closed", "open"):
        file = plugins.add_valid(name, options="auth: str = ''")
        file.write_text(file.read_text().replace("needs_auth = False", "needs_auth = True"))
    env = {"OPEN_API_KEY": "planted-s3cret"}
    result = run("providers", env=env)
    assert "key missing  listed  set CLOSED_API_KEY" in result.stdout
    assert "key present" in result.stdout
    listed = run("providers", "--json", env=env).stdout
    assert "planted" not in result.stdout + result.stderr + listed
    facts = {item["name"]: item for item in json.loads(listed)["providers"]}
    assert (facts["open"]["key_present"], facts["closed"]["key_present"]) == (True, False)


def test_contested_and_blocked_names(run, plugins):
    """A contested name has a row for each distribution, and a blocked one names the variable."""
    plugins.add_valid("acme")
    plugins.add("acme", plugins.add_valid("acme").read_text(), distribution="rival")
    result = run("providers", env={"G4F_LITE_BLOCK": "yqcloud"})
    assert {"acme:acme", "rival:acme"} <= set(table(result))
    assert "more than one distribution claims 'acme'" in result.stdout
    assert table(result)["yqcloud"][6:] == ["blocked", "kept out by G4F_LITE_BLOCK"]
    loaded = run("providers", "--load", env={"G4F_LITE_BLOCK": "yqcloud"})
    assert loaded.stdout.count("conflict") == 2


def test_models_are_listed_with_their_providers(run, plugins):
    """Each model has a row with its providers, and the reason if one cannot be used."""
    plugins.add_valid()
    file = plugins.add_valid("lazy")
    file.write_text(file.read_text().replace("working = True", "working = False"))
    computed = plugins.add_valid("computed")
    computed.write_text(computed.read_text().replace('["acme-1", "acme-2"]', '["-".join(("c", "1"))]'))
    result = run("models")
    assert result.returncode == 0
    assert table(result)["acme-1"][1:] == ["acme,", "lazy", "(not", "working)"]
    assert "the models of 'computed' are not known before it is imported" in result.stderr
    assert "c-1" in table(run("models", "--load"))
    listed = json.loads(run("models", "--json", "--provider", "acme").stdout)["models"]
    assert [item["model"] for item in listed] == ["acme-1", "acme-2"]
    assert listed[0]["providers"][0]["obstacle"] is None


def test_models_of_an_unknown_provider(run):
    """An unknown provider is an error with similar names."""
    result = run("models", "--provider", "yqclod")
    assert result.returncode == 3
    assert "Did you mean 'yqcloud'?" in result.stderr


@pytest.mark.parametrize("command", ["providers", "models"])
def test_names_registered_by_this_program_are_listed(command, capsys):
    """A program that calls `main` sees the providers that it has registered."""
    from g4f_lite import registry
    from g4f_lite.cli import main
    from g4f_lite.testing import ScriptedProvider

    with registry.isolated():
        registry.register(ScriptedProvider(["Hi"]), name="mine")
        assert main([command, "--load"]) == 0
        assert "scripted-1" in capsys.readouterr().out
        assert main(["check", "mine"]) in (0, 1)
        assert capsys.readouterr().out.startswith("mine (")


def test_missing_address_is_shown(run, plugins, environment):
    """Both listings name the variable of a missing address, until it is set."""
    file = plugins.add_valid()
    file.write_text('address_env = ["ACME_ENDPOINT", "ACME_URL"]\n' + file.read_text())
    assert table(run("providers"))["acme"][7].split(None, 1) == ["listed", "set ACME_ENDPOINT"]
    assert "acme (no address in ACME_ENDPOINT)" in run("models").stdout
    environment["ACME_URL"] = "https://x.example"
    [facts] = [
        item for item in json.loads(run("providers", "--json").stdout)["providers"] if item["name"] == "acme"
    ]
    assert (facts["address_env"], facts["address_present"]) == (["ACME_ENDPOINT", "ACME_URL"], True)
    assert table(run("providers"))["acme"][7].split(None, 1) == ["listed"]
    assert "no address" not in run("models").stdout.partition("acme")[2].partition("\n")[0]
