"""The benchmark: one command, one run, a table of ratios, and the same as JSON.

    make bench                         everything
    make bench ARGS="--only call"      one part; `--help` lists them

CPU times are those of the client process alone; the service runs in another process.
Compared figures are measured alternately within the run, so that a slow machine slows both.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import openai_parts
import plugins
import requests
import upstream
from measure import Row, child_cpu, cpu_of, environment, first_byte, growth, interleaved

from g4f_lite import ChatCompletion

HERE = Path(__file__).resolve().parent
ROUNDS = 7
ASK = [str(Path(sys.executable).with_name("g4f-lite")), "ask"]
HELLO = [{"role": "user", "content": "hello"}]

# The same call written with requests alone; it decodes incrementally, as every client must.
BARE = """
import codecs, sys, time
import requests
body = {"prompt": "always respond in english | " + sys.argv[2], "userId": f"#/chat/{int(time.time() * 1000)}",
        "network": True, "apikey": "", "system": "", "withoutContext": False}
with requests.Session() as session:
    response = session.post(sys.argv[1] + "/api/generateStream", json=body, stream=True, timeout=(10, 60))
    response.raise_for_status()
    decode = codecs.getincrementaldecoder("utf-8")().decode
    for data in response.iter_content(None):
        print(decode(data), end="", flush=True)
"""


def importing(_: str) -> Iterator[Row]:
    """Measure the cost of `import g4f_lite`."""
    costs = interleaved(
        ROUNDS,
        nothing=lambda: child_cpu("pass"),
        ours=lambda: child_cpu("import g4f_lite"),
        used=lambda: child_cpu("from g4f_lite import ChatCompletion"),
        requests=lambda: child_cpu("import requests"),
    )
    base = costs["requests"] - costs["nothing"]
    # Below a tenth of a millisecond the difference is noise, and may be negative.
    ours = max(costs["ours"] - costs["nothing"], 0.1)
    yield Row("import g4f_lite, CPU, over import requests", ours, "ms", base, 0.1)
    yield Row(
        "from g4f_lite import ChatCompletion, over the same", costs["used"] - costs["nothing"], "ms", base
    )
    count = "import sys; before = len(sys.modules); {}; print(len(sys.modules) - before)"
    for statement, bound in (("import g4f_lite", 60), ("from g4f_lite import ChatCompletion", None)):
        shown = subprocess.check_output([sys.executable, "-c", count.format(statement)], text=True)
        yield Row(f"modules loaded by {statement}", float(shown), "modules", bound=bound)


def calling(base: str) -> Iterator[Row]:
    """Measure a call and a chunk, compared with `requests` alone."""
    import codecs

    session = requests.Session()
    url = f"{base}/api/generateStream"

    def bare(prompt: str) -> str:
        body = {
            "prompt": prompt,
            "userId": "#/chat/1",
            "network": True,
            "apikey": "",
            "system": "",
            "withoutContext": False,
        }
        response = session.post(url, json=body, stream=True, timeout=(10, 60))
        response.raise_for_status()
        decode = codecs.getincrementaldecoder("utf-8")().decode
        return "".join([decode(data) for data in response.iter_content(None)])

    def ours(prompt: str) -> str:
        messages = [{"role": "user", "content": prompt}]
        return ChatCompletion.create(
            provider="yqcloud", messages=messages, base_url=base, always_english=False
        )

    def streamed() -> int:
        messages = [{"role": "user", "content": "stream"}]
        with ChatCompletion.create(
            provider="yqcloud", messages=messages, base_url=base, always_english=False, stream=True
        ) as stream:
            return sum(map(len, stream))

    costs = interleaved(
        ROUNDS, bare=lambda: cpu_of(lambda: bare("x"), 500), ours=lambda: cpu_of(lambda: ours("x"), 500)
    )
    yield Row("create, CPU per call, over session.post", costs["ours"], "µs", costs["bare"], 1.0)
    assert streamed() == len(bare("stream"))
    chunks = interleaved(
        ROUNDS,
        bare=lambda: cpu_of(lambda: bare("stream"), 10) / upstream.CHUNKS,
        ours=lambda: cpu_of(streamed, 10) / upstream.CHUNKS,
    )
    yield Row("stream of 2,000, CPU per chunk, over iter_content", chunks["ours"], "µs", chunks["bare"], 1.5)


def starting(base: str) -> Iterator[Row]:
    """Measure the time from process start to the first token."""
    ours = {"G4F_LITE_YQCLOUD_URL": base}
    times = interleaved(
        ROUNDS,
        bare=lambda: first_byte([sys.executable, "-c", BARE, base, "hello"]),
        ours=lambda: first_byte([*ASK, "--provider", "yqcloud", "hello"], ours),
    )
    yield Row("g4f-lite ask, start to first token, over requests", times["ours"], "ms", times["bare"], 1.25)


def embedded(_: str) -> Iterator[Row]:
    """Measure the parts of the embedded model's time to the first token."""
    if importlib.util.find_spec("xllamacpp") is None:
        return
    code = f"""
import sys, time
start = float(sys.argv[1])
from g4f_lite import ChatCompletion, registry
registry.get("local")
ready = time.time()
for options in ({{"max_tokens": 1}}, {{}}):
    began = time.time()
    stream = ChatCompletion.create(provider="local", messages={HELLO!r}, stream=True, **options)
    next(stream)
    first = time.time()
    stream.close()
    print((ready - start) * 1000, (first - began) * 1000)
"""
    import time

    def run() -> list[float]:
        shown = subprocess.check_output([sys.executable, "-c", code, str(time.time())], text=True)
        return [float(word) for word in shown.split()]

    run()  # fetches the weights if this is the first time
    runs = [run() for _ in range(3)]
    start, cold, _, warm = (sorted(column)[1] for column in zip(*runs, strict=True))
    yield Row("local: process start to provider ready", start, "ms")
    yield Row("local: load of the model", cold - warm, "ms")
    yield Row("local: prompt to first token", warm, "ms")
    yield Row("local: process start to first token", start + cold, "ms")


def crowded(base: str) -> Iterator[Row]:
    """Measure the cost of 500 installed plugins."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "many")
        plugins.install_many(folder, 500)
        none = {"G4F_LITE_YQCLOUD_URL": base, "G4F_LITE_CACHE": scratch}
        many = {**none, "PYTHONPATH": str(folder)}
        named = [*ASK, "--provider", "yqcloud", "hello"]
        by_model = [*ASK, "--model", "gpt-3.5-turbo", "hello"]
        times = interleaved(
            ROUNDS,
            none=lambda: first_byte(named, none),
            many=lambda: first_byte(named, many),
            none_model=lambda: first_byte(by_model, none),
            many_model=lambda: first_byte(by_model, many),
        )
        code = (
            "import sys; from g4f_lite import registry; registry.get('many7');"
            "print(sum(name.startswith('g4f_many') for name in sys.modules))"
        )
        imported = subprocess.check_output([sys.executable, "-c", code], env=environment(many), text=True)
    yield Row("500 plugins: ask by provider, over none", times["many"], "ms", times["none"], 1.5)
    yield Row("500 plugins: ask by model, over none", times["many_model"], "ms", times["none_model"], 1.5)
    yield Row("500 plugins: imported by the first get", float(imported), "plugins", bound=1)


def enduring(base: str) -> Iterator[Row]:
    """Measure memory and descriptors over many calls."""

    def ask() -> None:
        ChatCompletion.create(provider="yqcloud", messages=HELLO, base_url=base)

    def cancel() -> None:
        messages = [{"role": "user", "content": "endless"}]
        with ChatCompletion.create(
            provider="yqcloud", messages=messages, base_url=base, always_english=False, stream=True
        ) as stream:
            next(stream)

    yield from growth("calls", ask, 1000, 9000)
    yield from growth("cancelled streams", cancel, 200, 1000)


def installing(_: str) -> Iterator[Row]:
    """Measure the distributions that the core installs. Needs pip and its index."""
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        python = str(Path(scratch, "Scripts" if os.name == "nt" else "bin", "python"))
        packages = Path(
            subprocess.check_output(
                [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
            ).strip()
        )
        before, size = set(packages.glob("*.dist-info")), _size(packages)
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(HERE.parents[1])], check=True)
        found = set(packages.glob("*.dist-info")) - before
        yield Row("distributions that come with the core", len(found) - 1, "distributions", bound=6)
        yield Row("size of all of it", (_size(packages) - size) / 1e6, "MB")


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


PARTS: dict[str, Callable[[str], Iterator[Row]]] = {
    "import": importing,
    "call": calling,
    "start": starting,
    "plugins": crowded,
    "memory": enduring,
    "service": openai_parts.calling,
    "async": openai_parts.concurrently,
    "paced": openai_parts.paced,
    "service-start": openai_parts.starting,
    "service-memory": openai_parts.enduring,
    "model": embedded,
    "install": installing,
}


def table(rows: list[Row]) -> str:
    """Return the rows as a table of text."""
    lines = [f"{'':66}{'ours':>10}{'base':>10}{'ratio':>8}{'bound':>8}"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
        bound = "" if row.bound is None else f"{row.bound:g}{'x' if row.ratio is not None else ''}"
        base = "" if row.base is None else f"{row.base:.1f}"
        mark = {True: "  ok", False: "  OVER", None: ""}[row.holds]
        lines.append(f"{row.name:66}{row.value:10.1f}{base:>10}{ratio:>8}{bound:>8} {row.unit}{mark}")
    return "\n".join(lines)


def main() -> int:
    """Run the selected parts; return 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="run this part only (repeatable)")
    parser.add_argument("--json", type=Path, default=HERE / "results.json", help="where the figures go")
    arguments = parser.parse_args()
    rows: list[Row] = []
    with upstream.running() as base:
        for name in arguments.only or PARTS:
            print(f"measuring: {name} ...", file=sys.stderr, flush=True)
            rows += PARTS[name](base)
    print(table(rows))
    figures = [
        {
            "name": r.name,
            "ours": r.value,
            "base": r.base,
            "ratio": r.ratio,
            "bound": r.bound,
            "unit": r.unit,
            "holds": r.holds,
        }
        for r in rows
    ]
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
    arguments.json.write_text(json.dumps({**machine, "rows": figures}, indent=1, ensure_ascii=False) + "\n")
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
