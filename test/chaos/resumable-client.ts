import { createReadStream } from 'node:fs';
import { Upload } from 'tus-js-client';

/** What the client tells whoever started it. */
export interface Sent {
  /** Where the upload stands on the server. */
  url: string;
  /** Bytes the server has taken from this client. */
  bytes: number;
  done: boolean;
}

/**
 * A client of resumable uploads as a program of its own, so that it can be killed:
 * `resumable-client.ts ORIGIN TOKEN FILE SHA256 [URL]`, with a URL to go on with an upload.
 */
const [origin, token = '', path = '', sha256 = '', begun] = process.argv.slice(2);
const PIECE_BYTES = 2_000_000;
let bytes = 0;
const upload = new Upload(createReadStream(path), {
  endpoint: `${origin}/api/v1/uploads/resumable`,
  uploadUrl: begun ?? null,
  headers: { authorization: `Bearer ${token}` },
  metadata: { filename: 'resumed.wav', sha256 },
  chunkSize: PIECE_BYTES,
  retryDelays: [200, 500, 1_000, 2_000, 4_000, 8_000],
  onChunkComplete: (piece) => {
    bytes += piece;
    tell(false);
  },
  onSuccess: () => tell(true),
  onError: (error) => {
    throw error;
  },
});
upload.start();

function tell(done: boolean): void {
  process.send?.({ url: upload.url ?? '', bytes, done } satisfies Sent, undefined, {}, () => {
    if (done) process.disconnect();
  });
}
