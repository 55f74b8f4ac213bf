import type { AnswerOf, Method, Operation, PathWith, Wanted } from './operation.ts';
import { ApiKeysResource } from './resources/api-keys.ts';
import { AudioResource } from './resources/audio.ts';
import { AuthResource } from './resources/auth.ts';
import { ProviderKeysResource } from './resources/provider-keys.ts';
import { ProvidersResource } from './resources/providers.ts';
import { TranscriptionsResource } from './resources/transcriptions.ts';
import { UploadsResource } from './resources/uploads.ts';
import { UsageResource } from './resources/usage.ts';
import { WebhooksResource } from './resources/webhooks.ts';
import { WorkspacesResource } from './resources/workspaces.ts';
import { type RequestOptions, type StenoOptions, Transport } from './transport.ts';

/** A client of one server, with the credentials of one key or person. */
export class Steno {
  readonly apiKeys: ApiKeysResource;
  readonly audio: AudioResource;
  readonly auth: AuthResource;
  readonly providerKeys: ProviderKeysResource;
  readonly providers: ProvidersResource;
  readonly transcriptions: TranscriptionsResource;
  readonly uploads: UploadsResource;
  readonly usage: UsageResource;
  readonly webhooks: WebhooksResource;
  readonly workspaces: WorkspacesResource;
  private readonly transport: Transport;

  constructor(options: StenoOptions) {
    this.transport = new Transport(options);
    this.apiKeys = new ApiKeysResource(this.transport);
    this.audio = new AudioResource(this.transport);
    this.auth = new AuthResource(this.transport);
    this.providerKeys = new ProviderKeysResource(this.transport);
    this.providers = new ProvidersResource(this.transport);
    this.transcriptions = new TranscriptionsResource(this.transport);
    this.uploads = new UploadsResource(this.transport);
    this.usage = new UsageResource(this.transport);
    this.webhooks = new WebhooksResource(this.transport);
    this.workspaces = new WorkspacesResource(this.transport);
  }

  /** Calls any route of the API with JSON, by its method and path as in the OpenAPI document. */
  call<M extends Method, Path extends PathWith<M>>(
    method: M,
    path: Path,
    wanted: Wanted<Operation<M, Path>>,
    options?: RequestOptions,
  ): Promise<AnswerOf<Operation<M, Path>>> {
    return this.transport.call(method, path, wanted, options);
  }
}
