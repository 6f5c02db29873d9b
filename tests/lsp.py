"""What the tests of editor help share: a language server over its standard input and output, as an editor runs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

PATIENCE = 120.0
"""Seconds after which a server counts as hanging, on a busy machine."""

CAN = {
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}
"""What this editor can do."""


class Editor:
    """An editor with a project open, as far as a language server can tell."""

    def __init__(self, server: subprocess.Popen[bytes], project: Path, settings: Mapping[str, Any]) -> None:
        self.server = server
        self.settings = settings
        self.last = 0
        self.told: dict[str, list[dict[str, Any]]] = {}
        folder = {"uri": project.as_uri(), "name": project.name}
        root = {"processId": None, "rootUri": project.as_uri(), "workspaceFolders": [folder], "capabilities": CAN}
        self.ask("initialize", root)
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": settings}})

    def open(self, path: Path, text: str) -> list[str]:
        """Open a file with this text; what the server has against it, as `line: message`, lines from 1."""
        uri = path.as_uri()
        if uri in self.told:
            self._tell("textDocument/didClose", uri=uri)
        self.last += 1
        self._tell("textDocument/didOpen", uri=uri, languageId="yaml", version=self.last, text=text)
        return [f"{each['range']['start']['line'] + 1}: {each['message']}" for each in self.told[uri]]

    def complete(self, path: Path, line: int, column: int) -> dict[str, dict[str, Any]]:
        """What is offered at a place (from 1), by label."""
        found = self.ask("textDocument/completion", _place(path, line, column))
        return {each["label"]: each for each in (found["items"] if isinstance(found, dict) else found)}

    def hover(self, path: Path, line: int, column: int) -> str:
        """What is shown of a place (from 1), in Markdown."""
        shown: str = self.ask("textDocument/hover", _place(path, line, column))["contents"]["value"]
        return shown

    def ask(self, method: str, params: object) -> Any:
        """The result of a request."""
        self.last += 1
        self._send({"id": self.last, "method": method, "params": params})
        while "id" not in (message := self._receive()) or "method" in message or message["id"] != self.last:
            self._answer(message)
        assert "error" not in message, message
        return message["result"]

    def _tell(self, method: str, **document: object) -> None:
        """Tell of a document, and wait for what the server has against it then: nothing, of one that is closed."""
        self.told.pop(str(document["uri"]), None)
        self._send({"method": method, "params": {"textDocument": document}})
        while document["uri"] not in self.told:
            self._answer(self._receive())

    def _answer(self, message: Mapping[str, Any]) -> None:
        """Keep what the server tells, and answer what it asks."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            asked = message["params"]["items"] if message["method"] == "workspace/configuration" else None
            result = None if asked is None else [self.settings.get(each["section"]) for each in asked]
            self._send({"id": message["id"], "result": result})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.server.stdout is not None
        length = 0
        while (header := self.server.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has ended"
        message: dict[str, Any] = json.loads(self.server.stdout.read(length))
        return message


def _place(path: Path, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line - 1, "character": column - 1}}


@contextmanager
def editor(command: list[str], project: Path, settings: Mapping[str, Any]) -> Iterator[Editor]:
    """An editor that runs a server for a project."""
    with subprocess.Popen(command, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        watchdog = Timer(PATIENCE, server.kill)
        watchdog.start()
        try:
            yield Editor(server, project, settings)
        finally:
            watchdog.cancel()
            server.kill()
