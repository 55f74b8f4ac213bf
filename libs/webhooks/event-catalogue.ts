/** The facts of an event: ids and small facts. What was said in a recording, or how people call things, is asked for with the ids. */
export type EventFacts = Record<string, string | number | null>;

interface TypeOfEvent<Facts extends EventFacts> {
  /** What happened, in a few words; stands above a message to a chat. */
  headline: string;
  /** When it happens. */
  description: string;
  example: Facts;
}

/** What a type of event carries is what its example has. */
function ofType<Facts extends EventFacts>(headline: string, description: string, example: Facts): TypeOfEvent<Facts> {
  return { headline, description, example };
}

/** An example of what may be missing. */
function orNull<T>(value: T): T | null {
  return value;
}

const AUDIO_ID = '019aa3a1-2b3c-7d4e-8f50-617283940a1b';
const TRANSCRIPTION = { transcriptionId: '019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071', audioId: orNull(AUDIO_ID) };

/** Everything endpoints can be told of. The closed list: a new kind of event is a new line here, and a `record` where it happens. */
export const EVENT_CATALOGUE = {
  'audio.uploaded': ofType('A recording has arrived', 'A recording has arrived and can be transcribed.', {
    audioId: AUDIO_ID,
    bytes: 29347200,
  }),
  'audio.transcribed': ofType(
    'A recording was transcribed',
    'A recording has a new transcript. Comes together with transcription.completed.',
    {
      audioId: AUDIO_ID,
      transcriptionId: TRANSCRIPTION.transcriptionId,
    },
  ),
  'transcription.created': ofType('A transcription was ordered', 'A transcription was ordered.', TRANSCRIPTION),
  'transcription.started': ofType('A transcription has begun', 'Work on a transcription has begun.', TRANSCRIPTION),
  'transcription.completed': ofType('A transcript is ready', 'A transcript is there to be fetched.', {
    ...TRANSCRIPTION,
    language: orNull('en'),
    durationSeconds: orNull(1834.2),
  }),
  'transcription.failed': ofType(
    'A transcription failed',
    'A transcription has come to nothing. The transcription says why in words.',
    {
      ...TRANSCRIPTION,
      errorCode: orNull('recording_unreadable'),
    },
  ),
  'transcription.cancelled': ofType('A transcription was cancelled', 'A transcription was cancelled by somebody.', TRANSCRIPTION),
  'quota.warning': ofType('A quota is nearly used up', '80 % of a quota are used; once a month for each.', {
    resource: 'transcription',
    percent: 80,
  }),
  'quota.exceeded': ofType('A quota is used up', 'A quota is used up; once a month for each. What goes beyond is refused.', {
    resource: 'transcription',
    percent: 100,
  }),
  'webhook.disabled': ofType(
    'A webhook was disabled',
    'An endpoint is sent nothing any more: it answered 410, or failed for too long.',
    {
      webhookId: '019aa3a5-0a1b-7c2d-8e3f-405162738495',
      reason: 'failing',
    },
  ),
  'webhook.test': ofType(
    'This is a test',
    'Somebody wants to see whether deliveries arrive. Sent to one endpoint, whatever it subscribed to, and tried once.',
    {
      webhookId: '019aa3a5-0a1b-7c2d-8e3f-405162738495',
    },
  ),
} as const;

export type EventType = keyof typeof EVENT_CATALOGUE;
export type FactsOf<T extends EventType> = (typeof EVENT_CATALOGUE)[T]['example'];
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
  return {
    id: '019aa3a6-1b2c-7d3e-8f40-516273849506',
    type,
    timestamp: '2026-03-02T09:15:00.000Z',
    data: { ...EVENT_CATALOGUE[type].example, sequence: 1772442900000 },
  };
}
