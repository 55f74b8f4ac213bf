import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Audio } from '#database';
import { FieldError, messageOf } from '#errors';
import { validationFailed, validationPipe } from '#errors/http';
import { fingerprintOfForm, noteForm } from '#idempotency';
import { audioErrors } from '../audio.errors.js';
import type { AudioService, Uploader } from '../audio.service.js';

const FILE_FIELD = 'file';

/** A form as it was read: its fields, checked, and its recording, taken in. */
export interface RecordingForm<Fields> {
  fields: Fields;
  taken: Audio;
}

/**
 * Reads a multipart form with one recording. The file is taken in while it arrives, wherever it stands in the form; fields after
 * it are read too. A recording whose form turns out to be wrong is not kept: its sender learns of the mistake and sends it again.
 * @param fieldsType class of the other fields, null when there are none; unknown ones are refused
 * @throws FieldError multipart_expected, form_unreadable, file_missing, validation_failed, and what `AudioService.takeIn` throws
 */
export async function readRecordingForm<Fields extends object>(
  request: FastifyRequest,
  fieldsType: (new () => Fields) | null,
  audio: AudioService,
  uploader: Uploader,
): Promise<RecordingForm<Fields>> {
  if (!request.isMultipart()) throw new FieldError(audioErrors.multipart_expected, audioErrors.multipart_expected.example);
  audio.refuseLength(Number(request.headers['content-length'] ?? 0));
  const signal = goneSignal(request);
  const given: Record<string, unknown> = {};
  let taken: Audio | undefined;
  try {
    for await (const part of partsOf(request)) {
      if (part.type === 'field') noteField(given, part.fieldname, part.value);
      else if (part.fieldname !== FILE_FIELD) throw unknownFields([part.fieldname]);
      else if (taken !== undefined) throw secondFile();
      else taken = await takeFile(part, (file) => audio.takeIn(uploader, { name: part.filename, body: file, signal }));
    }
    if (taken === undefined) throw new FieldError(audioErrors.file_missing, audioErrors.file_missing.example);
    noteForm(fingerprintOfForm(given, { [FILE_FIELD]: taken.sha256 }));
    return { fields: await checkFields(given, fieldsType), taken };
  } catch (error) {
    if (taken !== undefined) await audio.remove(uploader.workspaceId, taken.id);
    throw error;
  }
}

/** Takes a file in; where the form ends before it does, that is a mistake in the form. The parser tells so without destroying the file. */
async function takeFile({ file }: MultipartFile, take: (file: MultipartFile['file']) => Promise<Audio>): Promise<Audio> {
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

function secondFile(): FieldError {
  return wrongField(FILE_FIELD, 'one recording a request; send the others on their own', 'one_file');
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
