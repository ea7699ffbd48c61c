"""The sources of the built-in providers, which the loader does not read again to find drift."""

import pytest

from g4f_lite import registry
from g4f_lite._core.registry.static_metadata import read_constants
from g4f_lite._utils.module_source import find_source


@pytest.mark.parametrize("name", ["local", "yqcloud"])
def test_source_has_the_modules_constants(name: str) -> None:
    """Every constant of a built-in provider is a literal in its source, with the value that it has after the import."""
    source = find_source(f"g4f_lite_providers.{name}")
    assert source is not None
    with open(source, "rb") as file:  # noqa: PTH123
        metadata = read_constants(file.read())
    assert metadata.is_complete
    loaded = registry.get(name)
    assert metadata.values["model"] == list(loaded.models)
    for constant in ("url", "supports_stream", "needs_auth", "working"):
        assert metadata.values[constant] == getattr(loaded, constant)
