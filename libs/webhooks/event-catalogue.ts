import { QUOTA_RESOURCES } from '#database';
import { code, type Fact, type FactValue, id, integer, number, oneOf, orNull } from './event-facts.js';

/** The facts of an event: ids and small facts. What was said in a recording, or how people call things, is asked for with the ids. */
export type EventFacts = Record<string, FactValue>;

interface TypeOfEvent<Facts extends Record<string, Fact<FactValue>>> {
  /** What happened, in a few words; stands above a message to a chat. */
  headline: string;
  /** When it happens. */
  description: string;
  facts: Facts;
}

function ofType<Facts extends Record<string, Fact<FactValue>>>(
  headline: string,
  description: string,
  facts: Facts,
): TypeOfEvent<Facts> {
  return { headline, description, facts };
}

const AUDIO = { audioId: id('The recording.', '019aa3a1-2b3c-7d4e-8f50-617283940a1b') };
const TRANSCRIPTION_ID = id('The transcription.', '019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071');
const TRANSCRIPTION = { transcriptionId: TRANSCRIPTION_ID, audioId: orNull(AUDIO.audioId) };
const WEBHOOK = { webhookId: id('The webhook.', '019aa3a5-0a1b-7c2d-8e3f-405162738495') };
const CAUSE = {
  cause: oneOf('Who had it deleted: somebody by a request, or the retention of the workspace.', ['request', 'retention']),
};
const QUOTA = {
  resource: oneOf('What it is a quota of.', QUOTA_RESOURCES),
  percent: integer('How much of it is used.', 80),
};

/** Everything endpoints can be told of. The closed list: a new kind of event is a new line here, and a `record` where it happens. */
export const EVENT_CATALOGUE = {
  'upload.failed': ofType(
    'An upload failed',
    'An upload, or an import, has come to nothing: its bytes are no recording, could not be fetched, or did not come in time.',
    {
      uploadId: id('The upload.', '019aa3a0-1a2b-7c3d-8e4f-506172839405'),
      errorCode: code('Why: the `errorCode` of the upload, or `upload_expired`.', 'upload_expired'),
    },
  ),
  'audio.uploaded': ofType('A recording has arrived', 'A recording has arrived and can be transcribed.', {
    ...AUDIO,
    bytes: integer('Its size.', 29347200),
  }),
  'audio.transcribed': ofType(
    'A recording was transcribed',
    'A recording has a new transcript. Comes together with transcription.completed.',
    { ...AUDIO, transcriptionId: TRANSCRIPTION_ID },
  ),
  'audio.deleted': ofType('A recording was deleted', 'A recording was deleted. Its transcripts stay.', { ...AUDIO, ...CAUSE }),
  'transcription.created': ofType('A transcription was ordered', 'A transcription was ordered.', TRANSCRIPTION),
  'transcription.started': ofType('A transcription has begun', 'Work on a transcription has begun.', TRANSCRIPTION),
  'transcription.completed': ofType('A transcript is ready', 'A transcript is there to be fetched.', {
    ...TRANSCRIPTION,
    language: orNull(code('What is spoken: ISO 639-1, or the name the engine gave.', 'en')),
    durationSeconds: orNull(number('How long the recording is.', 1834.2)),
  }),
  'transcription.failed': ofType(
    'A transcription failed',
    'A transcription has come to nothing. The transcription says why in words.',
    {
      ...TRANSCRIPTION,
      errorCode: orNull(code('Why: the code of the error that the transcription has.', 'recording_unreadable')),
    },
  ),
  'transcription.cancelled': ofType('A transcription was cancelled', 'A transcription was cancelled by somebody.', TRANSCRIPTION),
  'transcription.deleted': ofType('A transcription was deleted', 'A transcription was deleted with its transcript.', {
    ...TRANSCRIPTION,
    ...CAUSE,
  }),
  'quota.warning': ofType('A quota is nearly used up', '80 % of a quota are used; once a month for each.', QUOTA),
  'quota.exceeded': ofType('A quota is used up', 'A quota is used up; once a month for each. What goes beyond is refused.', {
    ...QUOTA,
    percent: { ...QUOTA.percent, example: 100 },
  }),
  'webhook.disabled': ofType(
    'A webhook was disabled',
    'An endpoint is sent nothing any more: it answered 410, or failed for too long.',
    { ...WEBHOOK, reason: oneOf('Why.', ['failing', 'gone']) },
  ),
  'webhook.test': ofType(
    'This is a test',
    'Somebody wants to see whether deliveries arrive. Sent to one endpoint, whatever it subscribed to, and tried once.',
    WEBHOOK,
  ),
} as const;

export type EventType = keyof typeof EVENT_CATALOGUE;
type Catalogued<T extends EventType> = (typeof EVENT_CATALOGUE)[T]['facts'];
/** What an event of a type carries. */
export type FactsOf<T extends EventType> = { [Name in keyof Catalogued<T>]: ValueOf<Catalogued<T>[Name]> };
type ValueOf<Given> = Given extends Fact<infer Value> ? Value : never;
export const EVENT_TYPES = Object.keys(EVENT_CATALOGUE) as EventType[];

/** Those an endpoint can subscribe to. */
export const SUBSCRIBABLE_TYPES = EVENT_TYPES.filter((type) => type !== 'webhook.test');

/** An event as it is sent. */
export interface EventPayload {
  /** The same in every delivery and every try: what is seen a second time is to be left alone. */
  id: string;
  type: EventType;
  /** When it happened, ISO 8601. */
  timestamp: string;
  /** The facts, and `sequence`, which grows with every event about the same thing: deliveries may overtake one another. */
  data: EventFacts & { sequence: number };
}

/** What an event of a type looks like. */
export function examplePayload(type: EventType): EventPayload {
  const facts = Object.entries<Fact<FactValue>>(EVENT_CATALOGUE[type].facts).map(([name, { example }]) => [name, example]);
  return {
    id: '019aa3a6-1b2c-7d3e-8f40-516273849506',
    type,
    timestamp: '2026-03-02T09:15:00.000Z',
    data: { ...(Object.fromEntries(facts) as EventFacts), sequence: 1772442900000 },
  };
}
