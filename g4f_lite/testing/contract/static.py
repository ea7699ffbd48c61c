"""The contract without a call: the verdict, the import, `params` and the models."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from g4f_lite import params_of
from g4f_lite.contract import LoadedProvider
from g4f_lite.testing._provider_under_test import ProviderUnderTest
from g4f_lite.testing.contract.base import ContractBase, overridden_tests

__all__ = ["StaticContract"]

_IMPORT_SECONDS = 120


class StaticContract(ContractBase):
    """The requirements on a provider that is not called."""

    def test_no_test_is_overridden(self) -> None:
        """No test of the suite is overridden, except to mark it as a known failure with a reason."""
        overridden = overridden_tests(type(self))
        assert not overridden, (
            f"{', '.join(overridden)}: a test of the contract is overridden. If it is known to fail, override it "
            'with @pytest.mark.xfail(reason="...") on it; if not, give yours another name.'
        )

    def test_verdict_is_valid(self, subject: ProviderUnderTest) -> None:
        """The strict verdict has no problem."""
        if subject.verdict is None:
            pytest.fail(subject.failure)
        lines = "".join(f"\n  - {problem}" for problem in subject.verdict.problems)
        assert subject.verdict.valid, f"The provider {subject.name!r} breaks the contract:{lines}"
        assert subject.loaded is not None, subject.failure

    def test_import_does_nothing_else(self, subject: ProviderUnderTest, tmp_path: Path) -> None:
        """The import, in a new interpreter, prints nothing, does not exit, and opens no connection."""
        if subject.target is None:
            pytest.skip("the provider is an object of this program: there is no module to import")
        report = tmp_path / "report.json"
        command = [sys.executable, "-m", "g4f_lite.testing._import_probe", str(subject.target), str(report)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)}
        result = subprocess.run(  # noqa: S603 - this interpreter, and our own module
            command, env=environment, capture_output=True, timeout=_IMPORT_SECONDS, check=False
        )
        printed = (result.stdout + result.stderr).decode(errors="replace")
        assert report.exists(), f"The import ended the process with exit code {result.returncode}: {printed}"
        effects = json.loads(report.read_text(encoding="utf-8"))
        assert not effects["error"], f"The import raised {effects['error']}"
        assert not effects["network"], f"The import reached for the network: {effects['network']}"
        assert not effects["threads"], f"The import left threads running: {effects['threads']}"
        assert not printed, f"The import printed {printed!r}"

    def test_params_line_names_the_parameters(self, subject: ProviderUnderTest) -> None:
        """`params` lists the parameters of `_create_completion` with their types."""
        loaded = _require_usable(subject)
        computed = params_of(subject.name, loaded.create).partition(" supports: ")[2]
        declared = loaded.params.partition(" supports: ")[2]
        assert declared == computed, f"`params` says {loaded.params!r}, and the function has {computed}"

    def test_models_are_names(self, subject: ProviderUnderTest) -> None:
        """`model` is a list of at least one name, without surrounding blanks or duplicates."""
        models = _require_usable(subject).plugin.model
        assert isinstance(models, list), f"`model` is a {type(models).__name__}, not a list"
        assert models, "`model` is empty"
        wrong = [item for item in models if not isinstance(item, str) or not item or item != item.strip()]
        assert not wrong, f"`model` has entries that are no names: {wrong}"
        assert len(set(models)) == len(models), f"`model` names a model twice: {models}"


def _require_usable(subject: ProviderUnderTest) -> LoadedProvider:
    if subject.loaded is None:
        pytest.skip("the provider cannot be used: test_verdict_is_valid says why")
    return subject.loaded
