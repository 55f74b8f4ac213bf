"""Webhooks by the Standard Webhooks signature (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Mapping, Sequence, Union

from .errors import WebhookRefused

if TYPE_CHECKING:
    from .generated.models import WebhookEvent

#: Older or newer ones are refused: they may be recorded and sent again.
TOLERANCE_SECONDS = 300


def unwrap_webhook(body: Union[str, bytes], headers: Mapping[str, str], secrets: Union[str, Sequence[str]]) -> WebhookEvent:
    """
    Checks that a webhook comes from the server, and reads it.

    :param body: exactly as it arrived, before any JSON is parsed
    :param secrets: `whsec_…`; two while one takes over from the other
    :raises WebhookRefused: when it does not
    """
    content = body.encode() if isinstance(body, str) else body
    lower = {name.lower(): value for name, value in headers.items()}
    id, at, signatures = (lower.get(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not id or not at or not signatures:
        raise WebhookRefused("The webhook lacks webhook-id, webhook-timestamp or webhook-signature.")
    if not at.isdigit() or abs(time.time() - int(at)) > TOLERANCE_SECONDS:
        raise WebhookRefused("The webhook is too old or from the future. Check the clock of this machine.")
    signed = f"{id}.{at}.".encode() + content
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        if _is_signed(signed, signatures, secret):
            return _read_event(content)
    raise WebhookRefused("The signature of the webhook is not good. Check the secret of the endpoint.")


def _is_signed(signed: bytes, signatures: str, secret: str) -> bool:
    key = _from_base64(secret[6:] if secret.startswith("whsec_") else secret)
    if not key:
        raise WebhookRefused("A secret is `whsec_` and Base64.")
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    claims = (entry.partition(",") for entry in signatures.split(" "))
    return any(version == "v1" and hmac.compare_digest(claimed.encode(), expected) for version, _, claimed in claims)


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _read_event(content: bytes) -> WebhookEvent:
    try:
        event: WebhookEvent = json.loads(content)
    except ValueError as error:
        raise WebhookRefused("The webhook is signed but not JSON.") from error
    return event
