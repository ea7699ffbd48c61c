"""llama.cpp's own server in a separate process: a real service of the OpenAI chat API, on loopback.

As a program, ``python server.py FILE chat|embedding``, it serves until its standard input ends, and requires the
key in the variable ``LLAMA_SERVER_KEY``. `LlamaServer` starts and ends that program.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CONTEXT = 2048

# The model has no template for tools. With this one, and a tool call in the history to imitate, it answers
# with a tool call.
TEMPLATE = """\
{%- set told = "Always reply in plain English. Be correct and concise." -%}
{%- if messages[0]['role'] == 'system' -%}{%- set told = messages[0]['content'] -%}{%- endif -%}
<|im_start|>system
{{ told }}
{%- if tools %}
You can call these functions. Reply with only a JSON object {"name": function name, "arguments": {...}}.
{%- for tool in tools %}
{{ tool.function | tojson }}
{%- endfor %}
{%- endif %}<|im_end|>
{% for message in messages -%}
{%- if message.role == 'assistant' and message.tool_calls -%}
{%- for call in message.tool_calls -%}
<|im_start|>assistant
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}<|im_end|>
{% endfor -%}
{%- elif message.role == 'tool' -%}
<|im_start|>user
Function result: {{ message.content }}<|im_end|>
{% elif not (message.role == 'system' and loop.first) -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""


class LlamaServer:
    """A running server.

    Attributes:
        url: the address without a path; `base_url` is the same with the path of the OpenAI API.
        key: the key that the server requires.
    """

    def __init__(self, model, kind="chat"):
        self.key = "llama-test-key-5c1f09ab"
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(model), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "LLAMA_SERVER_KEY": self.key, "OMP_WAIT_POLICY": "passive"},
        )
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError("The server did not start.")
        self.url = json.loads(line)["url"]
        self.base_url = f"{self.url}/v1"

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def serve(model, kind, key):
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.model_alias = {"smollm2-135m-instruct"} if kind == "chat" else {"smollm2-embedding"}
    settings.n_ctx = 2 * CONTEXT
    settings.n_parallel = 2
    settings.n_batch = settings.n_ubatch = 512
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.verbosity = 0
    settings.warmup = settings.fit_params = settings.ui = False
    settings.cache_ram_mib = 0
    settings.endpoint_slots = True
    settings.api_keys = [key]
    settings.cors_origins = "http://localhost"
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    if kind == "embedding":
        settings.embedding = True
        settings.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    else:
        settings.chat_template = TEMPLATE
        settings.use_jinja = True
    server = xllamacpp.Server(settings)
    print(json.dumps({"url": server.listening_address}), flush=True)
    sys.stdin.read()
    os._exit(0)  # Its threads may be in the middle of an answer.


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], os.environ["LLAMA_SERVER_KEY"])
