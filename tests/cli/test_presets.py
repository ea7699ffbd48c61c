"""Presets of the configuration file on the command line."""

import json

import pytest

pytestmark = pytest.mark.slow  # child processes


@pytest.fixture
def configured(tmp_path):
    """Write a configuration file, and return the environment that uses it."""

    def write(**providers):
        (tmp_path / "config.json").write_text(json.dumps({"providers": providers}), "utf-8")
        return {"G4F_LITE_CONFIG_DIR": str(tmp_path)}

    return write


def test_presets_are_listed(run, plugins, configured):
    """Presets are listed by `providers`, `models` and `check` like any provider."""
    plugins.add_valid()
    env = configured(mine={"provider": "acme", "models": ["mine-1"], "inputs": ["image"]})
    for arguments, state in (([], "listed"), (["--load"], "ready")):
        result = run("providers", *arguments, env=env)
        assert result.returncode == 0
        row = next(line for line in result.stdout.splitlines() if line.startswith("mine "))
        assert row.split() == ["mine", "(config)", "1.0", "mine-1", "yes", "no", state]
        listed = json.loads(run("providers", "--json", *arguments, env=env).stdout)["providers"]
        facts = {item["name"]: item for item in listed}["mine"]
        assert (facts["inputs"], facts["full_name"], facts["state"]) == (["image"], "(config):mine", state)
    assert "mine-1" in run("models", "--provider", "mine", env=env).stdout
    assert run("check", "mine", env=env).stdout.startswith("mine ((config) 1.0): valid")


def test_a_preset_answers(run, plugins, configured):
    """A preset can be asked by its name."""
    plugins.add_valid()
    result = run("ask", "--provider", "mine", "Hello", env=configured(mine={"provider": "acme"}))
    assert (result.returncode, bool(result.stdout)) == (0, True), result.stderr


def test_doctor_shows_what_is_wrong_with_the_configuration(run, plugins, configured):
    """A preset with a wrong key or an unknown provider is broken, with its place and its fix."""
    plugins.add_valid()
    env = configured(good={"provider": "acme"}, bad={"modls": []}, lost={"provider": "acmee"})
    result = run("doctor", env=env)
    assert result.returncode == 1
    assert "the provider 'bad': 'modls' is no key of it. Did you mean 'models'? It knows" in result.stdout
    assert "config.json:1" in result.stdout
    assert "it is made of 'acmee', and there is no such provider" in result.stdout
    assert "Broken: 2" in result.stdout
