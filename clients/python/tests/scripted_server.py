"""A server on 127.0.0.1 that answers by its script, one answer a request, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional

from steno import Steno


@dataclass
class Seen:
    method: str
    path: str
    headers: Dict[str, str]
    body: bytes


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Optional[Dict[str, str]] = None
    #: Whether the connection ends without an answer.
    broken: bool = False


def answer_json(body: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(body).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def problem(status: int, code: str, members: Optional[Dict[str, Any]] = None, **headers: str) -> Answer:
    document = {"status": status, "code": code, "detail": f"This is {code}.", "requestId": "req_1", **(members or {})}
    return answer_json(document, status, **headers)


BROKEN = Answer(broken=True)


class ScriptedServer:
    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.seen: List[Seen] = []
        #: What the client slept, in place of sleeping.
        self.slept: List[float] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append(Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                given = outer.script.pop(0) if outer.script else problem(599, "unexpected")
                if given.broken:
                    self.connection.close()
                    return
                self.send_response(given.status)
                for name, value in (given.headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(given.body)))
                self.end_headers()
                self.wfile.write(given.body)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

            def log_message(self, *_: Any) -> None:
                pass

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, ValueError):
                    # The script broke the connection.
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def client(self, **options: Any) -> Steno:
        client = Steno(self.origin, api_key="stn_key", **options)
        client.audio._transport.sleep = self.slept.append
        return client

    def keys(self) -> List[Optional[str]]:
        return [seen.headers.get("idempotency-key") for seen in self.seen]

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()


