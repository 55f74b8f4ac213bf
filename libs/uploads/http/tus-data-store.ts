import type { Readable } from 'node:stream';
import { DataStore, Upload as TusUpload } from '@tus/server';
import type { Uploader } from '#audio';
import type { Upload } from '#database';
import { FieldError } from '#errors';
import { mediaErrors } from '#media';
import { uploadNotFound } from '../upload-states.js';
import type { ResumableUploads } from '../resumable-uploads.js';
import { malformed } from './tus-refusals.js';
import { UPLOAD_HOURS, type UploadsService } from '../uploads.service.js';

const SHA256 = /^[0-9a-f]{64}$/i;

/** The uploads of one workspace, as the library of the protocol wants to see them. */
export class TusDataStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'expiration', 'termination'];

  constructor(
    private readonly uploader: Uploader,
    private readonly uploads: UploadsService,
    private readonly resumable: ResumableUploads,
  ) {
    super();
  }

  /** Gives the upload the id of its row. */
  override async create(upload: TusUpload): Promise<TusUpload> {
    const { filename, name, sha256 = null } = upload.metadata ?? {};
    const bytes = upload.size ?? 0;
    if (bytes === 0) throw new FieldError(mediaErrors.empty_file, mediaErrors.empty_file.example);
    if (sha256 !== null && !SHA256.test(sha256)) throw malformed('the sha256 of Upload-Metadata must be 64 hexadecimal digits');
    const order = { kind: 'resumable', name: filename ?? name ?? '', bytes, sha256: sha256?.toLowerCase() ?? null } as const;
    const row = await this.uploads.begin(this.uploader, order);
    return Object.assign(upload, asTus(row));
  }

  override async getUpload(id: string): Promise<TusUpload> {
    return asTus(await this.resumable.get(this.uploader.workspaceId, id));
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    return this.resumable.append(this.uploader.workspaceId, id, offset, stream);
  }

  override async remove(id: string): Promise<void> {
    const { kind } = await this.uploads.get(this.uploader.workspaceId, id);
    if (kind !== 'resumable') throw uploadNotFound();
    await this.uploads.abort(this.uploader.workspaceId, id);
  }

  override getExpiration(): number {
    return UPLOAD_HOURS * 3_600_000;
  }
}

function asTus({ id, bytes, receivedBytes, name, createdAt }: Upload): TusUpload {
  return new TusUpload({
    id,
    size: Number(bytes),
    offset: Number(receivedBytes),
    metadata: { filename: name },
    creation_date: createdAt.toISOString(),
  });
}
