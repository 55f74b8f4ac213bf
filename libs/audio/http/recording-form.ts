import { plainToInstance } from 'class-transformer';
import type { FastifyRequest } from 'fastify';
import '@fastify/multipart';
import { FieldError } from '#errors';
import { validationPipe } from '#errors/http';
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
 * @param fieldsType class of the other fields; unknown ones are refused
 * @param limit bytes the whole recording may have; a larger Content-Length is refused before a byte is read
 * @param take takes the recording in; must read it to the end or throw
 * @throws FieldError multipart_expected, file_missing, validation_failed
 */
export async function readRecordingForm<Fields extends object, Taken>(
  request: FastifyRequest,
  fieldsType: new () => Fields,
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
  const fields = (await validationPipe().transform(given, { type: 'body', metatype: fieldsType })) as Fields;
  return { fields: plainToInstance(fieldsType, fields), taken: taken.value };
}

/** Fires when the client's connection closes before the request was read to its end. */
function goneSignal(request: FastifyRequest): AbortSignal {
  const controller = new AbortController();
  request.raw.once('close', () => {
    if (!request.raw.complete) controller.abort(new Error('The client closed the connection.'));
  });
  return controller.signal;
}
