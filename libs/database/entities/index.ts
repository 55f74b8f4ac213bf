import { ApiKey } from './api-keys/api-key.entity.js';
import { ApiKeyUsage } from './api-keys/api-key-usage.entity.js';
import { AuditEntry } from './audit/audit-entry.entity.js';
import { Audio } from './audio/audio.entity.js';
import { SecondTrack } from './audio/second-track.entity.js';
import { Circuit } from './circuits/circuit.entity.js';
import { KeyDay } from './circuits/key-day.entity.js';
import { ClerkEvent } from './federation/clerk-event.entity.js';
import { SignInAttempt } from './federation/sign-in-attempt.entity.js';
import { SignInCode } from './federation/sign-in-code.entity.js';
import { UserIdentity } from './federation/user-identity.entity.js';
import { IdempotencyKey } from './idempotency/idempotency-key.entity.js';
import { Membership } from './identity/membership.entity.js';
import { OneTimeToken } from './identity/one-time-token.entity.js';
import { Session } from './identity/session.entity.js';
import { User } from './identity/user.entity.js';
import { Workspace } from './identity/workspace.entity.js';
import { Mail } from './mail/mail.entity.js';
import { ProviderKeyUsage } from './provider-keys/provider-key-usage.entity.js';
import { ProviderKey } from './provider-keys/provider-key.entity.js';
import { Job } from './queues/job.entity.js';
import { WorkerPulse } from './queues/worker-pulse.entity.js';
import { QuotaEntry } from './quota/quota-entry.entity.js';
import { QuotaPeriod } from './quota/quota-period.entity.js';
import { QuotaWarning } from './quota/quota-warning.entity.js';
import { WorkspaceCalls } from './quota/workspace-calls.entity.js';
import { TranscriptSegment } from './transcription/transcript-segment.entity.js';
import { TranscriptionAttempt } from './transcription/transcription-attempt.entity.js';
import { TranscriptionChunk } from './transcription/transcription-chunk.entity.js';
import { Transcription } from './transcription/transcription.entity.js';
import { Upload } from './uploads/upload.entity.js';
import { UsageRecord } from './usage/usage-record.entity.js';
import { WorkspaceKey } from './vault/workspace-key.entity.js';
import { Invitation } from './workspaces/invitation.entity.js';
import { WebhookDelivery } from './webhooks/webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhooks/webhook-endpoint.entity.js';
import { WebhookEvent } from './webhooks/webhook-event.entity.js';

export { ApiKey } from './api-keys/api-key.entity.js';
export { ApiKeyUsage } from './api-keys/api-key-usage.entity.js';
export { AuditEntry } from './audit/audit-entry.entity.js';
export { Audio } from './audio/audio.entity.js';
export { MIX_STATUSES, type MixStatus, SecondTrack } from './audio/second-track.entity.js';
export { Circuit } from './circuits/circuit.entity.js';
export { KeyDay } from './circuits/key-day.entity.js';
export { ClerkEvent } from './federation/clerk-event.entity.js';
export { SignInAttempt } from './federation/sign-in-attempt.entity.js';
export { SignInCode } from './federation/sign-in-code.entity.js';
export { UserIdentity } from './federation/user-identity.entity.js';
export { IdempotencyKey } from './idempotency/idempotency-key.entity.js';
export { Membership, type Role, ROLES } from './identity/membership.entity.js';
export { OneTimeToken, type TokenPurpose } from './identity/one-time-token.entity.js';
export { Session } from './identity/session.entity.js';
export { PLATFORM_ROLES, type PlatformRole, User } from './identity/user.entity.js';
export { type EnginePolicy, type Plan, PLANS, Workspace } from './identity/workspace.entity.js';
export { Mail, type MailState } from './mail/mail.entity.js';
export { ProviderKeyUsage } from './provider-keys/provider-key-usage.entity.js';
export { PROVIDER_KEY_STATUSES, ProviderKey, type ProviderKeyStatus } from './provider-keys/provider-key.entity.js';
export { Job, type JobState } from './queues/job.entity.js';
export { WorkerPulse } from './queues/worker-pulse.entity.js';
export { QuotaEntry } from './quota/quota-entry.entity.js';
export { QuotaPeriod } from './quota/quota-period.entity.js';
export { QUOTA_RESOURCES, type QuotaResource } from './quota/quota-resource.js';
export { QuotaWarning } from './quota/quota-warning.entity.js';
export { WorkspaceCalls } from './quota/workspace-calls.entity.js';
export { Upload, UPLOAD_KINDS, UPLOAD_STATUSES, type UploadKind, type UploadStatus } from './uploads/upload.entity.js';
export { UsageRecord } from './usage/usage-record.entity.js';
export { WorkspaceKey } from './vault/workspace-key.entity.js';
export { Invitation } from './workspaces/invitation.entity.js';
export { TranscriptSegment, type TranscriptWord } from './transcription/transcript-segment.entity.js';
export { TranscriptionAttempt } from './transcription/transcription-attempt.entity.js';
export {
  type ChunkRedo,
  type ChunkTranscript,
  type ChunkTry,
  TranscriptionChunk,
} from './transcription/transcription-chunk.entity.js';
export {
  FINDING_KINDS,
  FINDING_OUTCOMES,
  type QualityFinding,
  Transcription,
  TRANSCRIPTION_STAGES,
  TRANSCRIPTION_STATUSES,
  type TranscriptionOptions,
  type TranscriptionStage,
  type TranscriptionStatus,
  type TranscriptQuality,
} from './transcription/transcription.entity.js';
export {
  WebhookDelivery,
  DELIVERY_STATUSES,
  type DeliveryAttempt,
  type DeliveryStatus,
} from './webhooks/webhook-delivery.entity.js';
export {
  DISABLED_REASONS,
  type DisabledReason,
  WEBHOOK_KINDS,
  WEBHOOK_STATUSES,
  WebhookEndpoint,
  type WebhookKind,
  type WebhookStatus,
} from './webhooks/webhook-endpoint.entity.js';
export { WebhookEvent } from './webhooks/webhook-event.entity.js';

/** Every table, for the data source. */
export const ENTITIES = [
  User,
  Session,
  OneTimeToken,
  Workspace,
  Membership,
  Audio,
  SecondTrack,
  Transcription,
  TranscriptionChunk,
  TranscriptionAttempt,
  TranscriptSegment,
  Job,
  WorkerPulse,
  WorkspaceKey,
  ProviderKey,
  ProviderKeyUsage,
  Invitation,
  AuditEntry,
  IdempotencyKey,
  ClerkEvent,
  SignInAttempt,
  SignInCode,
  UserIdentity,
  Mail,
  ApiKey,
  ApiKeyUsage,
  Upload,
  Circuit,
  KeyDay,
  QuotaPeriod,
  QuotaEntry,
  QuotaWarning,
  WorkspaceCalls,
  UsageRecord,
  WebhookEndpoint,
  WebhookEvent,
  WebhookDelivery,
];
