"""`g4f-lite doctor`: what this installation is, and what is wrong with it."""

import json
import platform
from pathlib import Path

import pytest
import requests

import g4f_lite
from g4f_lite.cli.inspection.system_reports import cache_report

SECRET = "planted-s3cret-value"


def test_healthy_installation_is_0(run):
    """Nothing broken is said so, and is exit code 0."""
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\nNothing is broken.\n")
    for heading in ("Python", "Versions", "Providers", "Hooks", "Keys", "Environment", "Cache", "Terminal"):
        assert f"{heading}\n" in done.stdout


def test_json_has_the_facts(run, plugins):
    """The JSON has the versions, the state of every plugin, the hooks, the cache and the streams."""
    plugins.good()
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
    """Each broken plugin is named with its reason; the exit code is 1."""
    plugins.add("dies", "import os\nos._exit(0)")
    plugins.add("fails", "1 / 0")
    plugins.add("hooks", "1 / 0", group="g4f_lite.hooks")
    plugins.metadata("garbled", "[g4f_lite.providers]\nno entry point\n")
    done = run("doctor")
    assert done.returncode == 1
    summary = done.stdout.partition("\nBroken: 4\n")[2]
    assert "provider dies of dies: crashed, loading it ended the whole process" in summary
    assert "provider fails of fails: failed, " in summary
    assert "ZeroDivisionError: division by zero" in summary
    assert "garbled 1.0: 'no entry point' is no entry point" in summary
    assert "hooks 1.0: The hooks 'hooks': ZeroDivisionError" in summary


def test_no_secret_is_shown(run, plugins):
    """Keys are present or not, logins in proxies' URLs are masked, in both forms of the output."""
    file = plugins.good(options="auth: str = ''")
    file.write_text(file.read_text().replace("needs_auth = False", "needs_auth = True"))
    env = {
        "ACME_API_KEY": SECRET,
        "HTTPS_PROXY": f"http://user:{SECRET}/@:x@proxy.example:3128",
        "http_proxy": f"{SECRET}@proxy.example:3128",
        "G4F_LITE_ACME_TOKEN": SECRET,
        "G4F_LITE_YQCLOUD_URL": f"https://{SECRET}@service.example",
        "G4F_LITE_PLUGINS": "acme",
    }
    done = run("doctor", env=env)
    report = run("doctor", "--json", env=env)
    assert SECRET not in done.stdout + done.stderr + report.stdout + report.stderr
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
    assert "acme:                  ACME_API_KEY is set" in done.stdout


def test_cache_is_examined(run, tmp_path):
    """The cache folder has its path, its size and the weights in it; one that cannot be written is broken."""
    models = tmp_path / "cache" / "models"
    models.mkdir(parents=True)
    (models / "tiny.gguf").write_bytes(b"x" * 2_500_000)
    cache = json.loads(run("doctor", "--json").stdout)["cache"]
    assert cache["path"] == str(tmp_path / "cache")
    assert cache["writable"]
    assert cache["bytes"] >= 2_500_000
    assert cache["weights"] == ["models/tiny.gguf"]
    (tmp_path / "file").touch()
    done = run("doctor", env={"G4F_LITE_CACHE": str(tmp_path / "file" / "cache")})
    assert done.returncode == 1
    assert "the cache folder cannot be written" in done.stdout


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write")
def test_cache_that_cannot_be_made_is_broken(run, tmp_path, monkeypatch):
    """A cache folder that does not exist yet is tried, and nothing of the trial is left."""
    done = run("doctor", env={"G4F_LITE_CACHE": "/proc/nope"})
    assert (done.returncode, "the cache folder cannot be written (/proc/nope)" in done.stdout) == (1, True)
    monkeypatch.setenv("G4F_LITE_CACHE", str(tmp_path / "not" / "yet"))
    assert cache_report()["writable"]
    assert not (tmp_path / "not").exists()


def test_fix_of_the_metadata_is_the_discoverys(run, plugins):
    """What to do about malformed metadata is what the discovery says."""
    plugins.metadata("garbled", "[g4f_lite.providers]\nno entry point\n")
    problem = json.loads(run("doctor", "--json").stdout)["problems"][0]
    assert problem["fix"] == "Update or reinstall garbled, or tell its author."


def test_strictness_counts(run, plugins):
    """What G4F_LITE_STRICT refuses is broken with it, and not without."""
    file = plugins.good()
    file.write_text(file.read_text().replace("params = ", "other = "))
    assert run("doctor").returncode == 0
    assert run("doctor", env={"G4F_LITE_STRICT": "1"}).returncode == 1
