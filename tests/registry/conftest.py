"""A folder on `sys.path` for distributions, and registries that see it."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from g4f_lite import Registry

PROVIDER = """
url = "https://example.org"
model = ["{name}-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.{name} supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield "Hello from {name}"
"""


class Site:
    """A folder like site-packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def module(self, name: str, source: str = PROVIDER) -> Path:
        """Write a module, in packages if its name has dots."""
        file = self.folder.joinpath(*name.split(".")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source.replace("{name}", name.rpartition(".")[2]), encoding="utf-8")
        importlib.invalidate_caches()
        return file

    def distribution(self, name: str, entry_points: str | bytes, *, version: str = "1.0") -> Path:
        """Write a distribution's metadata."""
        info = self.folder / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        data = entry_points.encode() if isinstance(entry_points, str) else entry_points
        (info / "entry_points.txt").write_bytes(data)
        return info

    def plugin(self, name: str, source: str = PROVIDER, *, group: str = "g4f_lite.providers") -> Path:
        """Install a distribution `name` with one module and one entry point of that name."""
        self.distribution(name, f"[{group}]\n{name} = {name}\n")
        return self.module(name, source)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty folder at the head of `sys.path`; modules imported from it are removed afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    before = set(sys.modules)
    yield Site(folder)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(folder)):
            del sys.modules[name]


@pytest.fixture
def fresh() -> Registry:
    """A registry that has not scanned yet."""
    return Registry()


@pytest.fixture
def empty() -> Registry:
    """A registry without any installed provider."""
    return Registry(discovers=False)


def _create_completion(model: str, messages: list, stream: bool, **kwargs: Any) -> Iterator[str]:
    yield "Hello"


@pytest.fixture
def make_provider() -> Any:
    """Make a provider that is valid, except for the given attributes."""

    def make(**attributes: Any) -> SimpleNamespace:
        parts = {
            "url": "https://example.org",
            "model": ["example-1"],
            "supports_stream": True,
            "needs_auth": False,
            "params": "g4f_lite.providers.example supports: (model: str, messages: list, stream: bool)",
            "_create_completion": _create_completion,
            **attributes,
        }
        return SimpleNamespace(**{name: value for name, value in parts.items() if value is not ...})

    return make


@pytest.fixture
def as_module(site: Site) -> Any:
    """Import a source as a module of the site."""

    def make(name: str, source: str) -> ModuleType:
        site.module(name, source)
        return importlib.import_module(name)

    return make
