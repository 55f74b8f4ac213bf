"""What goes wrong, by kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

if TYPE_CHECKING:
    from .generated.models import Transcription, Upload, Violation


class StenoError(Exception):
    """Whatever goes wrong in this client is one of its kinds below."""

    #: The key under which the request was sent: sent again with it within 24 hours, it takes effect no second time.
    idempotency_key: Optional[str] = None


class ApiError(StenoError):
    """The server answered, and not with what was asked for."""

    def __init__(self, status: int, problem: Dict[str, Any], retry_after: Optional[float] = None) -> None:
        super().__init__(problem.get("detail") or f"The server answered with the status {status}.")
        #: The HTTP status.
        self.status = status
        #: Stable; branch on this. `unknown` when something on the way answered in place of the server.
        self.code: str = problem.get("code", "unknown")
        #: Give it to whoever runs the server; it stands in the logs.
        self.request_id: Optional[str] = problem.get("requestId")
        #: The wrong fields, when the code is `validation_failed`.
        self.violations: List[Violation] = problem.get("errors", [])
        #: Seconds after which it makes sense to try again, when the server said so.
        self.retry_after = retry_after
        #: The whole problem document.
        self.problem = problem


class ConnectionFailed(StenoError):
    """No answer came, or only a part of one."""


class Unfinished(StenoError):
    """The waiting ended before the transcription did. The transcription goes on; wait for it again by its id."""

    def __init__(self, id: str, why: str) -> None:
        super().__init__(f"The transcription {id} {why}. It goes on; wait for it again with transcriptions.wait('{id}').")
        self.id = id


class TranscriptionFailed(StenoError):
    """The transcription ended without a transcript: it failed or was cancelled."""

    def __init__(self, transcription: Transcription) -> None:
        error = transcription["error"]
        why = f"was {transcription['status']}" if error is None else f"failed: {error['detail']}"
        super().__init__(f"The transcription {transcription['id']} {why}")
        self.id = transcription["id"]
        self.transcription = transcription


class ImportFailed(StenoError):
    """The server could not fetch a recording."""

    def __init__(self, upload: Upload) -> None:
        error = upload["error"]
        super().__init__(f"The import {upload['id']} {upload['status']}." if error is None else error["detail"])
        self.upload = upload


class ChecksumMismatch(StenoError):
    """What was stored, or is to be gone on with, is not the file that was given."""


class WebhookRefused(StenoError):
    """A webhook whose signature, time or form is not good. Answer 400 and do nothing."""
