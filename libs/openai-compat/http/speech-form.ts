import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { audioErrors } from '#audio';
import { FieldError, messageOf } from '#errors';
import { PieceGatherer, type Pieces } from '#media';
import type { Share } from '../held-bytes.js';
import { boundaryOf, formParts } from './form-parts.js';

/** As OpenAI's: no form it takes is larger. A larger recording is stored. */
const MOST_HELD_BYTES = 26_214_400;
/** Fields are passed over when nobody knows them, so there may be some. */
const FORM_LIMITS = { fields: 100, fieldSize: 100_000, files: 10 };

/** A recording as it arrives. */
export type ArrivingFile =
  | { kind: 'held'; name: string; content: Pieces }
  /** Larger than is held; what was read of it comes first. */
  | { kind: 'large'; name: string; body: Readable };

/** A form with a recording: its fields by their names, without brackets, and what was made of the recording. */
export interface SpeechForm<Taken> {
  fields: Map<string, string[]>;
  taken: Taken;
}

/**
 * Reads a form to its end. The recording may stand anywhere in it, and is held in memory while it is small enough.
 * @param share of the memory, which grows with what is held
 * @param take is given the recording; a large one must be read to its end there
 * @throws FieldError multipart_expected, form_unreadable, file_missing, too_busy, and what `take` throws
 */
export async function readSpeechForm<Taken>(
  request: FastifyRequest,
  share: Share,
  take: (file: ArrivingFile) => Promise<Taken>,
): Promise<SpeechForm<Taken>> {
  if (!request.isMultipart()) throw new FieldError(audioErrors.multipart_expected, audioErrors.multipart_expected.example);
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0 || length > MOST_HELD_BYTES) return readInParts(request, share, length > 0 ? 0 : MOST_HELD_BYTES, take);
  share.growTo(length);
  const { fields, file } = heldFormOf(await bytesOf(request), request.headers['content-type'] ?? '');
  return { fields, taken: await take(file) };
}

/** A form whose length is known, and small enough, is taken in before it is looked at: its parts then lie where they came. */
async function bytesOf({ raw }: FastifyRequest): Promise<Pieces> {
  const bytes = new PieceGatherer();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      if (raw.readableEnded) resolve(bytes.pieces());
      else reject(formUnreadable('the connection ended in the middle of it'));
    };
    if (raw.destroyed) return end();
    raw.on('data', (piece: Buffer<ArrayBuffer>) => bytes.add(piece));
    raw.once('end', end).once('error', end).once('close', end);
  });
}

function heldFormOf(bytes: Pieces, contentType: string): { fields: Map<string, string[]>; file: ArrivingFile } {
  const fields = new Map<string, string[]>();
  let file: ArrivingFile | undefined;
  try {
    for (const { name, isFile, fileName, content } of formParts(bytes, boundaryOf(contentType)))
      if (!isFile) noteField(fields, name, content.whole().toString());
      else if (name === 'file') file ??= { kind: 'held', name: fileName, content };
  } catch (error) {
    throw formUnreadable(error);
  }
  if (file === undefined) throw fileMissing();
  return { fields, file };
}

/** A form that is too large to be held, or whose length nobody said. */
async function readInParts<Taken>(
  request: FastifyRequest,
  share: Share,
  mostHeld: number,
  take: (file: ArrivingFile) => Promise<Taken>,
): Promise<SpeechForm<Taken>> {
  const fields = new Map<string, string[]>();
  let taken: { value: Taken } | undefined;
  for await (const part of partsOf(request)) {
    if (part.type === 'field') noteField(fields, part.fieldname, part.value);
    else if (part.fieldname === 'file' && taken === undefined)
      taken = { value: await take(await fileOf(part.filename, part.file, share, mostHeld)) };
    else part.file.resume();
  }
  if (taken === undefined) throw fileMissing();
  return { fields, taken: taken.value };
}

async function fileOf(name: string, file: Readable, share: Share, mostHeld: number): Promise<ArrivingFile> {
  const gathered = new PieceGatherer();
  let bytes = 0;
  const source = file[Symbol.asyncIterator]() as AsyncIterator<Buffer<ArrayBuffer>>;
  for (;;) {
    const next = await nextOf(source);
    if (next.done === true) return { kind: 'held', name, content: gathered.pieces() };
    gathered.add(next.value);
    bytes += next.value.length;
    if (bytes > mostHeld)
      return { kind: 'large', name, body: Readable.from(continued(gathered.pieces(), source), { objectMode: false }) };
    share.growTo(bytes);
  }
}

async function* continued({ list }: Pieces, source: AsyncIterator<Buffer<ArrayBuffer>>): AsyncGenerator<Buffer<ArrayBuffer>> {
  yield* list;
  for (let next = await nextOf(source); next.done !== true; next = await nextOf(source)) yield next.value;
}

async function nextOf(source: AsyncIterator<Buffer<ArrayBuffer>>): Promise<IteratorResult<Buffer<ArrayBuffer>>> {
  try {
    return await source.next();
  } catch (error) {
    throw formUnreadable(error);
  }
}

/** `timestamp_granularities[]`, `chunking_strategy[type]`: what stands in brackets after a name belongs to it. */
function noteField(fields: Map<string, string[]>, name: string, value: unknown): void {
  const known = name.replace(/\[.*$/, '');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  fields.set(known, [...(fields.get(known) ?? []), text]);
}

/** The parts of the form; what the parser throws is a mistake in the form. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts({ limits: FORM_LIMITS });
  } catch (error) {
    throw formUnreadable(error);
  }
}

function fileMissing(): FieldError {
  return new FieldError(audioErrors.file_missing, audioErrors.file_missing.example, {
    violations: [{ path: 'file', message: 'file must be a recording', code: 'file' }],
  });
}

function formUnreadable(cause: unknown): FieldError {
  if (cause instanceof FieldError) return cause;
  const reason = messageOf(cause).replace(/\.$/, '');
  const detail = `The form cannot be read: ${reason}. Send the recording as multipart/form-data with the field "file".`;
  return new FieldError(audioErrors.form_unreadable, detail, { cause });
}
