"""JSON types: each one writes its JSON schema for the model and validates the value that the model wrote.

A `JSONType` has both methods in one class, so that the schema and the validation cannot differ.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

__all__ = [
    "INVALID",
    "JSONType",
    "Path",
    "Schema",
    "SchemaWriter",
    "ValidationContext",
    "ValidationIssue",
    "closest_issues",
    "describe_kind",
    "write_schema",
]

Schema = dict[str, Any]
Path = tuple[str | int, ...]


class _Invalid:
    """The type of `INVALID`, which `validate` returns after it has added an issue."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID: Final = _Invalid()


class ValidationIssue(NamedTuple):
    """One reason why a value is not valid.

    Attributes:
        path: keys and indexes that lead from the root to the wrong part.
        message: the expected kind of value, and the actual one.
    """

    path: Path
    message: str

    def __str__(self) -> str:
        where = "".join(_step(step) for step in self.path).removeprefix(".")
        return f"{where}: {self.message}" if where else self.message


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{step!r}]"


class ValidationContext:
    """The state of one validation.

    Attributes:
        strict: whether the value was written for the strict schema, where null replaces an omitted key.
        issues: the issues found so far.
        results: the validated objects and their issues, by the ids of the `JSONType` and of the value.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.issues: list[ValidationIssue] = []
        self.results: dict[tuple[int, int], tuple[Any, list[ValidationIssue]]] = {}

    def fork(self) -> "ValidationContext":
        """Return a context for a part of the same value that collects its own issues."""
        part = ValidationContext(strict=self.strict)
        part.results = self.results
        return part

    def add_issue(self, path: Path, message: str) -> Any:
        """Add an issue; return `INVALID`."""
        self.issues.append(ValidationIssue(path, message))
        return INVALID

    def add_mismatch(self, path: Path, expected: str, value: object) -> Any:
        """Add an issue that names the kind of `value`; return `INVALID`."""
        return self.add_issue(path, f"expected {expected}, not {describe_kind(value)}")


class SchemaWriter:
    """Collects the definitions that one schema refers to, while the schema is written.

    Attributes:
        strict: whether to write the subset of JSON Schema that services call strict.
        definitions: the entries of `$defs`, by their names.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.definitions: dict[str, Schema] = {}
        self._names: dict[int, str] = {}

    def define(self, owner: object, name: str, write_body: Callable[["SchemaWriter"], Schema]) -> Schema:
        """Return a reference to the definition of `owner`; write the definition at its first use."""
        if id(owner) not in self._names:
            unique_name = self._names[id(owner)] = self.unused_name(name)
            self.definitions[unique_name] = {}  # reserve the name: `write_body` may refer to it
            self.definitions[unique_name] = write_body(self)
        return {"$ref": f"#/$defs/{self._names[id(owner)]}"}

    def unused_name(self, name: str) -> str:
        """Return `name`, or `name` with a number if a definition has it already."""
        base = "".join(item if item.isalnum() and item.isascii() else "_" for item in name)
        number = 1
        while (unique_name := base if number == 1 else f"{base}_{number}") in self.definitions:
            number += 1
        return unique_name


class JSONType:
    """The type of a JSON value.

    Attributes:
        expected: the expected kind of value, for the messages of issues.
        is_nullable: whether null is a valid value.
    """

    expected = "a value"
    is_nullable = False

    def schema(self, writer: SchemaWriter) -> Schema:
        """Return the JSON schema."""
        raise NotImplementedError

    def validate(self, value: Any, path: Path, context: ValidationContext) -> Any:
        """Return the Python object of a JSON value, or `INVALID` after adding issues to `context`."""
        raise NotImplementedError


def closest_issues(failures: Iterable[list[ValidationIssue]], path: Path) -> list[ValidationIssue]:
    """Return the issues of the union member that the model most likely intended, or an empty list.

    A member was intended if all its issues are in parts of the value, not in the value itself. Of several
    such members, the one with the fewest issues is chosen.
    """
    intended = [issues for issues in failures if all(len(item.path) > len(path) for item in issues)]
    return min(intended, key=len) if intended else []


def describe_kind(value: object) -> str:
    """Return the kind of a JSON value for a message, such as ``"a number"``."""
    if value is None:
        return "null"
    for kind, description in _KINDS:
        if isinstance(value, kind):
            return description
    return type(value).__name__


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
)


# --- the root schema -----------------------------------------------------------------------------


def write_schema(json_type: JSONType, *, strict: bool = False) -> Schema:
    """Return the JSON schema of a type, with its definitions.

    A definition that is used once is inlined: many services support `$ref` badly or not at all.
    """
    writer = SchemaWriter(strict=strict)
    root = json_type.schema(writer)
    return _inline_definitions(root, writer.definitions)


def _inline_definitions(root: Schema, definitions: dict[str, Schema]) -> Schema:
    uses: dict[str, int] = dict.fromkeys((f"#/$defs/{name}" for name in definitions), 0)
    for schema in (root, *definitions.values()):
        _count_references(schema, uses)
    single = {pointer for pointer, number in uses.items() if number == 1}

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(item) for item in node]
        if not isinstance(node, dict):
            return node
        pointer = node.get("$ref")
        if isinstance(pointer, str) and pointer in single:
            siblings = {key: inline(item) for key, item in node.items() if key != "$ref"}
            return {**inline(_definition_of(pointer, definitions)), **siblings}
        if isinstance(pointer, str) and len(node) > 1:  # in strict mode, a `$ref` has no siblings
            siblings = {key: inline(item) for key, item in node.items() if key != "$ref"}
            return {"anyOf": [{"$ref": pointer}], **siblings}
        return {key: inline(item) for key, item in node.items()}

    inlined: Schema = inline(root)
    if isinstance(inlined.get("$ref"), str):  # services need the root's own `type`
        inlined = inline(_definition_of(inlined["$ref"], definitions))
    shared = {name: inline(body) for name, body in definitions.items() if f"#/$defs/{name}" not in single}
    return {**inlined, "$defs": shared} if shared else inlined


def _definition_of(pointer: str, definitions: dict[str, Schema]) -> Schema:
    return definitions[pointer.removeprefix("#/$defs/")]


def _count_references(node: Any, uses: dict[str, int]) -> None:
    """Count the uses of each definition; any use that is not a `$ref` counts twice, so that it is kept."""
    if isinstance(node, dict):
        for key, item in node.items():
            if isinstance(item, str) and item in uses:
                uses[item] += 1 if key == "$ref" else 2
            else:
                _count_references(item, uses)
    elif isinstance(node, list):
        for item in node:
            _count_references(item, uses)
