"""The client: the routes as they are described, and what takes more than one request."""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Dict, Iterator, Optional, TypeVar

from . import _progress
from ._progress import ProgressEvent
from ._transport import Transport
from ._upload import DIRECT_BYTES, OnProgress, Path, UploadOptions, send_recording
from .errors import ImportFailed
from .generated import models
from .generated.resources import AudioRoutes, Resources, TranscriptionsRoutes

Item = TypeVar("Item")

#: How often it is asked whether the server has fetched a file.
IMPORT_POLL = 1.0


def each(fetch_page: Callable[..., Any], *args: Any, **query: Any) -> Iterator[Any]:
    """
    Every item of a list, page after page, each fetched when the one before is used up.

    :param fetch_page: a method that gives one page, such as `steno.transcriptions.list`
    """
    cursor: Optional[str] = None
    while True:
        page = fetch_page(*args, **query) if cursor is None else fetch_page(*args, **{**query, "cursor": cursor})
        yield from page["data"]
        cursor = page["nextCursor"]
        if cursor is None:
            return


class Audio(AudioRoutes):
    """Recordings."""

    def upload(
        self,
        path: Path,
        *,
        name: Optional[str] = None,
        upload_id: Optional[str] = None,
        on_begun: Optional[Callable[[str], None]] = None,
        on_progress: Optional[OnProgress] = None,
        parallel: int = 4,
        direct_bytes: int = DIRECT_BYTES,
        idempotency_key: Optional[str] = None,
    ) -> models.Audio:
        """
        Sends a recording: in one request when it is small, else in parts side by side. What is stored is checked by SHA-256.

        :param upload_id: an upload that was begun before and did not end; only the missing parts are sent
        :param on_begun: told the id of an upload in parts before anything is sent; keep it, and the upload can go on after a crash
        :param on_progress: told how many bytes have arrived, and of how many
        """
        options = UploadOptions(
            name=name or os.path.basename(os.fspath(path)),
            upload_id=upload_id,
            on_begun=on_begun,
            on_progress=on_progress,
            parallel=parallel,
            direct_bytes=direct_bytes,
            idempotency_key=idempotency_key,
        )
        return send_recording(self._transport, path, options)

    def import_and_wait(self, body: models.Import, *, max_wait: float = 3_600.0) -> models.Audio:
        """
        Has the server fetch a recording and waits until it has it.

        :raises ImportFailed: when it could not, or did not within `max_wait` seconds (then it goes on)
        """
        upload: Any = self.import_url(body)
        deadline = time.monotonic() + max_wait
        while True:
            upload = self._transport.call("GET", self._transport.fill("/api/v1/uploads/{id}", id=upload["id"]))
            if upload["audioId"] is not None:
                return self.get(upload["audioId"])
            if upload["finishedAt"] is not None or time.monotonic() > deadline:
                raise ImportFailed(upload)
            self._transport.sleep(IMPORT_POLL)


class Transcriptions(TranscriptionsRoutes):
    """Transcripts: ordered, followed, read, exported."""

    def create_and_wait(
        self,
        body: models.OrderTranscription,
        *,
        max_wait: Optional[float] = None,
        on_created: Optional[Callable[[models.Transcription], None]] = None,
        on_progress: Optional[Callable[[Dict[str, Any]], None]] = None,
        idempotency_key: Optional[str] = None,
    ) -> models.Transcription:
        """
        Orders a transcript and waits for it.

        :param max_wait: seconds; an hour when left out
        :param on_created: told the order as soon as the server has it; from then on nothing loses it
        :raises TranscriptionFailed: when it failed or was cancelled
        :raises Unfinished: when the waiting ends before: it carries the id, the transcription goes on, and `wait` goes on waiting
        """
        created = self.create(body, idempotency_key=idempotency_key)
        if on_created is not None:
            on_created(created)
        return self.wait(created["id"], max_wait=max_wait, on_progress=on_progress)

    def wait(
        self,
        id: str,
        *,
        max_wait: Optional[float] = None,
        on_progress: Optional[Callable[[Dict[str, Any]], None]] = None,
    ) -> models.Transcription:
        """Waits for a transcription that was ordered; raises as `create_and_wait` does."""
        return _progress.wait(self._transport, id, max_wait, on_progress)

    def follow(self, id: str, *, last_event_id: Optional[str] = None) -> Iterator[ProgressEvent]:
        """Its states as they come about, until the last; connections that break are made again where they ended."""
        return _progress.follow(self._transport, id, last_event_id)

    def export_text(self, id: str, **options: Any) -> str:
        """The transcript as text: captions, Markdown, JSON and the like; takes what `export` takes."""
        return self.export(id, **options).decode()


class Steno(Resources):
    """
    A client of one server, with the credentials of one key or person.

    :param base_url: where the server is, such as https://steno.example.com
    :param api_key: a key of the workspace (`stn_…`), from POST /api/v1/api-keys
    :param access_token: in place of a key: the access token of a person who is signed in
    :param workspace_id: the workspace to work in, for a person who has several; a key works in its own
    :param timeout: seconds until a connection on which nothing arrives is given up
    :param retries: how often a request that failed for a passing reason is sent again
    """

    audio: Audio
    transcriptions: Transcriptions

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Optional[str] = None,
        access_token: Optional[str] = None,
        workspace_id: Optional[str] = None,
        timeout: float = 60.0,
        retries: int = 4,
    ) -> None:
        transport = Transport(
            base_url, api_key=api_key, access_token=access_token, workspace_id=workspace_id, timeout=timeout, retries=retries
        )
        super().__init__(transport)
        self.audio = Audio(transport)
        self.transcriptions = Transcriptions(transport)
