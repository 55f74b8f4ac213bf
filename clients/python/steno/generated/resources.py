"""The API's routes. Made of openapi/openapi.json by `npm run sync`; changes here are lost."""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, Union

from .._transport import Transport
from . import models


class Routes:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport


class ApiKeysRoutes(Routes):
    def create(
        self,
        body: models.CreateApiKey,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ApiKeyWithText:
        """Create an API key."""
        return self._transport.call(
            "POST",
            "/api/v1/api-keys",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        status: Optional[Literal["active", "expired", "revoked"]] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ApiKeyPage:
        """List API keys."""
        return self._transport.call(
            "GET",
            "/api/v1/api-keys",
            query={"page": page, "limit": limit, "cursor": cursor, "status": status},
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ApiKey:
        """Look at an API key."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/api-keys/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def change(
        self,
        id: str,
        body: models.ChangeApiKey,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ApiKey:
        """Change an API key."""
        return self._transport.call(
            "PUT",
            self._transport.fill("/api/v1/api-keys/{id}", id=id),
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def revoke(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Revoke an API key."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/api-keys/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def rotate(
        self,
        id: str,
        body: models.RotateApiKey,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ApiKeyWithText:
        """Rotate an API key."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/api-keys/{id}/rotate", id=id),
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def usage(
        self,
        id: str,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.KeyCalls:
        """Count the calls of an API key."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/api-keys/{id}/usage", id=id),
            query={"from": from_, "to": to},
            timeout=timeout,
            retries=retries,
        )


class AudioRoutes(Routes):
    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.AudioPage:
        """List recordings."""
        return self._transport.call(
            "GET",
            "/api/v1/audio",
            query={"page": page, "limit": limit, "cursor": cursor},
            timeout=timeout,
            retries=retries,
        )

    def formats(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.AudioFormats:
        """List the formats of recordings and transcripts."""
        return self._transport.call(
            "GET",
            "/api/v1/audio/config/formats",
            timeout=timeout,
            retries=retries,
        )

    def health(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.AudioHealth:
        """Ask whether recordings can be transcribed."""
        return self._transport.call(
            "GET",
            "/api/v1/audio/config/health",
            timeout=timeout,
            retries=retries,
        )

    def languages(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.AudioLanguages:
        """List the languages that can be transcribed."""
        return self._transport.call(
            "GET",
            "/api/v1/audio/config/languages",
            timeout=timeout,
            retries=retries,
        )

    def import_url(
        self,
        body: models.Import,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Upload:
        """Import a recording by its URL."""
        return self._transport.call(
            "POST",
            "/api/v1/audio/import",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Audio:
        """Look at a recording."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/audio/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def remove(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Delete a recording."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/audio/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def download(
        self,
        id: str,
        *,
        track: Optional[Literal[1, 2]] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> bytes:
        """Download a recording."""
        return self._transport.fetch(
            "GET",
            self._transport.fill("/api/v1/audio/{id}/download", id=id),
            query={"track": track},
            timeout=timeout,
            retries=retries,
        )

    def join(
        self,
        id: str,
        body: models.SecondTrack,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Audio:
        """Make a recording the second track of another."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/audio/{id}/second-track", id=id),
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def link(
        self,
        id: str,
        *,
        track: Optional[Literal[1, 2]] = None,
        expiration: Optional[float] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Link:
        """Get a link to a recording."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/audio/{id}/url", id=id),
            query={"track": track, "expiration": expiration},
            timeout=timeout,
            retries=retries,
        )


class AuthRoutes(Routes):
    def profile_delete(
        self,
        body: models.DeleteAccount,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Delete your account."""
        return self._transport.call(
            "DELETE",
            "/api/v1/auth/account",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def change_password(
        self,
        body: models.ChangePassword,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Change your password."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/change-password",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def oidc_exchange(
        self,
        body: models.Exchange,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.SignedIn:
        """Exchange a sign-in code for tokens."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/exchange",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def forgot_password(
        self,
        body: models.LetterRequest,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.LetterRequested:
        """Ask for a new password."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/forgot-password",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def login(
        self,
        body: models.Login,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.SignedIn:
        """Sign in."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/login",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def logout(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Sign out."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/logout",
            repeatable=True,
            timeout=timeout,
            retries=retries,
        )

    def me(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Me:
        """Who am I."""
        return self._transport.call(
            "GET",
            "/api/v1/auth/me",
            timeout=timeout,
            retries=retries,
        )

    def profile_read(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Profile:
        """Look at your account."""
        return self._transport.call(
            "GET",
            "/api/v1/auth/profile",
            timeout=timeout,
            retries=retries,
        )

    def profile_change(
        self,
        body: models.ChangeProfile,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Profile:
        """Change your account."""
        return self._transport.call(
            "PATCH",
            "/api/v1/auth/profile",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def refresh(
        self,
        body: models.Refresh,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.SignedIn:
        """Get a new access token."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/refresh",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def register(
        self,
        body: models.Register,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> Union[models.SignedIn, models.VerificationSent]:
        """Create an account."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/register",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def resend_verification(
        self,
        body: models.LetterRequest,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.LetterRequested:
        """Send the verification letter again."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/resend-verification",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def reset_password(
        self,
        body: models.ResetPassword,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Set a new password by letter."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/reset-password",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def sessions_list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.SessionPage:
        """List your sessions."""
        return self._transport.call(
            "GET",
            "/api/v1/auth/sessions",
            query={"page": page, "limit": limit, "cursor": cursor},
            timeout=timeout,
            retries=retries,
        )

    def sessions_end(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """End a session."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/auth/sessions/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def verify_email(
        self,
        body: models.VerifyEmail,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Verify an e-mail address."""
        return self._transport.call(
            "POST",
            "/api/v1/auth/verify-email",
            body=body,
            timeout=timeout,
            retries=retries,
        )


class MeetingsRoutes(Routes):
    def backgroundservice_process_all(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Processed:
        """Process all that is pending."""
        return self._transport.call(
            "POST",
            "/api/v1/meetings/transcription/process-all",
            timeout=timeout,
            retries=retries,
        )

    def backgroundservice_restart(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.BackgroundService:
        """Restart processing."""
        return self._transport.call(
            "POST",
            "/api/v1/meetings/transcription/restart-background",
            timeout=timeout,
            retries=retries,
        )

    def backgroundservice_start(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.BackgroundService:
        """Start processing."""
        return self._transport.call(
            "POST",
            "/api/v1/meetings/transcription/start-background",
            timeout=timeout,
            retries=retries,
        )

    def backgroundservice_status(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.BackgroundService:
        """Look at the background service."""
        return self._transport.call(
            "GET",
            "/api/v1/meetings/transcription/status",
            timeout=timeout,
            retries=retries,
        )


class ProviderKeysRoutes(Routes):
    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        provider: Optional[models.KeyedProvider] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProviderKeyPage:
        """List provider keys."""
        return self._transport.call(
            "GET",
            "/api/v1/provider-keys",
            query={"page": page, "limit": limit, "cursor": cursor, "provider": provider},
            timeout=timeout,
            retries=retries,
        )

    def add(
        self,
        body: models.AddProviderKey,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProviderKey:
        """Bring a key."""
        return self._transport.call(
            "POST",
            "/api/v1/provider-keys",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def validate(
        self,
        body: models.CheckProviderKey,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.KeyVerdict:
        """Check a key."""
        return self._transport.call(
            "POST",
            "/api/v1/provider-keys/validate",
            body=body,
            repeatable=True,
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProviderKey:
        """Look at a provider key."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/provider-keys/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def change(
        self,
        id: str,
        body: models.ChangeProviderKey,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProviderKey:
        """Change a provider key."""
        return self._transport.call(
            "PATCH",
            self._transport.fill("/api/v1/provider-keys/{id}", id=id),
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def remove(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Delete a provider key."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/provider-keys/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def rotate(
        self,
        id: str,
        body: models.RotateProviderKey,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProviderKey:
        """Replace a key."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/provider-keys/{id}/rotate", id=id),
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def usage(
        self,
        id: str,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.KeyUsage:
        """Read what a key was used for."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/provider-keys/{id}/usage", id=id),
            query={"from": from_, "to": to},
            timeout=timeout,
            retries=retries,
        )


class ProvidersRoutes(Routes):
    def list(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Providers:
        """List speech providers and their models."""
        return self._transport.call(
            "GET",
            "/api/v1/providers",
            timeout=timeout,
            retries=retries,
        )

    def health(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProvidersHealth:
        """Ask how speech providers do."""
        return self._transport.call(
            "GET",
            "/api/v1/providers/health",
            timeout=timeout,
            retries=retries,
        )

    def performance(
        self,
        *,
        days: Optional[int] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.ProvidersPerformance:
        """Compare the models that were used."""
        return self._transport.call(
            "GET",
            "/api/v1/providers/performance",
            query={"days": days},
            timeout=timeout,
            retries=retries,
        )


class TranscriptionsRoutes(Routes):
    def search_find(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        q: str,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.FoundTranscriptPage:
        """Search transcripts."""
        return self._transport.call(
            "GET",
            "/api/v1/search",
            query={"page": page, "limit": limit, "q": q},
            timeout=timeout,
            retries=retries,
        )

    def create(
        self,
        body: models.OrderTranscription,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Transcription:
        """Order a transcription."""
        return self._transport.call(
            "POST",
            "/api/v1/transcriptions",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        status: Optional[Literal["pending", "processing", "completed", "failed", "cancelled"]] = None,
        audio_id: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.TranscriptionPage:
        """List transcriptions."""
        return self._transport.call(
            "GET",
            "/api/v1/transcriptions",
            query={"page": page, "limit": limit, "cursor": cursor, "status": status, "audioId": audio_id},
            timeout=timeout,
            retries=retries,
        )

    def create_batch(
        self,
        body: models.OrderBatch,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Batch:
        """Order many transcriptions."""
        return self._transport.call(
            "POST",
            "/api/v1/transcriptions/batch",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def estimate(
        self,
        body: models.EstimateOrder,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Estimate:
        """Estimate a transcription."""
        return self._transport.call(
            "POST",
            "/api/v1/transcriptions/estimate",
            body=body,
            repeatable=True,
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Transcription:
        """Look at a transcription."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/transcriptions/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def remove(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Delete a transcription."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/transcriptions/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def cancel(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Transcription:
        """Cancel a transcription."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/transcriptions/{id}/cancel", id=id),
            timeout=timeout,
            retries=retries,
        )

    def export(
        self,
        id: str,
        *,
        format: Optional[Literal["json", "verbose_json", "text", "srt", "vtt", "tsv", "words", "md", "docx", "pdf"]] = None,
        max_line_length: Optional[float] = None,
        max_lines: Optional[float] = None,
        reading_speed: Optional[float] = None,
        min_duration: Optional[float] = None,
        max_duration: Optional[float] = None,
        min_gap: Optional[float] = None,
        speakers: Optional[bool] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> bytes:
        """Get a transcript in a format."""
        return self._transport.fetch(
            "GET",
            self._transport.fill("/api/v1/transcriptions/{id}/export", id=id),
            query={"format": format, "maxLineLength": max_line_length, "maxLines": max_lines, "readingSpeed": reading_speed, "minDuration": min_duration, "maxDuration": max_duration, "minGap": min_gap, "speakers": speakers},
            timeout=timeout,
            retries=retries,
        )

    def retry(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Transcription:
        """Try a transcription again."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/transcriptions/{id}/retry", id=id),
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def segments(
        self,
        id: str,
        *,
        cursor: Optional[str] = None,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.SegmentPage:
        """Read the lines of a transcript."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/transcriptions/{id}/segments", id=id),
            query={"cursor": cursor, "page": page, "limit": limit},
            timeout=timeout,
            retries=retries,
        )

    def status(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.TranscriptionProgress:
        """Ask how far a transcription is."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/transcriptions/{id}/status", id=id),
            timeout=timeout,
            retries=retries,
        )


class UploadsRoutes(Routes):
    def begin(
        self,
        body: models.NewUpload,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.BegunUpload:
        """Begin an upload in parts."""
        return self._transport.call(
            "POST",
            "/api/v1/uploads",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.UploadPage:
        """List uploads."""
        return self._transport.call(
            "GET",
            "/api/v1/uploads",
            query={"page": page, "limit": limit, "cursor": cursor},
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.UploadProgress:
        """Look at an upload."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/uploads/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def abort(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Abort an upload."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/uploads/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def complete(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Audio:
        """Complete an upload."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/uploads/{id}/complete", id=id),
            repeatable=True,
            timeout=timeout,
            retries=retries,
        )

    def parts(
        self,
        id: str,
        body: models.PartNumbers,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.PartUrls:
        """Get URLs for parts."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/uploads/{id}/parts", id=id),
            body=body,
            repeatable=True,
            timeout=timeout,
            retries=retries,
        )


class UsageRoutes(Routes):
    def get(
        self,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        group_by: Optional[List[Literal["day", "month", "user", "apiKey", "providerKey", "installationKey", "provider", "model"]]] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Usage:
        """See what was used and what it cost."""
        return self._transport.call(
            "GET",
            "/api/v1/usage",
            query={"from": from_, "to": to, "groupBy": group_by},
            timeout=timeout,
            retries=retries,
        )

    def export(
        self,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        format: Optional[Literal["csv", "json"]] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> bytes:
        """Get the usage as a file."""
        return self._transport.fetch(
            "GET",
            "/api/v1/usage/export",
            query={"from": from_, "to": to, "format": format},
            timeout=timeout,
            retries=retries,
        )

    def quotas(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Quotas:
        """See what is left of the quotas."""
        return self._transport.call(
            "GET",
            "/api/v1/usage/quotas",
            timeout=timeout,
            retries=retries,
        )

    def report(
        self,
        month: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.MonthlyReport:
        """Read the report of a month."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/usage/reports/{month}", month=month),
            timeout=timeout,
            retries=retries,
        )


class WebhooksRoutes(Routes):
    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.WebhookPage:
        """List webhooks."""
        return self._transport.call(
            "GET",
            "/api/v1/webhooks",
            query={"page": page, "limit": limit, "cursor": cursor},
            timeout=timeout,
            retries=retries,
        )

    def create(
        self,
        body: models.CreateWebhook,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.WebhookWithSecret:
        """Add a webhook."""
        return self._transport.call(
            "POST",
            "/api/v1/webhooks",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def events(
        self,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.EventCatalogue:
        """List types of events."""
        return self._transport.call(
            "GET",
            "/api/v1/webhooks/events",
            timeout=timeout,
            retries=retries,
        )

    def subscribe_rest_hook(
        self,
        body: models.SubscribeRestHook,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.WebhookWithSecret:
        """Subscribe a REST hook."""
        return self._transport.call(
            "POST",
            "/api/v1/webhooks/rest-hooks",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def rest_hook_sample(
        self,
        *,
        event: Optional[models.WebhookEventType] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> List[models.WebhookEvent]:
        """Show a sample for a REST hook."""
        return self._transport.call(
            "GET",
            "/api/v1/webhooks/rest-hooks/sample",
            query={"event": event},
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Webhook:
        """Look at a webhook."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/webhooks/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def change(
        self,
        id: str,
        body: models.ChangeWebhook,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Webhook:
        """Change a webhook."""
        return self._transport.call(
            "PUT",
            self._transport.fill("/api/v1/webhooks/{id}", id=id),
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def remove(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Delete a webhook."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/webhooks/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def deliveries(
        self,
        id: str,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        status: Optional[models.WebhookDeliveryStatus] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.DeliveryPage:
        """List deliveries."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/webhooks/{id}/deliveries", id=id),
            query={"page": page, "limit": limit, "cursor": cursor, "status": status},
            timeout=timeout,
            retries=retries,
        )

    def delivery(
        self,
        id: str,
        delivery_id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Delivery:
        """Look at a delivery."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/webhooks/{id}/deliveries/{deliveryId}", id=id, deliveryId=delivery_id),
            timeout=timeout,
            retries=retries,
        )

    def replay(
        self,
        id: str,
        delivery_id: str,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Delivery:
        """Replay a delivery."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/webhooks/{id}/deliveries/{deliveryId}/replay", id=id, deliveryId=delivery_id),
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def replay_missed(
        self,
        id: str,
        body: models.ReplayWebhook,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Replayed:
        """Replay what was missed."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/webhooks/{id}/replay", id=id),
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def rotate(
        self,
        id: str,
        body: models.RotateWebhookSecret,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.WebhookWithSecret:
        """Rotate the secret of a webhook."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/webhooks/{id}/rotate-secret", id=id),
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def test(
        self,
        id: str,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Delivery:
        """Test a webhook."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/webhooks/{id}/test", id=id),
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )


class WorkspacesRoutes(Routes):
    def accept_invitation(
        self,
        body: models.AcceptInvitation,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Workspace:
        """Accept an invitation."""
        return self._transport.call(
            "POST",
            "/api/v1/invitations/accept",
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def list(
        self,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        deleted: Optional[bool] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.WorkspacePage:
        """List your workspaces."""
        return self._transport.call(
            "GET",
            "/api/v1/workspaces",
            query={"page": page, "limit": limit, "cursor": cursor, "deleted": deleted},
            timeout=timeout,
            retries=retries,
        )

    def create(
        self,
        body: models.WorkspaceName,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Workspace:
        """Create a workspace."""
        return self._transport.call(
            "POST",
            "/api/v1/workspaces",
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def get(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Workspace:
        """Look at a workspace."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/workspaces/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def change(
        self,
        id: str,
        body: models.WorkspaceChange,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Workspace:
        """Change a workspace: its name, its time zone, how long it keeps things, who transcribes."""
        return self._transport.call(
            "PATCH",
            self._transport.fill("/api/v1/workspaces/{id}", id=id),
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def remove(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Delete a workspace."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/workspaces/{id}", id=id),
            timeout=timeout,
            retries=retries,
        )

    def audit_log(
        self,
        id: str,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        action: Optional[Literal["account.registered", "account.email_verified", "account.password_changed", "account.password_reset", "account.profile_changed", "account.email_changed", "account.deleted", "account.restored", "account.identity_linked", "account.disabled", "account.enabled", "account.platform_role_changed", "session.started", "session.refused", "session.ended", "session.token_reused", "workspace.created", "workspace.changed", "workspace.plan_changed", "workspace.deleted", "workspace.restored", "workspace.purged", "workspace.ownership_transferred", "member.joined", "member.role_changed", "member.removed", "member.left", "invitation.sent", "invitation.revoked", "invitation.accepted", "api_key.created", "api_key.changed", "api_key.rotated", "api_key.revoked", "provider_key.created", "provider_key.changed", "provider_key.rotated", "provider_key.deleted", "provider_key.checked", "provider_key.rejected", "webhook.created", "webhook.changed", "webhook.deleted", "webhook.secret_rotated", "webhook.disabled", "webhook.replayed", "audit_log.exported", "processing.started", "processing.restarted", "processing.all_processed", "retention.applied"]] = None,
        actor_id: Optional[str] = None,
        target_kind: Optional[str] = None,
        target_id: Optional[str] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        format: Optional[Literal["csv", "json"]] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> bytes:
        """Read what was done in a workspace."""
        return self._transport.fetch(
            "GET",
            self._transport.fill("/api/v1/workspaces/{id}/audit-log", id=id),
            query={"page": page, "limit": limit, "cursor": cursor, "action": action, "actorId": actor_id, "targetKind": target_kind, "targetId": target_id, "from": from_, "to": to, "format": format},
            timeout=timeout,
            retries=retries,
        )

    def invitations_list(
        self,
        id: str,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.InvitationPage:
        """List invitations."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/workspaces/{id}/invitations", id=id),
            query={"page": page, "limit": limit, "cursor": cursor},
            timeout=timeout,
            retries=retries,
        )

    def invite(
        self,
        id: str,
        body: models.Invite,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Invitation:
        """Invite somebody."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/workspaces/{id}/invitations", id=id),
            body=body,
            keyed=True,
            idempotency_key=idempotency_key,
            timeout=timeout,
            retries=retries,
        )

    def invitations_revoke(
        self,
        id: str,
        invitation_id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Revoke an invitation."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/workspaces/{id}/invitations/{invitationId}", id=id, invitationId=invitation_id),
            timeout=timeout,
            retries=retries,
        )

    def members_list(
        self,
        id: str,
        *,
        page: Optional[float] = None,
        limit: Optional[float] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.MemberPage:
        """List the members of a workspace."""
        return self._transport.call(
            "GET",
            self._transport.fill("/api/v1/workspaces/{id}/members", id=id),
            query={"page": page, "limit": limit, "cursor": cursor},
            timeout=timeout,
            retries=retries,
        )

    def members_change_role(
        self,
        id: str,
        user_id: str,
        body: models.ChangeRole,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Member:
        """Change a member's role."""
        return self._transport.call(
            "PATCH",
            self._transport.fill("/api/v1/workspaces/{id}/members/{userId}", id=id, userId=user_id),
            body=body,
            timeout=timeout,
            retries=retries,
        )

    def members_remove(
        self,
        id: str,
        user_id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> None:
        """Leave a workspace, or remove a member."""
        return self._transport.call(
            "DELETE",
            self._transport.fill("/api/v1/workspaces/{id}/members/{userId}", id=id, userId=user_id),
            timeout=timeout,
            retries=retries,
        )

    def restore(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Workspace:
        """Restore a deleted workspace."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/workspaces/{id}/restore", id=id),
            timeout=timeout,
            retries=retries,
        )

    def transfer_ownership(
        self,
        id: str,
        body: models.TransferOwnership,
        *,
        timeout: Optional[float] = None,
        retries: Optional[int] = None,
    ) -> models.Member:
        """Give a workspace to another member."""
        return self._transport.call(
            "POST",
            self._transport.fill("/api/v1/workspaces/{id}/transfer-ownership", id=id),
            body=body,
            timeout=timeout,
            retries=retries,
        )


class Resources:
    def __init__(self, transport: Transport) -> None:
        self.api_keys = ApiKeysRoutes(transport)
        self.audio = AudioRoutes(transport)
        self.auth = AuthRoutes(transport)
        self.meetings = MeetingsRoutes(transport)
        self.provider_keys = ProviderKeysRoutes(transport)
        self.providers = ProvidersRoutes(transport)
        self.transcriptions = TranscriptionsRoutes(transport)
        self.uploads = UploadsRoutes(transport)
        self.usage = UsageRoutes(transport)
        self.webhooks = WebhooksRoutes(transport)
        self.workspaces = WorkspacesRoutes(transport)
