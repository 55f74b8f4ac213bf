export { Steno } from './steno.ts';
export type { RequestOptions, StenoOptions } from './transport.ts';
export type { UploadOptions, UploadProgress } from './upload.ts';
export type { FollowOptions, ProgressEvent, WaitOptions } from './progress.ts';
export type { CreateAndWaitOptions } from './resources/transcriptions.ts';
export * from './errors.ts';
export type * from './models.ts';
export type { paths } from './generated/api.ts';
export { type HeaderSource, unwrapWebhook } from './webhook.ts';
