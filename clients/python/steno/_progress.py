"""Follows transcriptions: connections that break are made again, where the last one ended."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, Optional

from .errors import ApiError, ConnectionFailed, StenoError, TranscriptionFailed, Unfinished

if TYPE_CHECKING:
    from ._transport import Transport
    from .generated.models import Transcription

#: The server gives a sign of life every 15 seconds; after three of them the connection is taken for dead.
SILENCE = 45.0
DEFAULT_RETRY = 2.0
#: Connections one after the other that brought nothing.
MOST_EMPTY_CONNECTIONS = 5
DEFAULT_WAIT = 3_600.0


@dataclass(frozen=True)
class ProgressEvent:
    """A state of a transcription, as it was told when it came about."""

    #: Give it as `last_event_id` to hear only what is newer.
    id: str
    #: `progress` until the last one, which is `completed`, `failed` or `cancelled`.
    type: str
    #: id, status, stage, progress (percent) and error.
    state: Dict[str, Any]


@dataclass
class _Listener:
    last: Optional[str]
    retry: float = DEFAULT_RETRY


OnProgress = Callable[[Dict[str, Any]], None]


def follow(transport: Transport, id: str, last_event_id: Optional[str], deadline: float = float("inf")) -> Iterator[ProgressEvent]:
    """
    Each state newer than the last one heard, until the last there will be.

    :param deadline: of time.monotonic, after which the stream ends without the last state
    """
    listener = _Listener(last_event_id)
    empty = 0
    while time.monotonic() < deadline:
        failure: Optional[Exception] = None
        try:
            for event in _connection(transport, id, listener, deadline):
                if event is None:
                    return
                empty = -1
                yield event
                if event.type != "progress":
                    return
        except (ConnectionFailed, OSError, http.client.HTTPException) as error:
            failure = error
        empty += 1
        if empty > MOST_EMPTY_CONNECTIONS:
            raise ConnectionFailed("The stream of events broke off again and again.") from failure
        transport.sleep(max(0.0, min(listener.retry, deadline - time.monotonic())))


def _connection(transport: Transport, id: str, listener: _Listener, deadline: float) -> Iterator[Optional[ProgressEvent]]:
    """The events of one connection; None: there is nothing to hear any more."""
    headers = {"Accept": "text/event-stream"}
    if listener.last is not None:
        headers["Last-Event-ID"] = listener.last
    timeout = max(0.01, min(SILENCE, deadline - time.monotonic()))
    path = transport.fill("/api/v1/transcriptions/{id}/events", id=id)
    response = transport.open("GET", path, headers=headers, timeout=timeout)
    with response:
        if response.status == 204:
            yield None
            return
        for event in read_events(response, lambda retry: setattr(listener, "retry", retry)):
            listener.last = event.id
            yield event


def read_events(lines: Iterable[bytes], on_retry: Callable[[float], None]) -> Iterator[ProgressEvent]:
    """The events of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html); one that was cut off is none."""
    id = event = data = ""
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        field, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if line == "":
            if data:
                yield ProgressEvent(id, event or "message", json.loads(data))
            event = data = ""
        elif field == "data":
            data += value + "\n"
        elif field == "event":
            event = value
        elif field == "id":
            id = value
        elif field == "retry" and value.isdigit():
            on_retry(int(value) / 1_000)


def wait(transport: Transport, id: str, max_wait: Optional[float], on_progress: Optional[OnProgress]) -> Transcription:
    """
    Waits until the transcription has ended, over broken connections and restarts of the server.

    :raises TranscriptionFailed: when it failed or was cancelled
    :raises Unfinished: with the id, when the waiting ends before
    """
    deadline = time.monotonic() + (DEFAULT_WAIT if max_wait is None else max_wait)
    while True:
        try:
            found = _look(transport, id, deadline, on_progress)
        except StenoError as error:
            raise Unfinished(id, f"cannot be followed ({error})") from error
        if found is not None and found["status"] == "completed":
            return found
        if found is not None and found["status"] in ("failed", "cancelled"):
            raise TranscriptionFailed(found)
        if time.monotonic() >= deadline:
            raise Unfinished(id, "was not finished in the time it was given")
        transport.sleep(max(0.0, min(DEFAULT_RETRY, deadline - time.monotonic())))


def _look(transport: Transport, id: str, deadline: float, on_progress: Optional[OnProgress]) -> Optional[Transcription]:
    """Follows to the end, if nothing comes between, and reads what there is then; None while the server is away."""
    try:
        for event in follow(transport, id, None, deadline):
            if on_progress is not None:
                on_progress(event.state)
    except StenoError as error:
        if not _is_passing(error):
            raise
    try:
        return transport.call("GET", transport.fill("/api/v1/transcriptions/{id}", id=id))
    except StenoError as error:
        if not _is_passing(error):
            raise
        return None


def _is_passing(error: StenoError) -> bool:
    if isinstance(error, ApiError):
        return error.status in (408, 429) or error.status >= 500
    return isinstance(error, ConnectionFailed)
