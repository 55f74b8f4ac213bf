"""The API's resources and requests. Made of openapi/openapi.json by `npm run sync`; changes here are lost."""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union


class AcceptInvitation(TypedDict):
    #: From the letter.
    token: str


class AddProviderKey(TypedDict):
    provider: KeyedProvider
    name: str
    #: As its provider gave it. It is kept sealed and never shown again.
    apiKey: str


class ApiKey(TypedDict):
    id: str
    name: str
    #: The first characters of the key, to recognise it by.
    prefix: str
    #: Its last four.
    lastFour: str
    #: Each includes the ones before.
    scopes: List[Literal["read", "write", "admin"]]
    #: Requests an hour; null: as many as the plan allows.
    limitPerHour: Optional[float]
    status: Literal["active", "expired", "revoked"]
    #: The user who made it and for whom it acts.
    userId: str
    #: Null: it does not expire.
    expiresAt: Optional[str]
    #: Until when the key before the last rotation works besides; null: it does not.
    previousUntil: Optional[str]
    #: A few seconds behind.
    lastUsedAt: Optional[str]
    revokedAt: Optional[str]
    createdAt: str
    updatedAt: str


class ApiKeyPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[ApiKey]


class ApiKeyWithText(TypedDict):
    id: str
    name: str
    #: The first characters of the key, to recognise it by.
    prefix: str
    #: Its last four.
    lastFour: str
    #: Each includes the ones before.
    scopes: List[Literal["read", "write", "admin"]]
    #: Requests an hour; null: as many as the plan allows.
    limitPerHour: Optional[float]
    status: Literal["active", "expired", "revoked"]
    #: The user who made it and for whom it acts.
    userId: str
    #: Null: it does not expire.
    expiresAt: Optional[str]
    #: Until when the key before the last rotation works besides; null: it does not.
    previousUntil: Optional[str]
    #: A few seconds behind.
    lastUsedAt: Optional[str]
    revokedAt: Optional[str]
    createdAt: str
    updatedAt: str
    #: The key itself, shown this once: keep it now. Send it as Authorization: Bearer <key>.
    key: str


class ArrivedPart(TypedDict):
    number: float
    bytes: float


class AudioDeletedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class Audio(TypedDict):
    id: str
    #: As the client named the file.
    name: str
    #: Told by the bytes, not by the name.
    container: Literal["mp3", "wav", "mp4", "m4a", "aac", "ogg", "opus", "flac", "webm"]
    contentType: str
    codec: str
    #: Hertz.
    sampleRate: float
    channels: float
    #: Seconds the file claims; a transcription counts the real ones.
    claimedSeconds: Optional[float]
    bytes: float
    #: SHA-256 of the file, hexadecimal.
    sha256: str
    #: Set where two recordings of one event make up this one; the fields beside it are those of the first.
    dual: Optional[Tracks]
    createdAt: str


class AudioFormats(TypedDict):
    #: Recognised by their bytes; names and declared types do not matter.
    recordings: List[RecordingFormat]
    #: Largest recording.
    maxBytes: float
    #: Longest recording.
    maxSeconds: float
    #: Of exports.
    transcripts: List[Literal["json", "verbose_json", "text", "srt", "vtt", "tsv", "words", "md", "docx", "pdf"]]


class AudioHealth(TypedDict):
    status: Literal["ok", "degraded", "unavailable"]
    #: Parts of the installation that do not work now. Recordings that are taken are kept and transcribed later.
    failing: List[str]
    #: Who can transcribe for this workspace.
    models: List[str]


class AudioLanguage(TypedDict):
    #: What `language` of an order takes.
    code: str
    name: str
    #: Provider and model.
    models: List[str]


class AudioLanguages(TypedDict):
    languages: List[AudioLanguage]


class AudioPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Audio]


class AudioTranscribedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class AudioUploadedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class AuditEntry(TypedDict):
    id: str
    at: str
    action: Literal["account.registered", "account.email_verified", "account.password_changed", "account.password_reset", "account.profile_changed", "account.email_changed", "account.deleted", "account.restored", "account.identity_linked", "account.disabled", "account.enabled", "account.platform_role_changed", "session.started", "session.refused", "session.ended", "session.token_reused", "workspace.created", "workspace.changed", "workspace.plan_changed", "workspace.deleted", "workspace.restored", "workspace.purged", "workspace.ownership_transferred", "member.joined", "member.role_changed", "member.removed", "member.left", "invitation.sent", "invitation.revoked", "invitation.accepted", "api_key.created", "api_key.changed", "api_key.rotated", "api_key.revoked", "provider_key.created", "provider_key.changed", "provider_key.rotated", "provider_key.deleted", "provider_key.checked", "provider_key.rejected", "webhook.created", "webhook.changed", "webhook.deleted", "webhook.secret_rotated", "webhook.disabled", "webhook.replayed", "audit_log.exported", "processing.started", "processing.restarted", "processing.all_processed", "retention.applied"]
    actorKind: Literal["user", "key", "system", "anonymous"]
    actorId: Optional[str]
    #: As it was called then.
    actorName: Optional[str]
    #: What it was done to: user, invitation, api_key, …
    targetKind: Optional[str]
    targetId: Optional[str]
    details: Dict[str, Any]
    #: Of the client.
    address: Optional[str]
    device: Optional[str]
    requestId: Optional[str]


class AuditPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[AuditEntry]


class BackgroundService(TypedDict):
    #: no_workers: nobody takes transcriptions.
    state: Literal["running", "no_workers"]
    queues: List[Queue]
    workers: List[Worker]
    stuck: List[StuckJobs]


class Batch(TypedDict):
    #: One for each order, in their order.
    results: List[BatchResult]


class BatchResult(TypedDict):
    #: As the answer to this order alone would have: 202, or that of the problem.
    status: float
    #: Null when it could not be ordered.
    transcription: Optional[Transcription]
    #: Why it could not be ordered.
    problem: Optional[Problem]


class BegunUpload(TypedDict):
    id: str
    #: In parts by URL, resumable in order, or fetched from a URL.
    kind: Literal["parts", "resumable", "url"]
    status: Literal["open", "completing", "completed", "failed", "aborted", "expired"]
    name: str
    #: Size of the whole; null until it is known.
    bytes: Optional[float]
    #: What has arrived. Of an upload in parts, lists say it only once it is complete.
    receivedBytes: float
    #: Whole percents of the bytes.
    percentage: Optional[float]
    #: Size of every part but the last.
    partBytes: Optional[float]
    partCount: Optional[float]
    #: What was announced.
    sha256: Optional[str]
    #: The host it is fetched from.
    sourceHost: Optional[str]
    #: The recording, once it is complete.
    audioId: Optional[str]
    error: Optional[UploadFailure]
    #: When it is given up.
    expiresAt: str
    createdAt: str
    finishedAt: Optional[str]
    #: Of the first 100 parts.
    partUrls: List[PartUrl]
    #: When these URLs end; more may be had.
    urlsExpireAt: str


class CallsOfDay(TypedDict):
    #: In UTC.
    day: str
    calls: float
    #: When the last of them came.
    lastAt: str


class ChangeApiKey(TypedDict, total=False):
    name: str
    scopes: List[Literal["read", "write", "admin"]]
    #: Null: the plan's.
    limitPerHour: Optional[float]
    #: Null: never.
    expiresAt: Optional[str]


class _ChangePasswordRequired(TypedDict):
    currentPassword: str
    #: 10 characters or more, 72 bytes at most; no rules about their kinds, but none of those tried first.
    newPassword: str


class ChangePassword(_ChangePasswordRequired, total=False):
    #: Whether all other devices are signed out.
    endOtherSessions: bool


class ChangeProfile(TypedDict, total=False):
    #: How other people see you.
    name: str
    #: Becomes yours when you follow the link in the letter sent there. Wants currentPassword.
    email: str
    currentPassword: str


class ChangeProviderKey(TypedDict, total=False):
    name: str
    #: `active` asks the provider first, when the key is not active.
    status: Literal["active", "disabled"]


class ChangeRole(TypedDict):
    role: Literal["owner", "admin", "member", "viewer"]


class ChangeWebhook(TypedDict, total=False):
    name: str
    #: On the public internet, unless the operator allows inner hosts. It is kept sealed.
    url: str
    #: Types of events that are wanted; none: all, also those that are yet to come.
    events: List[WebhookEventType]
    #: One that is made active begins anew. If it was disabled because it was gone or failing, what it missed is sent now; otherwise POST /api/v1/webhooks/{id}/replay has that done.
    status: WebhookStatus


class _CheckRequired(TypedDict):
    ok: bool
    milliseconds: float


class Check(_CheckRequired, total=False):
    #: What is wrong, when it is not ok.
    detail: str


class CheckProviderKey(TypedDict, total=False):
    #: A key of the workspace.
    id: str
    provider: KeyedProvider
    apiKey: str


class _CreateApiKeyRequired(TypedDict):
    #: What it is for.
    name: str
    #: What it may do; each includes the ones before. Never more than your role may.
    scopes: List[Literal["read", "write", "admin"]]


class CreateApiKey(_CreateApiKeyRequired, total=False):
    #: Requests an hour, at most as many as the plan allows. Null: the plan's.
    limitPerHour: Optional[float]
    #: When it ends by itself, within five years. Null: never.
    expiresAt: Optional[str]


class _CreateWebhookRequired(TypedDict):
    name: str
    #: On the public internet, unless the operator allows inner hosts. It is kept sealed.
    url: str


class CreateWebhook(_CreateWebhookRequired, total=False):
    #: `standard`: signed JSON for programs; `slack`, `discord`: a short text for the incoming webhook of such a chat.
    kind: Literal["standard", "slack", "discord"]
    #: Types of events that are wanted; none: all, also those that are yet to come.
    events: List[WebhookEventType]


class DeleteAccount(TypedDict):
    password: str


class DeliveryAttempt(TypedDict):
    at: str
    #: Until it was answered, or given up; 15 000 at most.
    milliseconds: float
    #: What the endpoint answered; null when it did not.
    status: Optional[float]
    #: Why the try failed; null when it did not.
    error: Optional[str]
    #: The beginning of the answer, at most 1000 bytes.
    response: str


class Delivery(TypedDict):
    #: As in X-Steno-Delivery-ID.
    id: str
    #: What is sent.
    event: WebhookEvent
    #: `waiting` for its first or next try; `failed`: all nine tries did; `missed`: the webhook was disabled. The last two can be replayed.
    status: WebhookDeliveryStatus
    #: How many tries have failed, since it was last replayed.
    failedTries: float
    nextTryAt: Optional[str]
    #: The latest tries, oldest first; 18 at most.
    attempts: List[DeliveryAttempt]
    createdAt: str
    finishedAt: Optional[str]


class DeliveryPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Delivery]


class DiarizedSpeechAnswer(TypedDict):
    text: str
    usage: DurationUsage
    task: Literal["transcribe"]
    duration: float
    segments: List[SpokenSegment]


class DurationUsage(TypedDict):
    type: Literal["duration"]
    #: Seconds of sound, counted; what a file says of itself does not matter.
    seconds: float


class Engine(TypedDict):
    provider: str
    model: str
    #: The text is good for trying things out, not for use.
    lowAccuracy: bool


class Estimate(TypedDict):
    provider: str
    model: str
    #: Seconds of sound, of all channels that are transcribed apart together, as the file claims. What counts in the end is what decoding finds, without silence.
    seconds: float
    #: Millionths of a US dollar by the price table; null: nobody knows the price, which is not the same as nothing.
    costMicroDollars: Optional[float]
    quotas: List[NeededQuota]
    #: Whether an order would be taken now.
    fits: bool
    #: Seconds until the transcript would be there; null when nothing is known to reckon from.
    estimatedSecondsLeft: Optional[float]


class EstimateOrder(TypedDict, total=False):
    #: Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.
    provider: str
    #: One of the provider's models. Left out: the server decides.
    model: str
    #: By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or private: it never leaves this machine. Left out: as the workspace or the server has it.
    policy: Optional[Literal["cheapest", "fastest", "best", "private"]]
    #: Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.
    order: Optional[List[str]]
    #: Spoken language, ISO 639-1. Left out: the model finds out.
    language: str
    #: Names and words to expect, or the style to write in.
    prompt: str
    #: Names and words to expect, after the prompt. In a form: parted by commas.
    vocabulary: List[str]
    #: translate: the text is in English, whatever is spoken; needs a model that can.
    task: Literal["transcribe", "translate"]
    #: How freely the model guesses.
    temperature: float
    #: Whether to tell speakers apart; needs a model that can.
    diarize: bool
    #: Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.
    reuse: bool
    #: Goes before or after the workspace's other orders; other workspaces are not concerned.
    priority: Literal["high", "normal", "low"]
    #: separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. A recording of two tracks always is.
    channels: Literal["mixed", "separate"]
    #: A recording of this workspace; or say how long one is with seconds.
    audioId: str
    #: Of sound, in place of a recording.
    seconds: float


class EventCatalogue(TypedDict):
    data: List[EventType]


class EventType(TypedDict):
    type: WebhookEventTypeSent
    description: str
    example: WebhookEvent


class ExcerptPiece(TypedDict):
    text: str
    #: Whether it was searched for.
    match: bool


class Exchange(TypedDict):
    #: From the address the browser came back to; good once, for a minute.
    code: str


class FailedTries(TypedDict):
    #: How many, of what is not done yet.
    count: float
    #: Why the last one did.
    lastError: Optional[Failure]
    #: When the next one is; null while something goes on.
    nextTryAt: Optional[str]


class Failure(TypedDict):
    #: Stable.
    code: str
    detail: str


class FoundTranscript(TypedDict):
    id: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    #: What is being done, or was done last.
    stage: Literal["prepare", "transcribe", "assemble"]
    #: Percent; never goes back.
    progress: float
    #: Set when the status is failed.
    error: Optional[Failure]
    #: Null once the recording was deleted.
    audioId: Optional[str]
    engine: Engine
    #: Spoken language, when it is known.
    language: Optional[str]
    #: Seconds of sound, counted by decoding.
    durationSeconds: Optional[float]
    priority: Literal["high", "normal", "low"]
    #: The transcription whose result this one took over, because sound and options were the same.
    reusedFrom: Optional[str]
    #: What a reader should know: a code, then a sentence.
    warnings: List[str]
    createdAt: str
    startedAt: Optional[str]
    finishedAt: Optional[str]
    #: How well it fits; only to be compared within one answer.
    rank: float
    #: The first places in the text, to be shown one piece after the other.
    excerpt: List[ExcerptPiece]


class FoundTranscriptPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[FoundTranscript]


class _HealthRequired(TypedDict):
    status: Literal["ok", "failing"]
    app: str
    version: str
    uptimeSeconds: float


class Health(_HealthRequired, total=False):
    #: In detail only, as all that follows.
    checks: Dict[str, Check]
    #: Null when the database does not tell.
    queues: Optional[List[QueueHealth]]
    #: Workers that were seen within the last minute.
    workers: Optional[int]
    providers: Optional[List[ProviderStanding]]
    memory: Memory


class _ImportRequired(TypedDict):
    #: Where the file lies: https or http, reachable by anybody on the public internet, without signing in. A signed link is kept sealed, and forgotten once it is fetched.
    url: str


class Import(_ImportRequired, total=False):
    #: What the recording is called. Left out: as in the address.
    name: str
    #: SHA-256 the file must have, hexadecimal.
    sha256: str


class Invitation(TypedDict):
    id: str
    email: str
    role: Literal["admin", "member", "viewer"]
    #: Who sent it.
    invitedBy: str
    createdAt: str
    expiresAt: str


class InvitationPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Invitation]


class Invite(TypedDict):
    email: str
    #: Owners are made by PATCH workspaces/{id}/members/{userId}.
    role: Literal["admin", "member", "viewer"]


KeyCalls = TypedDict(
    "KeyCalls",
    {
        "from": "str",
        "to": "str",
        "total": "float",
        "days": "List[CallsOfDay]",
    },
)


KeyUsage = TypedDict(
    "KeyUsage",
    {
        "from": "str",
        "to": "str",
        "total": "KeyUsageSums",
        "days": "List[KeyUsageOfDay]",
    },
)


class KeyUsageOfDay(TypedDict):
    #: Calls, the failed ones included.
    calls: float
    failed: float
    #: Seconds of sound in the calls that were answered.
    audioSeconds: float
    #: Millionths of a US dollar by the price table; the provider's bill is the truth. null where no price is known.
    costMicroDollars: Optional[float]
    day: str
    provider: str
    model: str


class KeyUsageSums(TypedDict):
    #: Calls, the failed ones included.
    calls: float
    failed: float
    #: Seconds of sound in the calls that were answered.
    audioSeconds: float
    #: Millionths of a US dollar by the price table; the provider's bill is the truth. null where no price is known.
    costMicroDollars: Optional[float]


class KeyVerdict(TypedDict):
    provider: KeyedProvider
    valid: bool
    #: The provider's code for its refusal.
    code: Optional[str]
    detail: str


class Latency(TypedDict):
    #: Half of the answers came within as many milliseconds.
    p50: float
    #: Nineteen of twenty answers came within as many.
    p95: float


class LetterRequest(TypedDict):
    email: str


class LetterRequested(TypedDict):
    email: str
    #: If the address has an account that wants the letter, it is on its way.
    status: Literal["requested"]


class Link(TypedDict):
    url: str
    expiresAt: str


class Live(TypedDict):
    status: Literal["live"]


class Login(TypedDict):
    email: str
    password: str


class Me(TypedDict):
    user: User
    #: The workspace this request works in.
    workspace: WorkspaceSummary


class Member(TypedDict):
    userId: str
    email: str
    name: str
    role: Literal["owner", "admin", "member", "viewer"]
    joinedAt: str


class MemberPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Member]


class Memory(TypedDict):
    residentBytes: float
    heapUsedBytes: float


class ModelPerformance(TypedDict):
    provider: SpeechProvider
    model: str
    #: All of them.
    calls: float
    #: Those that were cut off because nobody wanted the answer any more.
    cancelled: float
    #: Those that failed otherwise.
    failed: float
    #: These by their reason.
    failedByKind: Dict[str, int]
    #: Share of failed calls, without the cut off ones.
    errorRate: Optional[float]
    #: Of the answered calls; null without any.
    latencyMs: Optional[Latency]
    #: Seconds of sound in the answered calls.
    audioSeconds: float
    #: Seconds of sound heard in a second of waiting.
    timesRealTime: Optional[float]
    #: Millionths of a US dollar. null: the price is not known.
    costMicroDollars: Optional[float]
    #: The same for an hour of sound.
    microDollarsPerHour: Optional[float]


class MonthlyReport(TypedDict):
    month: str
    total: UsageSums
    byDay: List[UsageGroup]
    byUser: List[UsageGroup]
    byApiKey: List[UsageGroup]
    #: By provider, model and key of the provider.
    byModel: List[UsageGroup]


class NeededQuota(TypedDict):
    resource: Literal["storage", "processing", "transcription", "calls", "tokens"]
    #: Seconds of sound.
    needed: float
    #: Seconds that are left; null: as many as you like.
    left: Optional[float]
    fits: bool
    resetAt: Optional[str]


class _NewUploadRequired(TypedDict):
    #: Name of the file, for people.
    name: str
    #: Size of the file. The server has a limit, 500 MB where nothing else was set.
    bytes: float


class NewUpload(_NewUploadRequired, total=False):
    #: Taken and not looked at: the bytes decide what it is.
    contentType: str
    #: SHA-256 of the file, hexadecimal. What arrives otherwise is refused.
    sha256: str


class OpenAiError(TypedDict):
    error: Dict[str, Any]


class OpenAiModel(TypedDict):
    id: str
    object: Literal["model"]
    #: Seconds since 1970: when what is known of it was read.
    created: int
    #: Who serves it here.
    owned_by: str


class OpenAiModelList(TypedDict):
    object: Literal["list"]
    data: List[OpenAiModel]


class OrderBatch(TypedDict):
    items: List[OrderTranscription]


class _OrderTranscriptionRequired(TypedDict):
    #: A recording of this workspace.
    audioId: str


class OrderTranscription(_OrderTranscriptionRequired, total=False):
    #: Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.
    provider: str
    #: One of the provider's models. Left out: the server decides.
    model: str
    #: By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or private: it never leaves this machine. Left out: as the workspace or the server has it.
    policy: Optional[Literal["cheapest", "fastest", "best", "private"]]
    #: Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.
    order: Optional[List[str]]
    #: Spoken language, ISO 639-1. Left out: the model finds out.
    language: str
    #: Names and words to expect, or the style to write in.
    prompt: str
    #: Names and words to expect, after the prompt. In a form: parted by commas.
    vocabulary: List[str]
    #: translate: the text is in English, whatever is spoken; needs a model that can.
    task: Literal["transcribe", "translate"]
    #: How freely the model guesses.
    temperature: float
    #: Whether to tell speakers apart; needs a model that can.
    diarize: bool
    #: Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.
    reuse: bool
    #: Goes before or after the workspace's other orders; other workspaces are not concerned.
    priority: Literal["high", "normal", "low"]
    #: separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. A recording of two tracks always is.
    channels: Literal["mixed", "separate"]


class PartNumbers(TypedDict):
    #: From 1.
    numbers: List[float]


class PartUrl(TypedDict):
    #: From 1.
    number: float
    #: The exact size of the part; another is refused.
    bytes: float
    #: Takes the bytes by PUT, without a token.
    url: str


class PartUrls(TypedDict):
    partUrls: List[PartUrl]
    #: When these URLs end; more may be had.
    urlsExpireAt: str


class _ProblemRequired(TypedDict):
    #: Names the kind of problem; ends with the code.
    type: str
    #: The same for every occurrence of the code.
    title: str
    #: The HTTP status.
    status: float
    #: What was wrong this time and what to do.
    detail: str
    #: The path that was asked for.
    instance: str
    #: Stable; branch on this.
    code: str
    #: Give it when you report the problem; it stands in our logs.
    requestId: str


class Problem(_ProblemRequired, total=False):
    #: The wrong fields, when the code is validation_failed.
    errors: List[Violation]


class Processed(TypedDict):
    #: Jobs that waited for their next try and are tried now.
    triedNow: float
    #: Transcriptions that had failed by a fault of the service and are tried again.
    retried: float


class Profile(TypedDict):
    id: str
    email: str
    emailVerified: bool
    #: The address you asked for and have not confirmed yet.
    pendingEmail: Optional[str]
    name: str
    #: False when you only sign in elsewhere.
    hasPassword: bool
    createdAt: str


class Provider(TypedDict):
    id: SpeechProvider
    #: Whether an order may name it.
    usable: bool
    #: Whose key work is done with; the workspace's own goes before the server's. null: there is none.
    key: Optional[Literal["workspace", "server", "none_needed"]]
    #: What makes it usable; null when it is.
    hint: Optional[str]
    #: The first one is used when an order names none.
    models: List[SpeechModel]


class ProviderHealth(TypedDict):
    id: SpeechProvider
    #: `degraded`: a fifth of the last calls failed, or more. `failing`: the last five failed, or the key or the account has to be mended. `unknown`: it was not called in the last hour. `unconfigured`: there is no key.
    state: ProviderState
    #: Whose key work is done with; the workspace's own goes before the server's. null: there is none.
    key: Optional[Literal["workspace", "server", "none_needed"]]
    #: Whether the provider refused the workspace's own key.
    keyRejected: bool
    #: `open`: too many calls failed, so nothing is sent there for now. `half_open`: one call tries whether it works again.
    circuit: Literal["closed", "open", "half_open"]
    #: Calls of the last hour, the last twenty at most.
    calls: float
    #: Of these, how many failed.
    failed: float
    lastAnsweredAt: Optional[str]
    lastFailedAt: Optional[str]
    #: Why the last one that failed did.
    lastError: Optional[str]


class ProviderKey(TypedDict):
    id: str
    provider: KeyedProvider
    name: str
    #: The last four characters of the key; all of it that is ever shown.
    lastFour: str
    #: Of a provider's active keys the oldest is used for all work of the workspace, before the server's own. `rejected`: the provider refused it; until it is replaced, disabled or deleted, work fails rather than moving to the server's key.
    status: ProviderKeyStatus
    createdBy: Optional[str]
    #: When its provider last said that it is good.
    validatedAt: str
    lastUsedAt: Optional[str]
    #: Why the last call with it that failed did, in the provider's code; null once it was validated again.
    lastErrorCode: Optional[str]
    createdAt: str
    updatedAt: str


class ProviderKeyPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[ProviderKey]


class ProviderKeys(TypedDict):
    all: float
    #: Those that are neither waiting nor refused.
    usable: float


class ProviderStanding(TypedDict):
    id: str
    #: Open: nothing is sent there for now.
    circuit: Literal["closed", "open", "half_open"]
    #: Code of what is wrong.
    reason: Optional[str]
    #: Until it is tried again.
    retryAfterSeconds: Optional[int]
    keys: ProviderKeys


class Providers(TypedDict):
    providers: List[Provider]


class ProvidersHealth(TypedDict):
    providers: List[ProviderHealth]


class ProvidersPerformance(TypedDict):
    #: Calls from then on are counted.
    since: str
    models: List[ModelPerformance]


class ProvidersStanding(TypedDict):
    providers: List[ProviderStanding]


class Quality(TypedDict):
    #: Share of the seconds with speech that have text; null when there is no speech, or no times to tell by.
    coverage: Optional[float]
    #: Seconds in which somebody may be speaking.
    speechSeconds: float
    findings: List[QualityFinding]


class QualityFinding(TypedDict):
    kind: Literal["missing_text", "failed_part", "loop", "text_over_silence", "times_out_of_order", "language_change"]
    #: Seconds from the start of the recording.
    start: float
    end: float
    detail: str
    #: mended: a second answer was better and stands in the transcript; confirmed: another engine heard the same; kept: neither; removed: the text was taken out.
    outcome: Literal["mended", "confirmed", "kept", "removed"]
    #: Who was asked again: provider and model.
    asked: List[str]


class Queue(TypedDict):
    #: Name of the job.
    job: str
    #: Which slots of a worker it takes.
    slotClass: Literal["media", "speech", "mail", "fetch", "webhook"]
    #: Due, and not begun.
    waiting: float
    #: Not due yet.
    later: float
    running: float
    #: Of all workers; null when none takes this job.
    slots: Optional[float]
    #: Seconds the oldest one has been due.
    oldestSeconds: Optional[float]


class QueueHealth(TypedDict):
    name: str
    #: Due, and not begun.
    waiting: float
    running: float
    #: Of all workers; null when none takes this job.
    slots: Optional[int]
    #: How long the oldest has been due; null when none waits.
    oldestSeconds: Optional[float]


class Quota(TypedDict):
    #: storage: recordings held. processing: sound decoded. transcription: sound that providers transcribed. calls: of the API. tokens: of language models.
    resource: Literal["storage", "processing", "transcription", "calls", "tokens"]
    unit: Literal["bytes", "seconds", "calls", "tokens"]
    #: null: as much as you like.
    limit: Optional[float]
    used: float
    #: Set aside for work under way.
    reserved: float
    #: What new work may take; null: as much as you like.
    left: Optional[float]
    #: The end of the month in the workspace's time zone. null: storage is what is held at any time.
    resetAt: Optional[str]


class QuotaExceededEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class QuotaWarningEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class Quotas(TypedDict):
    plan: Literal["free", "pro", "enterprise", "custom"]
    quotas: List[Quota]


class Ready(TypedDict):
    ready: bool
    checks: Dict[str, Check]


class RecordingFormat(TypedDict):
    #: As `container` of a recording.
    container: str
    name: str
    contentType: str


class Refresh(TypedDict):
    #: From the last login or refresh; good once.
    refreshToken: str


class Register(TypedDict):
    email: str
    #: 10 characters or more, 72 bytes at most; no rules about their kinds, but none of those tried first.
    password: str
    #: How other people see you.
    name: str


class ReplayWebhook(TypedDict, total=False):
    #: Events that happened before are left out. By default from when the webhook was made; events are kept for 30 days.
    since: str


class Replayed(TypedDict):
    #: Events that are sent now; 10 000 at most. Ask again for more.
    deliveries: float


class ResetPassword(TypedDict):
    #: From the link in the letter; good once.
    token: str
    #: 10 characters or more, 72 bytes at most; no rules about their kinds, but none of those tried first.
    password: str


class RetentionChange(TypedDict, total=False):
    audioDays: Optional[float]
    transcriptDays: Optional[float]


class Retention(TypedDict):
    #: Recordings are deleted so many days after they came, unless they are just being transcribed. null: never.
    audioDays: Optional[float]
    #: Transcriptions are deleted with their results so many days after they ended. null: never.
    transcriptDays: Optional[float]


class RotateApiKey(TypedDict, total=False):
    #: How long the key of now goes on working; 0 ends it at once.
    overlapSeconds: float


class RotateProviderKey(TypedDict):
    #: As its provider gave it. It is kept sealed and never shown again.
    apiKey: str


class RotateWebhookSecret(TypedDict, total=False):
    #: How long deliveries are signed with the secret of now, too; 0 ends it at once.
    overlapSeconds: float


class _SecondTrackRequired(TypedDict):
    #: Another recording of this workspace. It becomes a track of the first and stops being a recording of its own.
    audioId: str


class SecondTrack(_SecondTrackRequired, total=False):
    #: Who speaks on the first track; the speaker of its lines.
    firstTrackName: str
    #: Who speaks on the second track.
    secondTrackName: str


class Segment(TypedDict):
    #: From 0, in the order of speech.
    index: float
    #: Seconds from the start of the recording.
    start: float
    end: float
    text: str
    speaker: Optional[str]
    #: From 0, where channels were transcribed apart; their lines may overlap.
    channel: Optional[float]
    confidence: Optional[float]
    words: List[Word]


class SegmentPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Segment]


class Session(TypedDict):
    id: str
    #: The User-Agent at the sign-in.
    device: Optional[str]
    #: From where the sign-in came.
    address: Optional[str]
    createdAt: str
    #: When its tokens were last renewed.
    lastUsedAt: str
    #: Whether it is the session of this request.
    current: bool


class SessionPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Session]


class SignedIn(TypedDict):
    user: User
    #: Your personal workspace.
    workspace: WorkspaceSummary
    #: Send it as Authorization: Bearer …
    accessToken: str
    #: Good for one POST auth/refresh.
    refreshToken: str
    #: Seconds the access token is valid.
    expiresIn: float


class SpeechAnswer(TypedDict):
    text: str
    usage: DurationUsage


class SpeechModel(TypedDict):
    #: As `model` of an order.
    id: str
    #: What it takes. Recordings are converted for it.
    formats: List[str]
    #: Largest part it takes. Recordings are cut for it.
    maxBytes: float
    #: Longest part it takes, in seconds.
    maxSeconds: float
    #: The finest times it gives.
    timestamps: Literal["word", "segment", "none"]
    #: Whether it tells speakers apart.
    diarization: bool
    #: Whether it can write English, whatever is spoken.
    translation: bool
    #: Codes of the languages it understands. null: all of GET audio/config/languages.
    languages: Optional[List[str]]
    #: Whether its text is only fit to try things out with.
    lowAccuracy: bool
    #: 1: its vendor puts it above Whisper's large-v3; 2: about as good; 3: below. The policy best goes by it.
    accuracy: float
    price: SpeechPrice


class SpeechPrice(TypedDict):
    #: Millionths of a US dollar for a minute of sound. null: nobody knows, which is not the same as nothing.
    microDollarsPerMinute: Optional[float]
    #: Seconds of sound that a call is billed for at least.
    leastSeconds: float
    #: Who says so.
    source: str
    #: When it was read.
    date: str


class SpeechSegment(TypedDict):
    id: int
    seek: int
    start: float
    end: float
    text: str
    tokens: List[int]
    temperature: float
    #: Where the engine tells how sure it is; else 0.
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


class SpeechWord(TypedDict):
    word: str
    start: float
    end: float


class SpokenSegment(TypedDict):
    type: Literal["transcript.text.segment"]
    id: str
    start: float
    end: float
    text: str
    #: Letters, in the order they first speak.
    speaker: str


class StuckJobs(TypedDict):
    job: str
    #: How many.
    jobs: float
    reason: str


class SubscribeRestHook(TypedDict):
    #: On the public internet, unless the operator allows inner hosts. It is kept sealed.
    targetUrl: str
    event: WebhookEventType


class Track(TypedDict):
    name: str
    container: Literal["mp3", "wav", "mp4", "m4a", "aac", "ogg", "opus", "flac", "webm"]
    bytes: float
    #: Seconds the file claims.
    claimedSeconds: Optional[float]
    #: When it begins, in seconds from the beginning of the track that began first; null until that was found out.
    startsAtSeconds: Optional[float]


class Tracks(TypedDict):
    tracks: List[Track]
    #: Whether there is a mix of both to listen to, which download and url then give.
    mix: Literal["pending", "ready", "failed"]
    #: How they were aligned: by sound that is on both, or, where there is none, as begun together. Null until then.
    alignedBy: Optional[Literal["sound", "start"]]
    #: By how many millionths the clock of the second recorder ran slow.
    clockDifference: Optional[float]


class _TranscribeUploadFormRequired(TypedDict):
    #: The recording: MP3, WAV, MP4, M4A, AAC, OGG, Opus, FLAC or WebM.
    file: str


class TranscribeUploadForm(_TranscribeUploadFormRequired, total=False):
    #: Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.
    provider: str
    #: One of the provider's models. Left out: the server decides.
    model: str
    #: By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or private: it never leaves this machine. Left out: as the workspace or the server has it.
    policy: Optional[Literal["cheapest", "fastest", "best", "private"]]
    #: Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.
    order: Optional[List[str]]
    #: Spoken language, ISO 639-1. Left out: the model finds out.
    language: str
    #: Names and words to expect, or the style to write in.
    prompt: str
    #: Names and words to expect, after the prompt. In a form: parted by commas.
    vocabulary: List[str]
    #: translate: the text is in English, whatever is spoken; needs a model that can.
    task: Literal["transcribe", "translate"]
    #: How freely the model guesses.
    temperature: float
    #: Whether to tell speakers apart; needs a model that can.
    diarize: bool
    #: Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.
    reuse: bool
    #: Goes before or after the workspace's other orders; other workspaces are not concerned.
    priority: Literal["high", "normal", "low"]
    #: separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. A recording of two tracks always is.
    channels: Literal["mixed", "separate"]
    #: A second recording of the same event, such as what the computer played beside the microphone.
    secondFile: str
    #: Who speaks on the first recording of two.
    firstTrackName: str
    #: Who speaks on the second.
    secondTrackName: str


class TranscriptionCancelledEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class TranscriptionCompletedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class TranscriptionCreatedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class TranscriptionDeletedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class Transcription(TypedDict):
    id: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    #: What is being done, or was done last.
    stage: Literal["prepare", "transcribe", "assemble"]
    #: Percent; never goes back.
    progress: float
    #: Set when the status is failed.
    error: Optional[Failure]
    #: Null once the recording was deleted.
    audioId: Optional[str]
    engine: Engine
    #: Spoken language, when it is known.
    language: Optional[str]
    #: Seconds of sound, counted by decoding.
    durationSeconds: Optional[float]
    priority: Literal["high", "normal", "low"]
    #: The transcription whose result this one took over, because sound and options were the same.
    reusedFrom: Optional[str]
    #: What a reader should know: a code, then a sentence.
    warnings: List[str]
    createdAt: str
    startedAt: Optional[str]
    finishedAt: Optional[str]
    #: How far the transcript can be trusted. Set when the status is completed.
    quality: Optional[Quality]
    #: Set when the status is completed.
    text: Optional[str]


class TranscriptionFailedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class _TranscriptionFormRequired(TypedDict):
    #: The recording, whatever its name and declared type say.
    file: str
    #: A model's own name, or `provider/model`; GET /v1/models lists them. `whisper-1` is OpenAI's where OpenAI is to be had, and else whatever the installation prefers.
    model: str


class TranscriptionForm(_TranscriptionFormRequired, total=False):
    #: Names and words to expect, or the words before.
    prompt: str
    #: How freely the model guesses.
    temperature: float
    #: Spoken language, ISO 639-1. Left out: the model finds out.
    language: str
    #: srt, vtt and verbose_json need a model that gives times, diarized_json one that tells speakers apart.
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"]
    #: Which times verbose_json has. Also as `timestamp_granularities[]`.
    timestamp_granularities: List[Literal["word", "segment"]]
    #: `logprobs`: how sure the engine is of each token, in json of gpt-4o-transcribe and gpt-4o-mini-transcribe. Also as `include[]`.
    include: List[str]
    #: Whether to tell the text as server-sent events; whisper-1 ignores it.
    stream: bool
    #: Accepted in every form OpenAI takes, and left to the server: long recordings are always cut at pauses.
    chunking_strategy: str


class TranscriptionPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[TranscriptionSummary]


class TranscriptionProgress(TypedDict):
    id: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    #: What is being done, or was done last.
    stage: Literal["prepare", "transcribe", "assemble"]
    #: Percent; never goes back.
    progress: float
    #: Set when the status is failed.
    error: Optional[Failure]
    #: Its place in the line; null once it was begun.
    queuePosition: Optional[float]
    #: By the speeds measured lately and what goes before; null when it is finished or nothing is known to reckon from.
    estimatedSecondsLeft: Optional[float]
    failedTries: FailedTries


class TranscriptionStartedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class TranscriptionSummary(TypedDict):
    id: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    #: What is being done, or was done last.
    stage: Literal["prepare", "transcribe", "assemble"]
    #: Percent; never goes back.
    progress: float
    #: Set when the status is failed.
    error: Optional[Failure]
    #: Null once the recording was deleted.
    audioId: Optional[str]
    engine: Engine
    #: Spoken language, when it is known.
    language: Optional[str]
    #: Seconds of sound, counted by decoding.
    durationSeconds: Optional[float]
    priority: Literal["high", "normal", "low"]
    #: The transcription whose result this one took over, because sound and options were the same.
    reusedFrom: Optional[str]
    #: What a reader should know: a code, then a sentence.
    warnings: List[str]
    createdAt: str
    startedAt: Optional[str]
    finishedAt: Optional[str]


class TransferOwnership(TypedDict):
    #: A member, who becomes the owner.
    userId: str


class _TranslationFormRequired(TypedDict):
    #: The recording, whatever its name and declared type say.
    file: str
    #: A model's own name, or `provider/model`; GET /v1/models lists them. `whisper-1` is OpenAI's where OpenAI is to be had, and else whatever the installation prefers.
    model: str


class TranslationForm(_TranslationFormRequired, total=False):
    #: Names and words to expect, or the words before.
    prompt: str
    #: How freely the model guesses.
    temperature: float
    #: srt, vtt and verbose_json need a model that gives times.
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"]


class Upload(TypedDict):
    id: str
    #: In parts by URL, resumable in order, or fetched from a URL.
    kind: Literal["parts", "resumable", "url"]
    status: Literal["open", "completing", "completed", "failed", "aborted", "expired"]
    name: str
    #: Size of the whole; null until it is known.
    bytes: Optional[float]
    #: What has arrived. Of an upload in parts, lists say it only once it is complete.
    receivedBytes: float
    #: Whole percents of the bytes.
    percentage: Optional[float]
    #: Size of every part but the last.
    partBytes: Optional[float]
    partCount: Optional[float]
    #: What was announced.
    sha256: Optional[str]
    #: The host it is fetched from.
    sourceHost: Optional[str]
    #: The recording, once it is complete.
    audioId: Optional[str]
    error: Optional[UploadFailure]
    #: When it is given up.
    expiresAt: str
    createdAt: str
    finishedAt: Optional[str]


class UploadFailedEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class UploadFailure(TypedDict):
    code: str
    detail: str


class _UploadFormRequired(TypedDict):
    #: The recording: MP3, WAV, MP4, M4A, AAC, OGG, Opus, FLAC or WebM.
    file: str


class UploadForm(_UploadFormRequired, total=False):
    #: Who speaks on the first track; the speaker of its lines.
    firstTrackName: str
    #: Who speaks on the second track.
    secondTrackName: str
    #: A second recording of the same event, such as what the computer played beside the microphone. It becomes the second track.
    secondFile: str


class UploadPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Upload]


class UploadProgress(TypedDict):
    id: str
    #: In parts by URL, resumable in order, or fetched from a URL.
    kind: Literal["parts", "resumable", "url"]
    status: Literal["open", "completing", "completed", "failed", "aborted", "expired"]
    name: str
    #: Size of the whole; null until it is known.
    bytes: Optional[float]
    #: What has arrived. Of an upload in parts, lists say it only once it is complete.
    receivedBytes: float
    #: Whole percents of the bytes.
    percentage: Optional[float]
    #: Size of every part but the last.
    partBytes: Optional[float]
    partCount: Optional[float]
    #: What was announced.
    sha256: Optional[str]
    #: The host it is fetched from.
    sourceHost: Optional[str]
    #: The recording, once it is complete.
    audioId: Optional[str]
    error: Optional[UploadFailure]
    #: When it is given up.
    expiresAt: str
    createdAt: str
    finishedAt: Optional[str]
    #: Those that arrived whole; empty once the upload is over.
    parts: List[ArrivedPart]


Usage = TypedDict(
    "Usage",
    {
        "from": "str",
        "to": "str",
        "total": "UsageSums",
        "groups": "List[UsageGroup]",
    },
)


class _UsageGroupRequired(TypedDict):
    #: Calls to providers, the failed ones included.
    calls: float
    failed: float
    #: Seconds of sound in the calls that were answered.
    audioSeconds: float
    #: Tokens that language models read.
    inputTokens: float
    #: Tokens that they wrote.
    outputTokens: float
    #: Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.
    costMicroDollars: float
    #: Calls whose cost nobody knows; they are not in costMicroDollars.
    unknownCostCalls: float


class UsageGroup(_UsageGroupRequired, total=False):
    day: str
    month: str
    #: Who ordered it; also once they are gone.
    userId: Optional[str]
    #: With which key; null: in person.
    apiKeyId: Optional[str]
    #: The workspace's own key at the provider; null: the server's.
    providerKeyId: Optional[str]
    #: The server's key at the provider, by an id that stays the same and says nothing of it; null: none of them.
    installationKeyId: Optional[str]
    provider: str
    model: str


class UsageRow(TypedDict):
    #: Calls to providers, the failed ones included.
    calls: float
    failed: float
    #: Seconds of sound in the calls that were answered.
    audioSeconds: float
    #: Tokens that language models read.
    inputTokens: float
    #: Tokens that they wrote.
    outputTokens: float
    #: Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.
    costMicroDollars: float
    #: Calls whose cost nobody knows; they are not in costMicroDollars.
    unknownCostCalls: float
    day: Optional[str]
    userId: Optional[str]
    apiKeyId: Optional[str]
    providerKeyId: Optional[str]
    installationKeyId: Optional[str]
    provider: Optional[str]
    model: Optional[str]


class UsageSums(TypedDict):
    #: Calls to providers, the failed ones included.
    calls: float
    failed: float
    #: Seconds of sound in the calls that were answered.
    audioSeconds: float
    #: Tokens that language models read.
    inputTokens: float
    #: Tokens that they wrote.
    outputTokens: float
    #: Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.
    costMicroDollars: float
    #: Calls whose cost nobody knows; they are not in costMicroDollars.
    unknownCostCalls: float


class User(TypedDict):
    id: str
    email: str
    name: str


class _VerboseSpeechAnswerRequired(TypedDict):
    text: str
    usage: DurationUsage
    task: Literal["transcribe", "translate"]
    #: In English; unknown where the engine does not say.
    language: str
    duration: float


class VerboseSpeechAnswer(_VerboseSpeechAnswerRequired, total=False):
    words: List[SpeechWord]
    segments: List[SpeechSegment]


class VerificationSent(TypedDict):
    email: str
    #: A letter is on its way. If the address had an account already, it tells its owner so.
    status: Literal["verification_sent"]


class VerifyEmail(TypedDict):
    #: From the link in the letter; good once.
    token: str


class Violation(TypedDict):
    #: Where in the request, dotted.
    path: str
    #: What the value must be.
    message: str
    #: Stable name of the rule.
    code: str


class WebhookDisabledEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class Webhook(TypedDict):
    id: str
    kind: WebhookKind
    name: str
    #: On the public internet, unless the operator allows inner hosts. It is kept sealed.
    url: str
    #: Types of events that are wanted; none: all, also those that are yet to come.
    events: List[WebhookEventType]
    status: WebhookStatus
    #: `by_user`: somebody did it; `gone`: it answered 410; `failing`: 10 events in a row used up their tries, or nothing could be delivered for 120 hours.
    disabledReason: Optional[Literal["by_user", "gone", "failing"]]
    disabledAt: Optional[str]
    #: Since when no delivery succeeded; null when the last did.
    failingSince: Optional[str]
    lastDeliveredAt: Optional[str]
    #: Until when the secret before the current one signs, too.
    previousSecretUntil: Optional[str]
    createdAt: str
    updatedAt: str


class WebhookPage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Webhook]


class WebhookTestEvent(TypedDict):
    #: As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
    id: str
    type: str
    #: When it happened.
    timestamp: str
    #: Ids and small facts; what was said is fetched with the ids.
    data: Dict[str, Any]


class WebhookWithSecret(TypedDict):
    id: str
    kind: WebhookKind
    name: str
    #: On the public internet, unless the operator allows inner hosts. It is kept sealed.
    url: str
    #: Types of events that are wanted; none: all, also those that are yet to come.
    events: List[WebhookEventType]
    status: WebhookStatus
    #: `by_user`: somebody did it; `gone`: it answered 410; `failing`: 10 events in a row used up their tries, or nothing could be delivered for 120 hours.
    disabledReason: Optional[Literal["by_user", "gone", "failing"]]
    disabledAt: Optional[str]
    #: Since when no delivery succeeded; null when the last did.
    failingSince: Optional[str]
    lastDeliveredAt: Optional[str]
    #: Until when the secret before the current one signs, too.
    previousSecretUntil: Optional[str]
    createdAt: str
    updatedAt: str
    #: What deliveries are signed with. Shown this once.
    secret: str


class Word(TypedDict):
    start: float
    end: float
    text: str
    #: 0 to 1, when the engine says.
    confidence: Optional[float]


class Worker(TypedDict):
    name: str
    host: str
    startedAt: str
    #: When it last proved that it takes jobs.
    seenAt: str
    #: Jobs it does at once, by name.
    slots: Dict[str, int]
    #: Jobs it has at this moment.
    busy: float


class WorkspaceChange(TypedDict, total=False):
    name: str
    #: By IANA's name. Quotas go by its months from the end of the current one on.
    timezone: str
    retention: RetentionChange
    #: Takes the place of a speechOrder. null: none.
    speechPolicy: Optional[Literal["cheapest", "fastest", "best", "private"]]
    #: groq/whisper-large-v3-turbo, or groq for any of its models. Takes the place of a speechPolicy. null: none.
    speechOrder: Optional[List[str]]


class Workspace(TypedDict):
    id: str
    name: str
    #: A personal one comes with the account and stays with its one owner.
    kind: Literal["personal", "team"]
    #: By IANA's name; quotas and reports go by its months.
    timezone: str
    #: Decides its limits.
    plan: Literal["free", "pro", "enterprise", "custom"]
    #: Your role in it.
    role: Literal["owner", "admin", "member", "viewer"]
    retention: Retention
    #: By what engines are chosen for orders that say nothing of it: by price, by speed, by accuracy, or only on this machine. null: by speechOrder, else as the server does.
    speechPolicy: Optional[Literal["cheapest", "fastest", "best", "private"]]
    #: Engines in the order they are asked in by such orders, and nobody else; null: by speechPolicy, else as the server does.
    speechOrder: Optional[List[str]]
    createdAt: str
    updatedAt: str
    #: Set in GET workspaces?deleted=true alone.
    deletedAt: Optional[str]
    #: Until when a deleted one can be restored; then it goes with all it holds.
    restorableUntil: Optional[str]


class WorkspaceName(TypedDict):
    name: str


class WorkspacePage(TypedDict):
    #: Items in all.
    total: float
    page: float
    limit: float
    totalPages: float
    #: Give it as cursor for the next page; null on the last.
    nextCursor: Optional[str]
    data: List[Workspace]


class WorkspaceSummary(TypedDict):
    id: str
    name: str
    #: Your role in it.
    role: Literal["owner", "admin", "member", "viewer"]


KeyedProvider = Literal["openai", "groq", "gemini", "elevenlabs", "openrouter", "huggingface", "deepseek"]


ProviderKeyStatus = Literal["active", "rejected", "disabled"]


ProviderState = Literal["ok", "degraded", "failing", "unknown", "unconfigured"]


SpeechProvider = Literal["openai", "groq", "gemini", "elevenlabs", "openrouter", "huggingface", "local"]


WebhookDeliveryStatus = Literal["waiting", "sending", "delivered", "failed", "missed"]


WebhookEvent = Union[UploadFailedEvent, AudioUploadedEvent, AudioTranscribedEvent, AudioDeletedEvent, TranscriptionCreatedEvent, TranscriptionStartedEvent, TranscriptionCompletedEvent, TranscriptionFailedEvent, TranscriptionCancelledEvent, TranscriptionDeletedEvent, QuotaWarningEvent, QuotaExceededEvent, WebhookDisabledEvent, WebhookTestEvent]


WebhookEventType = Literal["upload.failed", "audio.uploaded", "audio.transcribed", "audio.deleted", "transcription.created", "transcription.started", "transcription.completed", "transcription.failed", "transcription.cancelled", "transcription.deleted", "quota.warning", "quota.exceeded", "webhook.disabled"]


WebhookEventTypeSent = Literal["upload.failed", "audio.uploaded", "audio.transcribed", "audio.deleted", "transcription.created", "transcription.started", "transcription.completed", "transcription.failed", "transcription.cancelled", "transcription.deleted", "quota.warning", "quota.exceeded", "webhook.disabled", "webhook.test"]


WebhookKind = Literal["standard", "slack", "discord", "rest_hook"]


WebhookStatus = Literal["active", "disabled"]
