"""A wire of another format with the contract suite: a service that answers with lines of JSON."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # pytest in child processes

PROVIDER = """\
import json
from collections.abc import Iterator
from g4f_lite import Finish, ProviderResponseError
from g4f_lite.kit import http, text

url = "https://lines.example"
model = ["lines-1"]
supports_stream = {streams}
needs_auth = True
params = "g4f_lite.providers.lines supports: (model: str, messages: list, stream: bool)"


class Lines:
    def __init__(self):
        self.utf8, self.line = text.Utf8Decoder(), ""

    def feed(self, data):
        *lines, self.line = (self.line + self.utf8.feed(data)).split("\\n")
        return "".join(self.read(line) for line in lines)

    def close(self):
        return self.utf8.close() + self.read(self.line)

    def read(self, line):
        try:
            return json.loads(line).get("text", "") if line else ""
        except ValueError:
            raise ProviderResponseError("The service sent a line that is no JSON.") from None


def _create_completion(
    model: str, messages: list, stream: bool, *, auth: str = "", host: str = "", timeout: float = 9.0
) -> Iterator[str]:
    request = http.HTTPRequest(
        host + "/chat",
        json={{"messages": messages, "stream": stream}},
        headers={{"Authorization": "Bearer " + auth}},
        timeout=http.check_timeout(timeout),
        secrets=(auth,),
    )
    return text.decode(http.stream(request), Lines())
"""

TEST = """\
import json
from g4f_lite.testing import ProviderContract, Wire


class LinesWire(Wire):
    content_type = "application/x-ndjson"

    def options(self, url):
        return {"host": url}

    def pieces(self, texts, request):
        if not request.json()["stream"]:
            return [json.dumps({"text": "".join(texts)}, ensure_ascii=False).encode()]
        lines = [{"text": text} for text in texts] + [{"done": True}]
        return [json.dumps(line, ensure_ascii=False).encode() + b"\\n" for line in lines]


class TestLines(ProviderContract):
    provider = "lines.py"
    wire = LinesWire()
"""


@pytest.mark.parametrize("streams", [True, False], ids=["streaming", "whole-only"])
def test_wire_of_another_format(tmp_path, streams):
    """A wire with its own format for streams and for whole answers passes the contract suite."""
    (tmp_path / "lines.py").write_text(PROVIDER.format(streams=streams))
    (tmp_path / "test_lines.py").write_text(TEST)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "-k",
        "not any_text",
    ]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout
