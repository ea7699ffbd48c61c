"""Check a value against a JSON schema that the caller wrote.

The keywords of the schemas that services take are checked here, as draft 2020-12 has them. For a schema with
any of the others, the package `jsonschema` does it, which the extra ``schema`` installs.
"""

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from g4f_lite._utils.text import join_names, shorten
from g4f_lite.errors import MissingExtraError
from g4f_lite.structured._containers import identity
from g4f_lite.structured._meta_validation import TYPES, examine, refuse, target
from g4f_lite.structured._types import (
    INVALID,
    JSONType,
    Path,
    Schema,
    SchemaWriter,
    ValidationContext,
    kind_of,
    nearest,
)

__all__ = ["RawSchema"]


class RawSchema(JSONType):
    """A value that fits a JSON schema, as it is.

    Raises:
        InvalidArgumentError: it is no JSON schema, naming the place.
        MissingExtraError: it has keywords that need the extra ``schema``.
    """

    def __init__(self, schema: Mapping[str, Any], argument: str) -> None:
        self._schema = _copied(schema)
        beyond = examine(self._schema, self._schema, "", argument)
        self._check = _by_package(self._schema, argument) if beyond else _here(self._schema)

    def schema(self, writing: SchemaWriter) -> Schema:  # noqa: ARG002
        copied: Schema = _copied(self._schema)
        return copied

    def build(self, value: Any, path: Path, reading: ValidationContext) -> Any:
        before = len(reading.misfits)
        self._check(value, path, reading)
        return INVALID if len(reading.misfits) > before else value


def _copied(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _copied(item) for key, item in node.items()}
    return [_copied(item) for item in node] if isinstance(node, (list, tuple)) else node


_Check = Callable[[Any, Path, ValidationContext], None]


def _by_package(schema: Schema, argument: str) -> _Check:
    try:
        from jsonschema import SchemaError
        from jsonschema.validators import Draft202012Validator, validator_for
        from referencing import Registry
    except ImportError:
        raise MissingExtraError("schema", "A JSON schema with keywords beyond the common ones") from None
    cls = validator_for(schema, default=Draft202012Validator)
    try:
        cls.check_schema(schema)
    except SchemaError as error:
        refuse(argument, f"The JSON schema is wrong: {shorten(error.message)}.")
    validator = cls(schema, registry=Registry())  # an empty one: nothing is ever fetched

    def check(value: Any, path: Path, reading: ValidationContext) -> None:
        for error in validator.iter_errors(value):
            reading.wrong((*path, *error.absolute_path), shorten(error.message))

    return check


def _here(schema: Schema) -> _Check:
    def check(value: Any, path: Path, reading: ValidationContext) -> None:
        _Checking(schema, reading).check(schema, value, path)

    return check


class _Checking:
    """One check of a value."""

    def __init__(self, root: Schema, reading: ValidationContext) -> None:
        self.root = root
        self.reading = reading

    def check(self, schema: Any, value: Any, path: Path) -> None:
        """Note what is wrong with the value or a part of it."""
        if schema is False:
            self.reading.wrong(path, "is not allowed")
        if isinstance(schema, bool):
            return
        for keyword, rule in _RULES.items():
            if keyword in schema:
                rule(self, schema, value, path)
        by_kind = _BY_KIND.get(type(value))
        if by_kind is not None:
            by_kind(self, schema, value, path)

    def misfits(self, schema: Any, value: Any, path: Path) -> list[Any]:
        """Return what is wrong, without noting it."""
        part = self.reading.apart()
        _Checking(self.root, part).check(schema, value, path)
        return part.misfits

    # --- any value ---------------------------------------------------------------------------

    def _ref(self, schema: Schema, value: Any, path: Path) -> None:
        self.check(target(self.root, schema["$ref"]), value, path)

    def _type(self, schema: Schema, value: Any, path: Path) -> None:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(TYPES[name][1](value) for name in names):
            self.reading.expected(path, " or ".join(TYPES[name][0] for name in names), value)

    def _const(self, schema: Schema, value: Any, path: Path) -> None:
        self._enum({"enum": [schema["const"]]}, value, path)

    def _enum(self, schema: Schema, value: Any, path: Path) -> None:
        allowed = schema["enum"]
        if identity(value) not in map(identity, allowed):
            shown = shorten(repr(value), 60) if not isinstance(value, (list, dict)) else kind_of(value)
            wanted = join_names((shorten(repr(item), 60) for item in allowed), 20)
            self.reading.wrong(path, f"expected one of {wanted}, not {shown}")

    def _all_of(self, schema: Schema, value: Any, path: Path) -> None:
        for part in schema["allOf"]:
            self.check(part, value, path)

    def _any_of(self, schema: Schema, value: Any, path: Path) -> None:
        failures = [self.misfits(part, value, path) for part in schema["anyOf"]]
        if all(failures):
            self.reading.misfits += nearest(failures, path) or failures[0]

    def _one_of(self, schema: Schema, value: Any, path: Path) -> None:
        fitting = sum(not self.misfits(part, value, path) for part in schema["oneOf"])
        if fitting == 0:
            self._any_of({"anyOf": schema["oneOf"]}, value, path)
        elif fitting > 1:
            self.reading.wrong(path, f"fits {fitting} of the alternatives, and has to fit one")

    # --- numbers and strings -----------------------------------------------------------------

    def _number(self, schema: Schema, value: Any, path: Path) -> None:
        for keyword, words, fits in _BOUNDS:
            if keyword in schema and not fits(value, schema[keyword]):
                self.reading.wrong(path, f"expected {words} {schema[keyword]}, not {value!r}")

        step = schema.get("multipleOf", 0)
        # As decimal numbers: 0.3 is a multiple of 0.1, which the nearest binary numbers do not know.
        if step and (Fraction(repr(value)) / Fraction(repr(step))).denominator != 1:
            self.reading.wrong(path, f"expected a multiple of {step}, not {value!r}")

    def _text(self, schema: Schema, value: Any, path: Path) -> None:
        self._length(schema, value, path, ("minLength", "maxLength", "characters"))
        if "pattern" in schema and not re.search(schema["pattern"], value):
            self.reading.wrong(
                path, f"expected a string that matches {schema['pattern']!r}, not {shorten(repr(value), 60)}"
            )

    def _length(self, schema: Schema, value: Any, path: Path, words: tuple[str, str, str]) -> None:
        least, most, unit = words
        if least in schema and len(value) < schema[least]:
            self.reading.wrong(path, f"expected at least {schema[least]} {unit}, not {len(value)}")
        if most in schema and len(value) > schema[most]:
            self.reading.wrong(path, f"expected at most {schema[most]} {unit}, not {len(value)}")

    # --- arrays and objects ------------------------------------------------------------------

    def _array(self, schema: Schema, value: Any, path: Path) -> None:
        self._length(schema, value, path, ("minItems", "maxItems", "items"))
        if schema.get("uniqueItems") and len(set(map(identity, value))) < len(value):
            self.reading.wrong(path, "expected no item twice")
        first = schema.get("prefixItems", [])
        for place, item in enumerate(value):
            part = first[place] if place < len(first) else schema.get("items", True)
            self.check(part, item, (*path, place))

    def _object(self, schema: Schema, value: Any, path: Path) -> None:
        for name in schema.get("required", ()):
            if name not in value:
                self.reading.wrong((*path, name), "is missing")
        known = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        for name, item in value.items():
            if name not in known and others is False:
                self.reading.wrong((*path, name), "is not a known key")
            else:
                self.check(known.get(name, others), item, (*path, name))


_BOUNDS: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
    ("minimum", "at least", operator.ge),
    ("maximum", "at most", operator.le),
    ("exclusiveMinimum", "more than", operator.gt),
    ("exclusiveMaximum", "less than", operator.lt),
)
_Rule = Callable[[_Checking, Schema, Any, Path], None]
_RULES: dict[str, _Rule] = {
    "$ref": _Checking._ref,
    "type": _Checking._type,
    "enum": _Checking._enum,
    "const": _Checking._const,
    "allOf": _Checking._all_of,
    "anyOf": _Checking._any_of,
    "oneOf": _Checking._one_of,
}
_BY_KIND: dict[type, _Rule] = {
    int: _Checking._number,
    float: _Checking._number,
    str: _Checking._text,
    list: _Checking._array,
    dict: _Checking._object,
}
