"""Many installed plugins, in the form in which pip leaves them on disk."""

from pathlib import Path

_MODULE = '''\
"""A plugin among many."""

url = "https://{name}.example"
model = ["{name}-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello from {name}"
'''


def install_many(folder: Path, number: int) -> None:
    """Write `number` plugin distributions into `folder`, for use on `PYTHONPATH`."""
    folder.mkdir(parents=True)
    for index in range(number):
        name = f"many{index}"
        (folder / f"g4f_{name}.py").write_text(_MODULE.format(name=name))
        info = folder / f"g4f_{name}-1.0.{index}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: g4f-{name}\nVersion: 1.0.{index}\n")
        (info / "entry_points.txt").write_text(f"[g4f_lite.providers]\n{name} = g4f_{name}\n")
        (info / "RECORD").write_text("")
