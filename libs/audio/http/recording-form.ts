import type { FastifyRequest } from 'fastify';
import '@fastify/multipart';
import { FieldError } from '#errors';
import { validationFailed, validationPipe } from '#errors/http';
import { audioErrors } from '../audio.errors.js';
import type { IncomingRecording } from '../audio.service.js';

const FILE_FIELD = 'file';

/** A form as it was read: its fields, checked, and what became of its file. */
export interface RecordingForm<Fields, Taken> {
  fields: Fields;
  taken: Taken;
}

/**
 * Reads a multipart form with one recording. The file is handed on while it arrives, wherever it stands in the form; fields after
 * it are read too.
 * @param fieldsType class of the other fields, null when there are none; unknown ones are refused
 * @param refuseLength throws when the Content-Length is too large, before a byte is read
 * @param take takes the recording in; must read it to the end or throw
 * @throws FieldError multipart_expected, file_missing, validation_failed
 */
export async function readRecordingForm<Fields extends object, Taken>(
  request: FastifyRequest,
  fieldsType: (new () => Fields) | null,
  refuseLength: (contentLength: number) => void,
  take: (recording: IncomingRecording) => Promise<Taken>,
): Promise<RecordingForm<Fields, Taken>> {
  if (!request.isMultipart()) throw new FieldError(audioErrors.multipart_expected, audioErrors.multipart_expected.example);
  refuseLength(Number(request.headers['content-length'] ?? 0));
  const gone = goneSignal(request);
  const given: Record<string, unknown> = {};
  let taken: { value: Taken } | undefined;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      given[part.fieldname] = part.value;
    } else if (part.fieldname === FILE_FIELD && taken === undefined) {
      taken = { value: await take({ name: part.filename, body: part.file, signal: gone }) };
    } else {
      given[part.fieldname] = part.filename;
      part.file.resume();
    }
  }
  if (taken === undefined) throw new FieldError(audioErrors.file_missing, audioErrors.file_missing.example);
  return { fields: await checkFields(given, fieldsType), taken: taken.value };
}

/** The pipe would let anything pass that has no rules, so a form without fields has its own. */
async function checkFields<Fields extends object>(
  given: Record<string, unknown>,
  type: (new () => Fields) | null,
): Promise<Fields> {
  if (type !== null) return (await validationPipe().transform(given, { type: 'body', metatype: type })) as Fields;
  const unknown = Object.keys(given).map((path) => ({
    path,
    message: `${path} is not a field of this request`,
    code: 'unknown_field',
  }));
  if (unknown.length > 0) throw validationFailed(unknown);
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
