import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Audio } from '#database';
import { FieldError, messageOf } from '#errors';
import { validationFailed, validationPipe } from '#errors/http';
import { fingerprintOfForm, noteForm } from '#idempotency';
import { audioErrors } from '../audio.errors.js';
import type { AudioService, IncomingRecording, ExaminedRecording, Uploader } from '../audio.service.js';
import { TrackNamesDto } from './dto/track.dto.js';

const FILE_FIELD = 'file';
const SECOND_FILE_FIELD = 'secondFile';
const TRACK_NAMES = ['firstTrackName', 'secondTrackName'] as const;

/** A form as it was read: its fields, checked, and its recording, taken in. */
export interface RecordingForm<Fields> {
  fields: Fields;
  taken: Audio;
}

/**
 * Reads a multipart form with a recording, and perhaps a second one of the same event. Files are stored while they arrive, wherever they
 * stand in the form; fields after them are read too. The recording is kept when all of the form was read and is right; otherwise its sender
 * learns of the mistake and sends it again.
 * @param fieldsType class of the other fields, null when there are none; unknown ones are refused
 * @throws FieldError multipart_expected, form_unreadable, file_missing, validation_failed, and what `AudioService` throws on taking in
 */
export async function readRecordingForm<Fields extends object>(
  request: FastifyRequest,
  fieldsType: (new () => Fields) | null,
  audio: AudioService,
  uploader: Uploader,
): Promise<RecordingForm<Fields>> {
  if (!request.isMultipart()) throw new FieldError(audioErrors.multipart_expected, audioErrors.multipart_expected.example);
  audio.refuseLength(Number(request.headers['content-length'] ?? 0), 2);
  const stored = new Map<string, ExaminedRecording>();
  try {
    const given = await readParts(request, stored, (file) => audio.store(uploader, file));
    const [first, second] = [stored.get(FILE_FIELD), stored.get(SECOND_FILE_FIELD)];
    if (first === undefined) throw new FieldError(audioErrors.file_missing, audioErrors.file_missing.example);
    noteForm(fingerprintOfForm(given, Object.fromEntries([...stored].map(([field, { sha256 }]) => [field, sha256]))));
    const { names, rest } = takeNames(given, second !== undefined);
    const fields = await checkFields(rest, fieldsType);
    const pair = second === undefined ? undefined : { stored: second, names: await checkFields(names, TrackNamesDto) };
    stored.clear();
    return { fields, taken: await audio.keep(uploader, first, { second: pair }) };
  } catch (error) {
    for (const recording of stored.values()) await audio.discard(uploader, recording);
    throw error;
  }
}

/**
 * Reads a form to its end.
 * @param stored filled with its files, by the names of their fields
 * @returns its other fields
 */
async function readParts(
  request: FastifyRequest,
  stored: Map<string, ExaminedRecording>,
  store: (file: IncomingRecording) => Promise<ExaminedRecording>,
): Promise<Record<string, unknown>> {
  const signal = goneSignal(request);
  const given: Record<string, unknown> = {};
  for await (const part of partsOf(request)) {
    if (part.type === 'field') noteField(given, part.fieldname, part.value);
    else if (part.fieldname !== FILE_FIELD && part.fieldname !== SECOND_FILE_FIELD) throw unknownFields([part.fieldname]);
    else if (stored.has(part.fieldname)) throw sameFileTwice(part.fieldname);
    else stored.set(part.fieldname, await takeFile(part, (file) => store({ name: part.filename, body: file, signal })));
  }
  return given;
}

/** Names of tracks stand in the form of two recordings only. */
function takeNames(
  given: Record<string, unknown>,
  areTwo: boolean,
): { names: Record<string, unknown>; rest: Record<string, unknown> } {
  if (!areTwo) return { names: {}, rest: given };
  const isName = ([field]: [string, unknown]): boolean => TRACK_NAMES.some((name) => name === field);
  return {
    names: Object.fromEntries(Object.entries(given).filter(isName)),
    rest: Object.fromEntries(Object.entries(given).filter((field) => !isName(field))),
  };
}

/** Takes a file in; where the form ends before it does, that is a mistake in the form. The parser tells so without destroying the file. */
async function takeFile(
  { file }: MultipartFile,
  take: (file: MultipartFile['file']) => Promise<ExaminedRecording>,
): Promise<ExaminedRecording> {
  let broken: unknown;
  file.once('error', (error) => (broken = error));
  try {
    return await take(file);
  } catch (error) {
    throw error === broken || error === file.errored ? formUnreadable(error) : error;
  }
}

/** The parser makes values of fields that say they are JSON, and takes names as often as they come; ours are texts, each once. */
function noteField(given: Record<string, unknown>, name: string, value: unknown): void {
  if (typeof value !== 'string') throw wrongField(name, `${name} must be a text, without a Content-Type of its own`, 'is_string');
  if (Object.hasOwn(given, name)) throw wrongField(name, `${name} stands in the form more than once`, 'one_field');
  given[name] = value;
}

/** The parts of the form; what the parser throws is a mistake in the form. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts();
  } catch (error) {
    throw formUnreadable(error);
  }
}

/** The pipe would let anything pass that has no rules, so a form without fields has its own. */
async function checkFields<Fields extends object>(
  given: Record<string, unknown>,
  type: (new () => Fields) | null,
): Promise<Fields> {
  if (type !== null) return (await validationPipe().transform(given, { type: 'body', metatype: type })) as Fields;
  const unknown = Object.keys(given);
  if (unknown.length > 0) throw unknownFields(unknown);
  return given as Fields;
}

/** Fires when the client's connection closes before the request was read to its end. */
function goneSignal(request: FastifyRequest): AbortSignal {
  const controller = new AbortController();
  request.raw.once('close', () => {
    if (!request.raw.complete) controller.abort(new Error('The client closed the connection.'));
  });
  return controller.signal;
}

function unknownFields(names: string[]): FieldError {
  return validationFailed(
    names.map((path) => ({ path, message: `${path} is not a field of this request`, code: 'unknown_field' })),
  );
}

function sameFileTwice(field: string): FieldError {
  const message = `one recording in ${field}; send others on their own, or a second one of the same event as ${SECOND_FILE_FIELD}`;
  return wrongField(field, message, 'one_file');
}

function wrongField(path: string, message: string, code: string): FieldError {
  return validationFailed([{ path, message, code }]);
}

function formUnreadable(cause: unknown): FieldError {
  const reason = messageOf(cause).replace(/\.$/, '');
  return new FieldError(
    audioErrors.form_unreadable,
    `The form cannot be read: ${reason}. Send the recording as multipart/form-data with the field "${FILE_FIELD}".`,
    { cause },
  );
}
