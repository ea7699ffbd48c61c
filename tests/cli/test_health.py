"""`g4f-lite providers --health`: the circuit breakers that all processes have recorded."""

import json


def test_nothing_on_record_says_so(run):
    """Without a recorded failure there is a message instead of a table."""
    result = run("providers", "--health")
    assert (result.returncode, result.stdout) == (0, "")
    assert "No failure of any provider is on record." in result.stderr
    assert json.loads(run("providers", "--health", "--json").stdout) == {"health": []}


def test_a_failure_of_one_process_shows_in_another(run, plugins):
    """A provider that failed in one process is cooling in another, with the error and no key."""
    source = (
        'url = "u"\nmodel = ["m"]\nsupports_stream = True\nneeds_auth = True\nparams = ""\n'
        "from g4f_lite import AuthenticationError\n"
        "def _create_completion(model: str, messages: list, stream: bool, *, auth: str = ''):\n"
        "    raise AuthenticationError(401, body=f'no such key {auth}')\n    yield\n"
    )
    plugins.add("acme", source)
    planted = "planted-3f9d2c77-key"
    result = run("ask", "--provider", "acme", "hello", env={"ACME_API_KEY": planted})
    assert result.returncode == 5
    result = run("providers", "--health")
    assert (result.returncode, result.stderr) == (0, "")
    heading, row = result.stdout.splitlines()
    assert heading.split()[:3] == ["PROVIDER", "KEY", "STATE"]
    assert row.startswith("acme:acme")
    assert "cooling for 1 h" in row or "cooling for 60 min" in row
    assert "AuthenticationError 401" in row
    (record,) = json.loads(run("providers", "--health", "--json").stdout)["health"]
    assert (record["provider"], record["state"], record["failures"]) == ("acme:acme", "cooling", 1)
    assert len(record["key"]) == 8
    assert planted not in result.stdout + json.dumps(record)
