"""`g4f-lite providers` and `g4f-lite models`: what is there, and why it cannot be used."""

import json

import pytest
from built_in import BUILT_IN

BROKEN = {
    "raises": 'raise OSError("no such luck")',
    "exits": "import sys\nsys.exit(0)",
    "dies": "import os\nos._exit(0)",
    "prints": 'print("noise")\nimport sys\nsys.stderr.write("more noise")\nraise ValueError',
    "nothing": "x = 1",
}


def table(done):
    """Return the rows of a table by their first cell."""
    rows = [line.split(None, 7) for line in done.stdout.splitlines()]
    assert rows[0][:2] in (["NAME", "DISTRIBUTION"], ["MODEL", "PROVIDERS"])
    return {row[0]: row for row in rows[1:]}


def test_table_has_what_is_known(run, plugins):
    """Each provider has its row: name, distribution, version, models, stream, auth, state, why not."""
    plugins.good()
    done = run("providers")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].split(None, 7)[6:] == ["STATE", "WHY NOT"]
    assert list(table(done)) == [*BUILT_IN, "acme"]
    assert table(done)["acme"][1:] == ["acme", "1.0", "acme-1,", "acme-2", "yes", "no", "listed"]


def test_listing_imports_nothing(run, plugins, tmp_path):
    """Without --load no provider's code is run."""
    for name, source in BROKEN.items():
        plugins.add(name, f"open({str(tmp_path / 'imported')!r}, 'w').close()\n{source}")
    assert set(BROKEN) < set(table(run("providers")))
    assert not (tmp_path / "imported").exists()
    run("providers", "--load")
    assert (tmp_path / "imported").exists()


def test_every_plugin_broken(run, plugins):
    """With every plugin broken the others are listed as ever, and --load says of each what is wrong."""
    for name, source in BROKEN.items():
        plugins.add(name, source)
    plugins.metadata("garbled", "[g4f_lite.providers]\nthis is no entry point\n")
    plugins.add("hooks", 'raise KeyError("hook")', group="g4f_lite.hooks")
    plugins.good()
    done = run("providers", "--load", "--json")
    assert done.returncode == 0
    listed = {item["name"]: item for item in json.loads(done.stdout)["providers"]}
    states = {name: listed[name]["state"] for name in listed}
    assert states == {
        **dict.fromkeys((*BUILT_IN, "acme"), "ready"),
        **dict.fromkeys(("raises", "exits", "prints"), "failed"),
        "dies": "crashed",
        "nothing": "invalid",
    }
    assert "no such luck" in listed["raises"]["reason"]
    assert listed["dies"]["reason"] == "loading it ended the whole process (exit code 0)"
    kinds = {item["kind"]: item for item in json.loads(done.stdout)["problems"]}
    assert sorted(kinds) == ["hooks-failed", "malformed-metadata"]
    assert kinds["malformed-metadata"]["location"].endswith("entry_points.txt:2")
    done = run("providers")
    assert "acme" in table(done)
    assert "this is no entry point" in done.stderr
    assert "KeyError" in done.stderr


def test_keys_are_said_to_be_there_or_not(run, plugins):
    """The table and the JSON say whether a key is present, and never what it is."""
    for name in ("closed", "open"):
        file = plugins.good(name, options="auth: str = ''")
        file.write_text(file.read_text().replace("needs_auth = False", "needs_auth = True"))
    env = {"OPEN_API_KEY": "planted-s3cret"}
    done = run("providers", env=env)
    assert "key missing  listed  set CLOSED_API_KEY" in done.stdout
    assert "key present" in done.stdout
    listed = run("providers", "--json", env=env).stdout
    assert "planted" not in done.stdout + done.stderr + listed
    facts = {item["name"]: item for item in json.loads(listed)["providers"]}
    assert (facts["open"]["key_present"], facts["closed"]["key_present"]) == (True, False)


def test_contested_and_blocked_names(run, plugins):
    """A name claimed twice is listed once for each claimant; what the environment keeps out says so."""
    plugins.good("acme")
    plugins.add("acme", plugins.good("acme").read_text(), distribution="rival")
    done = run("providers", env={"G4F_LITE_BLOCK": "yqcloud"})
    assert {"acme:acme", "rival:acme"} <= set(table(done))
    assert "more than one distribution claims 'acme'" in done.stdout
    assert table(done)["yqcloud"][6:] == ["blocked", "kept out by G4F_LITE_BLOCK"]
    loaded = run("providers", "--load", env={"G4F_LITE_BLOCK": "yqcloud"})
    assert loaded.stdout.count("conflict") == 2


def test_models_and_who_offers_them(run, plugins):
    """Each model has its row with everyone who offers it, and why somebody would not be asked."""
    plugins.good()
    file = plugins.good("lazy")
    file.write_text(file.read_text().replace("working = True", "working = False"))
    computed = plugins.good("computed")
    computed.write_text(computed.read_text().replace('["acme-1", "acme-2"]', '["-".join(("c", "1"))]'))
    done = run("models")
    assert done.returncode == 0
    assert table(done)["acme-1"][1:] == ["acme,", "lazy", "(not", "working)"]
    assert "the models of 'computed' are not known before it is imported" in done.stderr
    assert "c-1" in table(run("models", "--load"))
    listed = json.loads(run("models", "--json", "--provider", "acme").stdout)["models"]
    assert [item["model"] for item in listed] == ["acme-1", "acme-2"]
    assert listed[0]["providers"][0]["obstacle"] is None


def test_models_of_nobody(run):
    """A provider that does not exist is an error with the names that are near."""
    done = run("models", "--provider", "yqclod")
    assert done.returncode == 3
    assert "Did you mean 'yqcloud'?" in done.stderr


@pytest.mark.parametrize("command", ["providers", "models"])
def test_names_registered_by_this_program_are_listed(command, capsys):
    """A program that calls `main` sees its own registrations."""
    from g4f_lite import registry
    from g4f_lite.cli import main
    from g4f_lite.testing import ScriptedProvider

    with registry.isolated():
        registry.register(ScriptedProvider(["Hi"]), name="mine")
        assert main([command, "--load"]) == 0
        assert "scripted-1" in capsys.readouterr().out
        assert main(["check", "mine"]) in (0, 1)
        assert capsys.readouterr().out.startswith("mine (")


def test_an_address_that_is_missing_is_told(run, plugins, environment):
    """A service at an address of the user's says which variable leads to it, in both lists, until it is set."""
    file = plugins.good()
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
