"""Providers that the user configured, on the command line."""

import json

import pytest


@pytest.fixture
def configured(tmp_path):
    """Write a configuration; return the environment in which it counts."""

    def write(**providers):
        (tmp_path / "config.json").write_text(json.dumps({"providers": providers}), "utf-8")
        return {"G4F_LITE_CONFIG_DIR": str(tmp_path)}

    return write


def test_presets_are_listed(run, plugins, configured):
    """They are in the tables of providers and models like any other, before and after loading."""
    plugins.good()
    env = configured(mine={"provider": "acme", "models": ["mine-1"], "inputs": ["image"]})
    for arguments, state in (([], "listed"), (["--load"], "ready")):
        done = run("providers", *arguments, env=env)
        assert done.returncode == 0
        row = next(line for line in done.stdout.splitlines() if line.startswith("mine "))
        assert row.split() == ["mine", "(config)", "1.0", "mine-1", "yes", "no", state]
        listed = json.loads(run("providers", "--json", *arguments, env=env).stdout)["providers"]
        facts = {item["name"]: item for item in listed}["mine"]
        assert (facts["inputs"], facts["full_name"], facts["state"]) == (["image"], "(config):mine", state)
    assert "mine-1" in run("models", "--provider", "mine", env=env).stdout
    assert run("check", "mine", env=env).stdout.startswith("mine ((config) 1.0): valid")


def test_a_preset_answers(run, plugins, configured):
    """It is asked by its name."""
    plugins.good()
    done = run("ask", "--provider", "mine", "Hello", env=configured(mine={"provider": "acme"}))
    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr


def test_doctor_shows_what_is_wrong_with_the_configuration(run, plugins, configured):
    """A wrong row, and one whose provider is not there, are broken, each with its place and its fix."""
    plugins.good()
    env = configured(good={"provider": "acme"}, bad={"modls": []}, lost={"provider": "acmee"})
    done = run("doctor", env=env)
    assert done.returncode == 1
    assert "the provider 'bad': 'modls' is no key of it. Did you mean 'models'? It knows" in done.stdout
    assert "config.json:1" in done.stdout
    assert "it is made of 'acmee', and there is no such provider" in done.stdout
    assert "Broken: 2" in done.stdout
