import type { components } from './generated/api.ts';

/** A resource or request of the API, by its name in the OpenAPI document. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export type Recording = Schema<'AudioDto'>;
export type Upload = Schema<'UploadDto'>;
export type BegunUpload = Schema<'BegunUploadDto'>;
export type UploadState = Schema<'UploadProgressDto'>;
export type Transcription = Schema<'TranscriptionDto'>;
export type TranscriptionOrder = Schema<'OrderTranscriptionDto'>;
export type TranscriptionState = Schema<'TranscriptionProgressDto'>;
export type Segment = Schema<'SegmentDto'>;
export type Workspace = Schema<'WorkspaceDto'>;
export type ApiKey = Schema<'ApiKeyDto'>;
export type ProviderKey = Schema<'ProviderKeyDto'>;
export type Webhook = Schema<'WebhookDto'>;
/** What a webhook says. */
export type WebhookEvent = Schema<'WebhookEventDto'>;
export type Quotas = Schema<'QuotasDto'>;
export type Usage = Schema<'UsageDto'>;
export type Problem = Schema<'ProblemDto'>;

/** One page of a list. */
export interface Page<Item> {
  data: Item[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
  /** Give it as `cursor` for the next page; null on the last. */
  nextCursor: string | null;
}
