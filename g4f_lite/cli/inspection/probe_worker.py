"""The child's side of `_probe`: load what one is told, and say what became of it."""

import importlib.machinery
import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from g4f_lite._core.registry.entry import PluginEntry
from g4f_lite._core.registry.entry_points import EntryPointClaim
from g4f_lite._core.registry.hook_plugins import HookPlugins
from g4f_lite._core.registry.registry import registry
from g4f_lite._core.registry.static_metadata import read_constants
from g4f_lite._utils.untrusted import describe_exception
from g4f_lite.cli.inspection.probe import private_stdout
from g4f_lite.cli.inspection.provider_facts import describe, failure_facts, full_name, verdict_facts
from g4f_lite.contract import GROUP, Verdict
from g4f_lite.errors import ProviderLoadError, RegistryError

__all__ = ["answer", "serve"]

_OWN = "g4f_lite_checked_"
FILE = "(file)"
"""The "distribution" of a file that is checked where it lies."""


def serve(items: list[dict[str, str]]) -> None:
    """Answer each item on what was standard output, then end at once: a plugin's threads are not waited for."""
    mine, own_pid = private_stdout(), os.getpid()
    _say(mine, -1, {})
    for index, item in enumerate(items):
        try:
            found = answer(item)
        except BaseException as error:  # KeyboardInterrupt above all: a plugin can raise it as well
            found = {"crash": f"loading it ended in {describe_exception(error)}"}
        if os.getpid() != own_pid:  # a copy of this process, which a plugin forked
            break
        _say(mine, index, found)
    os._exit(0)


def _say(mine: int, index: int, found: dict[str, Any]) -> None:
    line = json.dumps({"index": index, "pid": os.getpid(), "answer": found}).encode() + b"\n"
    while line:
        line = line[os.write(mine, line) :]


def answer(item: dict[str, str]) -> dict[str, Any]:
    """Return ``{"facts": ..., "verdict": ...}`` of a provider, or ``{"error": ...}``.

    Of a plugin of hooks: ``{"failures": [...], "hooks": [...], "offered": [...]}``, the last with such an
    answer for each provider that it offers.
    """
    if "file" in item:
        return _answer_file(Path(item["file"]))
    if "hooks" in item:
        return _answer_hooks(item["hooks"])
    name = item["name"]
    try:
        verdict = verdict_facts(registry.verdict(name))
    except ProviderLoadError as failure:
        verdict = _failed(failure)
    except RegistryError as error:
        return {"error": str(error)}
    return {"facts": describe(registry.info(name)), "verdict": verdict}


def _failed(failure: ProviderLoadError) -> dict[str, Any]:
    return {"valid": False, "usable": False, "problems": [failure_facts(failure)], "notes": []}


# --- a plugin of hooks ----------------------------------------------------------------------------


def _answer_hooks(plugin: str) -> dict[str, Any]:
    store = registry._store
    claims = [claim for claim in registry.hook_claims() if f"{claim.distribution}:{claim.name}" == plugin]
    store.hook_plugins = HookPlugins(store.plugins, registry._offered)  # the others are none of its business
    store.hook_plugins.expect(claims)
    known = {full_name(info) for info in registry.infos(hooks=False)}
    failures = [
        {**failure_facts(failure, f"The hooks {failure.provider!r}"), "kind": "hooks-failed"}
        for failure in registry.hook_failures()
    ]
    offered = [info for info in registry.infos() if full_name(info) not in known]
    return {
        "failures": failures,
        "hooks": [
            hook
            for hook, callers in registry.hooks().items()
            if any(caller[0] == plugin for caller in callers)
        ],
        "offered": [{**answer({"name": full_name(info)}), "facts": describe(info)} for info in offered],
    }


# --- a file ---------------------------------------------------------------------------------------


class _OneFile:
    """An import hook that finds one file under a name of ours, whatever other module has the file's name."""

    def __init__(self, module: str, path: Path) -> None:
        self._module = module
        self._path = path

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for that name only."""
        del path, target
        if name != self._module:
            return None
        return importlib.util.spec_from_file_location(name, self._path)


def _answer_file(path: Path) -> dict[str, Any]:
    name = path.stem.lower()
    entry = PluginEntry(EntryPointClaim(GROUP, name, _importable(path), "", FILE, ""))
    try:
        entry.load(lambda _entry: None, static=read_constants(path.read_bytes()), strict=False)
    except ProviderLoadError as failure:
        failure.hint = "Correct the file, or install what it needs."
        return {"facts": {"name": name}, "verdict": _failed(failure)}
    except RegistryError:
        pass  # that is the verdict
    return {"facts": {"name": name}, "verdict": verdict_facts(entry.verdict or Verdict())}


def _importable(path: Path) -> str:
    """Return the name under which the file can be imported now; inside a package, that is its own."""
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    sys.path.insert(0, str(folder))
    if len(parts) > 1:
        return ".".join(parts)
    module = _OWN + re.sub(r"\W", "_", path.stem)
    sys.meta_path.insert(0, _OneFile(module, path))
    return module
