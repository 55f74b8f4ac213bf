/** What JSON can hold. Payloads live in a jsonb column: a Date or a class would come back as something else. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** Lets a catalogue through only if all its payloads are JSON: the check is the compiler's. */
type JsonPayloads<Catalogue extends Record<string, JsonObject>> = Catalogue;

/**
 * Every job of the product: its name and what it carries besides its subject's id. Ids and small facts only, never a secret:
 * the rest is read from the rows when the job runs.
 */
export type JobCatalogue = JsonPayloads<{
  /** Cut the recording of a transcription (the subject) into chunks. */
  'transcription.prepare': Record<string, never>;
  /** Have one chunk (the part) of a transcription (the subject) transcribed. */
  'transcription.transcribe-chunk': Record<string, never>;
  /** Ask again about a chunk of a transcription (the subject) whose text does not fit its sound; the part is twice the chunk, plus the try. */
  'transcription.redo-chunk': Record<string, never>;
  /** Put the chunks of a transcription (the subject) together. Part 1: after what was suspicious was asked about again. */
  'transcription.assemble': Record<string, never>;
  /** Fetch a recording from the address of an upload (the subject). */
  'audio.import': Record<string, never>;
  /** Delete every object under a prefix; the subject is the row they belonged to. */
  'storage.discard': { prefix: string };
  /** Remove what the store holds of an upload (the subject) that came to nothing. */
  'uploads.clear': { objectKey: string; storeUploadId: string | null };
  /** Make one recording to listen to of the two tracks of a recording (the subject). */
  'audio.mix': Record<string, never>;
  /** Remove an account (the subject) for good when the time to come back is over. */
  'account.purge': Record<string, never>;
  /** Send a letter (the subject). */
  'mail.send': Record<string, never>;
  /** Tell the admins of a workspace that so many percent of a quota are used; the subject is the row of the warning. */
  'quota.warn': { resource: string; percent: number };
  /** Remove everything of a deleted workspace (the subject) for good. */
  'workspace.purge': Record<string, never>;
  /** Send an event to an endpoint (the delivery is the subject); the part is its turn. Carries the turns of the deliveries it took along, by their ids. */
  'webhooks.deliver': Record<string, number>;
  /** Tell the admins of a workspace that an endpoint (the subject) was disabled. */
  'webhooks.warn': { reason: string };
}>;

export type JobName = keyof JobCatalogue;

/** How a job is run; complete by type, so that a new job is a decision about each. */
export interface JobSettings {
  /** Which slots of a worker it takes: `media` is bound by the processor, `speech` waits for providers, `mail` for the mail server, `fetch` and `webhook` for hosts of others. */
  slots: 'media' | 'speech' | 'mail' | 'fetch' | 'webhook';
  /** Seconds a claim holds without a heartbeat. Heartbeats come every third of it. */
  leaseSeconds: number;
  /** Seconds after which a run is stopped and counts as failed. */
  timeoutSeconds: number;
  /** Tries that may fail for a passing reason before the job is given up. */
  tries: number;
  /** Seconds before the second try; doubles with each further one, with jitter. */
  backoffSeconds: number;
  /** Longest wait between two tries, in seconds. */
  backoffCapSeconds: number;
  /** Workers that may vanish under the job before it is quarantined as the likely cause. */
  crashes: number;
  /** Most of one workspace under way at once, whatever its plan. Without it: as the plan says for transcriptions, and else any number. */
  ofWorkspace?: number;
}

/**
 * Lease 15 s: a killed worker's job is taken over within 15 s plus one sweep (5 s), and a stop of the process shorter than that
 * (garbage collection, a busy machine) costs nothing. Crashes 3: two deploys in a row must not condemn a recording.
 */
const COMMON = { leaseSeconds: 15, tries: 3, backoffSeconds: 2, backoffCapSeconds: 60, crashes: 3 } as const;

export const JOB_SETTINGS: Record<JobName, JobSettings> = {
  // Decoding runs at 50 times real time or better on one core; 12 h of sound then take under 15 minutes. Twice that.
  'transcription.prepare': { ...COMMON, slots: 'media', timeoutSeconds: 1_800 },
  // The provider call has its own, shorter limit (SPEECH_TIMEOUT_SECONDS); this one only ends what hangs elsewhere.
  'transcription.transcribe-chunk': { ...COMMON, slots: 'speech', timeoutSeconds: 900 },
  // One call as well.
  'transcription.redo-chunk': { ...COMMON, slots: 'speech', timeoutSeconds: 900 },
  // Reads and writes rows only.
  'transcription.assemble': { ...COMMON, slots: 'media', timeoutSeconds: 300 },
  // An hour to fetch it, and time to store and probe it. A host that is down for a minute is asked again after it.
  'audio.import': { ...COMMON, slots: 'fetch', timeoutSeconds: 4_500, tries: 5, backoffSeconds: 5 },
  // Two recordings are decoded twice and one is encoded, at 30 times real time or better on one core: 12 h take under an hour.
  'audio.mix': { ...COMMON, slots: 'media', timeoutSeconds: 5_400 },
  // Nothing waits for it and it must happen in the end: many tries, far apart.
  'storage.discard': { ...COMMON, slots: 'media', timeoutSeconds: 600, tries: 20, backoffCapSeconds: 3_600 },
  // Likewise.
  'uploads.clear': { ...COMMON, slots: 'media', timeoutSeconds: 600, tries: 20, backoffCapSeconds: 3_600 },
  // Likewise.
  'account.purge': { ...COMMON, slots: 'media', timeoutSeconds: 600, tries: 20, backoffCapSeconds: 3_600 },
  // A letter takes seconds. Servers that greylist take it after a quarter of an hour, servers that are mended after an hour or two;
  // its links are of no use much later.
  'mail.send': { ...COMMON, slots: 'mail', timeoutSeconds: 120, tries: 8, backoffSeconds: 60, backoffCapSeconds: 3_600 },
  // Writes letters that other jobs send.
  'quota.warn': { ...COMMON, slots: 'mail', timeoutSeconds: 60 },
  // Nothing waits for it and it must happen in the end; a large workspace has many objects, and what one run did the next need not do again.
  'workspace.purge': { ...COMMON, slots: 'media', timeoutSeconds: 3_600, tries: 20, backoffCapSeconds: 3_600 },
  // An endpoint has 15 s. When it is tried again is the delivery's own schedule. A quarter of the slots: endpoints that hang hold no more.
  'webhooks.deliver': { ...COMMON, slots: 'webhook', timeoutSeconds: 60, ofWorkspace: 16 },
  // Writes letters that other jobs send.
  'webhooks.warn': { ...COMMON, slots: 'mail', timeoutSeconds: 60 },
};

/** Every job name, in the order of the catalogue. */
export const JOB_NAMES = Object.keys(JOB_SETTINGS) as JobName[];

/** Whether a text is a job name. */
export function isJobName(text: string): text is JobName {
  return Object.hasOwn(JOB_SETTINGS, text);
}
