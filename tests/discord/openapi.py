"""Requests held against Discord's own OpenAPI file, and against the few limits that it does not know.

    faults = DiscordApi.load(path).faults("POST", "/channels/1/messages", {"content": "…"})

The file is a preview and its objects are open: an unknown key passes. What it says of types, lengths and counts counts.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_URI = "urn:discord"
CONTENT = 2000
"""Characters of a message's `content`; the file says 4000, which is for paying users."""
TEXT = 4000
"""Characters of all the text in one message of Components V2, counted as UTF-16 code units, the strictest reading."""
COMPONENTS = 40
"""In one message, nested ones included; the file counts the outermost only."""
FILES = 10


@dataclass(frozen=True, slots=True)
class _Operation:
    template: tuple[str, ...]
    pointer: str
    """JSON pointer to the operation within the file."""
    body: bool
    required: bool
    parameters: frozenset[str]

    @property
    def literals(self) -> int:
        return sum(not part.startswith("{") for part in self.template)


class DiscordApi:
    def __init__(self, document: dict[str, Any]) -> None:
        self._operations = {method: list(_operations(document, method)) for method in _METHODS}
        resource = Resource(contents=document, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self._known: dict[tuple[str, str], list[str]] = {}  # most requests of a session are the same few

    @classmethod
    def load(cls, path: Path) -> DiscordApi:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def faults(self, method: str, path: str, body: Any, params: dict[str, Any] | None = None) -> list[str]:
        """What Discord would refuse in this request, a line each; nothing where it would take it."""
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path}: no such operation"]
        found = [f"there is no parameter {name}" for name in sorted(set(params or {}) - operation.parameters)]
        if body is None:
            found += ["a body is required"] if operation.required else []
        elif not operation.body:
            found.append("takes no body")
        else:
            seen = (operation.pointer, json.dumps(body, sort_keys=True))
            if seen not in self._known:
                self._known[seen] = [*self._schema_faults(operation, body), *limit_faults(body)]
            found += self._known[seen]
        return [f"{method} {path}: {fault}" for fault in found]

    def _schema_faults(self, operation: _Operation, body: Any) -> Iterator[str]:
        reference = f"{_URI}#{operation.pointer}/requestBody/content/application~1json/schema"
        validator = Draft202012Validator({"$ref": reference}, registry=self._registry)
        error = best_match(validator.iter_errors(normalised(body)))
        if error is not None:
            yield f"{error.json_path}: {error.message[:300]}"

    def _operation(self, method: str, path: str) -> _Operation | None:
        """The one with the most literal segments: `@original` before any message's id."""
        given = path.strip("/").split("/")
        fitting = [operation for operation in self._operations.get(method, []) if _fits(operation.template, given)]
        return max(fitting, key=lambda operation: operation.literals, default=None)


_METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")


def _operations(document: dict[str, Any], method: str) -> Iterator[_Operation]:
    for path, item in document["paths"].items():
        operation = item.get(method.lower())
        if operation is None:
            continue
        body = operation.get("requestBody", {})
        named = [*item.get("parameters", ()), *operation.get("parameters", ())]
        yield _Operation(
            tuple(path.strip("/").split("/")),
            f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}",
            "application/json" in body.get("content", {}),
            bool(body.get("required")),
            frozenset(parameter["name"] for parameter in named if parameter.get("in") == "query"),
        )


def _fits(template: tuple[str, ...], given: list[str]) -> bool:
    return len(template) == len(given) and all(
        part == segment or re.fullmatch(r"\{\w+\}", part) for part, segment in zip(template, given, strict=True)
    )


def normalised(body: Any) -> Any:
    """Without the two false alarms of discord.py: Discord takes these ids as numbers, the file wants strings."""
    body = copy.deepcopy(body)
    for message in messages_in(body):
        reference = message.get("message_reference") or {}
        reference.update({name: str(value) for name, value in reference.items() if name.endswith("_id")})
        for attachment in message.get("attachments") or []:
            attachment["id"] = str(attachment["id"])
    return body


def messages_in(body: Any) -> Iterator[dict[str, Any]]:
    """The body itself, or what an interaction's callback carries, as a message."""
    if isinstance(body, dict):
        yield body["data"] if isinstance(body.get("data"), dict) else body


def limit_faults(body: Any) -> Iterator[str]:
    """The limits that stand in Discord's documentation alone."""
    for message in messages_in(body):
        components = list(walk(message.get("components")))
        if len(components) > COMPONENTS:
            yield f"{len(components)} components, more than {COMPONENTS}"
        text = sum(utf16_length(c["content"]) for c in components if isinstance(c.get("content"), str))
        if text > TEXT:
            yield f"{text} characters of text, more than {TEXT}"
        content = message.get("content")
        if isinstance(content, str) and utf16_length(content) > CONTENT:
            yield f"content is longer than {CONTENT}"
        if len(message.get("attachments") or []) > FILES:
            yield f"more than {FILES} files"


def walk(components: Any) -> Iterator[dict[str, Any]]:
    """Every component, outermost first."""
    for component in components or []:
        yield component
        yield from walk(component.get("components"))
        if isinstance(component.get("accessory"), dict):
            yield from walk([component["accessory"]])


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
