"""`g4f-lite doctor`: the report on this installation, and on what is broken in it."""

import json
import platform
from pathlib import Path

import pytest
import requests

import g4f_lite
from g4f_lite.cli.inspection.system_reports import cache_report

pytestmark = pytest.mark.slow  # child processes

SECRET = "planted-s3cret-value"


def test_healthy_installation_is_0(run):
    """If nothing is broken, the report says so, and the exit code is 0."""
    result = run("doctor")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("\nNothing is broken.\n")
    for heading in ("Python", "Versions", "Providers", "Hooks", "Keys", "Environment", "Cache", "Terminal"):
        assert f"{heading}\n" in result.stdout


def test_json_has_the_facts(run, plugins):
    """The JSON has the versions, the state of every plugin, the hooks, the cache and the streams."""
    plugins.add_valid()
    plugins.add("watch", "def g4f_lite_before_request(request): ...", group="g4f_lite.hooks")
    report = json.loads(run("doctor", "--json").stdout)
    assert report["broken"] == []
    assert report["python"]["version"] == platform.python_version()
    assert report["versions"]["g4f-lite"] == g4f_lite.__version__
    assert report["versions"]["requests"] == requests.__version__
    assert {item["name"]: item["state"] for item in report["providers"]}["acme"] == "ready"
    assert report["hooks"] == [{"hook": "g4f_lite_before_request", "plugins": ["watch:watch"]}]
    assert report["terminal"]["stdout_is_terminal"] is False


def test_broken_plugins_are_1(run, plugins):
    """Each broken plugin is listed with its reason, and the exit code is 1."""
    plugins.add("dies", "import os\nos._exit(0)")
    plugins.add("fails", "1 / 0")
    plugins.add("hooks", "1 / 0", group="g4f_lite.hooks")
    plugins.add_metadata("garbled", "[g4f_lite.providers]\nno entry point\n")
    result = run("doctor")
    assert result.returncode == 1
    summary = result.stdout.partition("\nBroken: 4\n")[2]
    assert "provider dies of dies: crashed, loading it ended the whole process" in summary
    assert "provider fails of fails: failed, " in summary
    assert "ZeroDivisionError: division by zero" in summary
    assert "garbled 1.0: 'no entry point' is no entry point" in summary
    assert "hooks 1.0: The hooks 'hooks': ZeroDivisionError" in summary


def test_no_secret_is_shown(run, plugins):
    """Neither the text nor the JSON shows a key, or a login in the URL of a proxy."""
    file = plugins.add_valid(options="auth: str = ''")
    file.write_text(file.read_text().replace("needs_auth = False", "needs_auth = True"))
    env = {
        "ACME_API_KEY": SECRET,
        "HTTPS_PROXY": f"http://user:{SECRET}/@:x@proxy.example:3128",
        "http_proxy": f"{SECRET}@proxy.example:3128",
        "G4F_LITE_ACME_TOKEN": SECRET,
        "G4F_LITE_YQCLOUD_URL": f"https://{SECRET}@service.example",
        "G4F_LITE_PLUGINS": "acme",
    }
    result = run("doctor", env=env)
    report = run("doctor", "--json", env=env)
    assert SECRET not in result.stdout + result.stderr + report.stdout + report.stderr
    facts = json.loads(report.stdout)
    assert facts["environment"]["HTTPS_PROXY"] == "http://***@proxy.example:3128"
    assert facts["environment"]["http_proxy"] == "***@proxy.example:3128"
    assert facts["environment"]["G4F_LITE_ACME_TOKEN"] == "(set)"
    assert facts["environment"]["G4F_LITE_PLUGINS"] == "acme"
    assert facts["environment"]["G4F_LITE_STRICT"] is None
    known = {"source": "environment", "name": "ACME_API_KEY", "keys": 1, "used": True}
    assert [item for item in facts["keys"] if item["provider"] == "acme"] == [
        {"provider": "acme", "variable": "ACME_API_KEY", "also": [], "present": True, "from": known}
    ]
    assert "acme:                  ACME_API_KEY is set" in result.stdout


def test_cache_is_examined(run, tmp_path):
    """The report has the cache folder's path, size and weights, and if it can be written."""
    models = tmp_path / "cache" / "models"
    models.mkdir(parents=True)
    (models / "tiny.gguf").write_bytes(b"x" * 2_500_000)
    cache = json.loads(run("doctor", "--json").stdout)["cache"]
    assert cache["path"] == str(tmp_path / "cache")
    assert cache["writable"]
    assert cache["bytes"] >= 2_500_000
    assert cache["weights"] == ["models/tiny.gguf"]
    (tmp_path / "file").touch()
    result = run("doctor", env={"G4F_LITE_CACHE": str(tmp_path / "file" / "cache")})
    assert result.returncode == 1
    assert "the cache folder cannot be written" in result.stdout


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write")
def test_cache_that_cannot_be_made_is_broken(run, tmp_path, monkeypatch):
    """`doctor` tries to create a missing cache folder, and removes it again."""
    result = run("doctor", env={"G4F_LITE_CACHE": "/proc/nope"})
    assert (result.returncode, "the cache folder cannot be written (/proc/nope)" in result.stdout) == (
        1,
        True,
    )
    monkeypatch.setenv("G4F_LITE_CACHE", str(tmp_path / "not" / "yet"))
    assert cache_report()["writable"]
    assert not (tmp_path / "not").exists()


def test_malformed_metadata_has_a_fix(run, plugins):
    """The problem of malformed metadata has the fix that discovery gives."""
    plugins.add_metadata("garbled", "[g4f_lite.providers]\nno entry point\n")
    problem = json.loads(run("doctor", "--json").stdout)["problems"][0]
    assert problem["fix"] == "Update or reinstall garbled, or tell its author."


def test_strict_mode_is_considered(run, plugins):
    """A usable provider with a problem is broken only if G4F_LITE_STRICT is set."""
    file = plugins.add_valid()
    file.write_text(file.read_text().replace("params = ", "other = "))
    assert run("doctor").returncode == 0
    assert run("doctor", env={"G4F_LITE_STRICT": "1"}).returncode == 1
