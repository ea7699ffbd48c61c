"""The child process of `probe`: it loads the items that it is sent, and answers each."""

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
from g4f_lite.cli.inspection.probe import take_private_stdout
from g4f_lite.cli.inspection.provider_reports import (
    full_name,
    load_failure_report,
    provider_report,
    verdict_report,
)
from g4f_lite.contract import GROUP, Verdict
from g4f_lite.errors import ProviderLoadError, RegistryError

__all__ = ["FILE_DISTRIBUTION", "answer_item", "serve"]

FILE_DISTRIBUTION = "(file)"
"""The distribution that reports show for a file that belongs to none."""

_MODULE_PREFIX = "g4f_lite_checked_"


def serve(items: list[dict[str, str]]) -> None:
    """Answer each item on the original standard output, then end without waiting for threads."""
    descriptor, own_pid = take_private_stdout(), os.getpid()
    _send_answer(descriptor, -1, {})
    for index, item in enumerate(items):
        try:
            answer = answer_item(item)
        except BaseException as error:  # A plugin can raise KeyboardInterrupt, too.
            answer = {"crash": f"loading it ended in {describe_exception(error)}"}
        if os.getpid() != own_pid:  # This is a copy of the process, which the plugin forked.
            break
        _send_answer(descriptor, index, answer)
    os._exit(0)


def _send_answer(descriptor: int, index: int, answer: dict[str, Any]) -> None:
    line = json.dumps({"index": index, "pid": os.getpid(), "answer": answer}).encode() + b"\n"
    while line:
        line = line[os.write(descriptor, line) :]


def answer_item(item: dict[str, str]) -> dict[str, Any]:
    """Load an item and return its answer.

    The answer for a provider is ``{"provider": ..., "verdict": ...}`` with two reports, or ``{"error": ...}``. The
    answer for a hook plugin is ``{"failures": [...], "hooks": [...], "offered": [...]}``, where `offered` has an
    answer for each provider that the plugin offers.
    """
    if "file" in item:
        return _answer_file(Path(item["file"]))
    if "hooks" in item:
        return _answer_hooks(item["hooks"])
    name = item["name"]
    try:
        verdict = verdict_report(registry.verdict(name))
    except ProviderLoadError as failure:
        verdict = _failure_verdict(failure)
    except RegistryError as error:
        return {"error": str(error)}
    return {"provider": provider_report(registry.info(name)), "verdict": verdict}


def _failure_verdict(failure: ProviderLoadError) -> dict[str, Any]:
    return {"valid": False, "usable": False, "problems": [load_failure_report(failure)], "notes": []}


# --- hook plugins ---------------------------------------------------------------------------------


def _answer_hooks(plugin: str) -> dict[str, Any]:
    state = registry._state
    claims = [claim for claim in registry.hook_claims() if f"{claim.distribution}:{claim.name}" == plugin]
    # A new collection that expects this plugin only, so that no other hook plugin is imported here.
    state.hook_plugins = HookPlugins(state.plugins, registry._register_offer)
    state.hook_plugins.add_claims(claims)
    names_without_hooks = {full_name(info) for info in registry.infos(hooks=False)}
    failures = [
        {**load_failure_report(failure, f"The hooks {failure.provider!r}"), "kind": "hooks-failed"}
        for failure in registry.hook_failures()
    ]
    offered = [info for info in registry.infos() if full_name(info) not in names_without_hooks]
    return {
        "failures": failures,
        "hooks": [
            hook
            for hook, implementations in registry.hooks().items()
            if any(item.plugin_name == plugin for item in implementations)
        ],
        "offered": [
            {**answer_item({"name": full_name(info)}), "provider": provider_report(info)} for info in offered
        ],
    }


# --- files ----------------------------------------------------------------------------------------


class _SingleFileFinder:
    """A finder of one file under a module name of ours, which no other module can have."""

    def __init__(self, module: str, path: Path) -> None:
        self._module = module
        self._path = path

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of the file if `name` is its module name, or None if not."""
        del path, target
        if name != self._module:
            return None
        return importlib.util.spec_from_file_location(name, self._path)


def _answer_file(path: Path) -> dict[str, Any]:
    name = path.stem.lower()
    entry = PluginEntry(EntryPointClaim(GROUP, name, _make_importable(path), "", FILE_DISTRIBUTION, ""))
    try:
        entry.load(lambda _entry: None, static=read_constants(path.read_bytes()), strict=False)
    except ProviderLoadError as failure:
        failure.hint = "Correct the file, or install what it needs."
        return {"provider": {"name": name}, "verdict": _failure_verdict(failure)}
    except RegistryError:
        pass  # The verdict of the entry has its problems.
    return {"provider": {"name": name}, "verdict": verdict_report(entry.verdict or Verdict())}


def _make_importable(path: Path) -> str:
    """Make the file importable, and return its module name: its own if it is inside a package."""
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    sys.path.insert(0, str(folder))
    if len(parts) > 1:
        return ".".join(parts)
    module = _MODULE_PREFIX + re.sub(r"\W", "_", path.stem)
    sys.meta_path.insert(0, _SingleFileFinder(module, path))
    return module
