"""An independent judge of the wire: JSON Schema, from nothing but the AsyncAPI document that a server publishes."""

from __future__ import annotations

from typing import Any

import jsonschema


class Published:
    """Checks messages against a document.

    Args:
        document: as ``/asyncapi.json`` gives it.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        self._validators: dict[str, jsonschema.Draft202012Validator] = {}

    def check(self, message: dict[str, Any]) -> None:
        """Raise unless ``message`` is one of the document, with every field as it says and none that it does not know.

        Raises:
            KeyError: no message of this type is in the document.
            jsonschema.ValidationError: it has another shape.
        """
        kind = message["type"]
        schema = self._components["messages"][kind]["payload"]
        if kind not in self._validators:
            whole = {**schema, "components": self._components}
            self._validators[kind] = jsonschema.Draft202012Validator(whole)
        self._validators[kind].validate(message)
        known = self._components["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
        if extra := set(message) - set(known):
            raise jsonschema.ValidationError(f"{kind}: {', '.join(sorted(extra))} not in the document")
