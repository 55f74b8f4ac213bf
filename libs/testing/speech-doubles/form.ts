import type { DoubleRequest } from './double-server.js';

/** A form with a file, read whole. */
export interface AudioForm {
  audio: Buffer;
  /** Undefined when `file` is none. */
  fileName: string | undefined;
  /** The texts; several of one name, joined by commas. */
  fields: Record<string, string>;
  /** The names in the order they came. */
  names: string[];
  texts: (name: string) => string[];
}

/** Reads multipart/form-data with the audio in `file`. */
export async function readAudioForm({ headers, body }: DoubleRequest): Promise<AudioForm> {
  const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
  const file = form.get('file');
  const names = [...new Set(form.keys())];
  const texts = (name: string): string[] => form.getAll(name).filter((entry) => typeof entry === 'string');
  return {
    audio: file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0),
    fileName: file instanceof File ? file.name : undefined,
    fields: Object.fromEntries(names.filter((name) => name !== 'file').map((name) => [name, texts(name).join(',')])),
    names,
    texts,
  };
}
