"""Client for Steno, the self-hosted backend for speech. It needs nothing beside the standard library."""

from ._progress import ProgressEvent
from ._webhook import unwrap_webhook
from .client import Steno, each
from .errors import (
    ApiError,
    ChecksumMismatch,
    ConnectionFailed,
    ImportFailed,
    StenoError,
    TranscriptionFailed,
    Unfinished,
    WebhookRefused,
)
from .generated import models
from .generated.problem_codes import PROBLEM_CODES

__all__ = [
    "ApiError",
    "ChecksumMismatch",
    "ConnectionFailed",
    "ImportFailed",
    "PROBLEM_CODES",
    "ProgressEvent",
    "Steno",
    "StenoError",
    "TranscriptionFailed",
    "Unfinished",
    "WebhookRefused",
    "each",
    "models",
    "unwrap_webhook",
]
