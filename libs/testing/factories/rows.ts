import { v7 as uuidv7 } from 'uuid';
import { ApiKey, Audio, type Database, Membership, type Role, Transcription, User, Workspace } from '#database';

/** A user. Signs in with nothing: register through the API where a password is wanted. */
export async function makeUser(database: Database, given: Partial<User> = {}): Promise<User> {
  const id = uuidv7();
  const user: User = {
    id,
    email: `${id}@example.com`,
    name: 'Ada Lovelace',
    passwordHash: '-',
    emailVerifiedAt: new Date(),
    platformRole: 'user',
    disabledAt: null,
    deletedAt: null,
    createdAt: new Date(),
    ...given,
  };
  await database.asSystem((tx) => tx.manager.insert(User, user));
  return user;
}

/** A team's workspace without members. */
export async function makeWorkspace(database: Database, given: Partial<Workspace> = {}): Promise<Workspace> {
  const workspace: Workspace = {
    id: uuidv7(),
    name: 'Analytical engines',
    kind: 'team',
    plan: 'free',
    timezone: 'UTC',
    quotas: {},
    audioRetentionDays: null,
    transcriptRetentionDays: null,
    speechPolicy: null,
    speechOrder: null,
    deletedAt: null,
    purgeAt: null,
    updatedAt: new Date(),
    createdAt: new Date(),
    ...given,
  };
  await database.asSystem((tx) => tx.manager.insert(Workspace, workspace));
  return workspace;
}

/** Lets a user into a workspace. */
export async function makeMembership(database: Database, workspaceId: string, userId: string, role: Role): Promise<void> {
  await database.asSystem((tx) => tx.manager.insert(Membership, { workspaceId, userId, role }));
}

/** The row of a recording; there is no object behind it. */
export async function makeAudio(database: Database, workspaceId: string, given: Partial<Audio> = {}): Promise<Audio> {
  const id = uuidv7();
  const audio: Audio = {
    id,
    workspaceId,
    createdBy: null,
    name: 'meeting.wav',
    objectKey: `workspaces/${workspaceId}/audio/${id}/original.wav`,
    bytes: '32044',
    sha256: '0'.repeat(64),
    container: 'wav',
    contentType: 'audio/wav',
    tracks: 1,
    codec: 'pcm_s16le',
    sampleRate: 16_000,
    channels: 1,
    claimedSeconds: 1,
    createdAt: new Date(),
    ...given,
  };
  await database.asSystem((tx) => tx.manager.insert(Audio, audio));
  return audio;
}

/** The row of an order that nobody works on: there is no job behind it. */
export async function makeTranscription(
  database: Database,
  workspaceId: string,
  given: Partial<Transcription> = {},
): Promise<Transcription> {
  const transcription: Transcription = {
    id: uuidv7(),
    workspaceId,
    audioId: null,
    createdBy: null,
    apiKeyId: null,
    status: 'pending',
    stage: 'prepare',
    generation: 1,
    options: {
      provider: 'local',
      model: 'pocketsphinx',
      language: null,
      prompt: null,
      temperature: null,
      diarize: false,
    },
    lowAccuracy: false,
    chunkCount: null,
    chunksDone: 0,
    durationSeconds: null,
    language: null,
    text: null,
    warnings: [],
    priority: 0,
    soundSha256: null,
    reusedFrom: null,
    quality: null,
    errorCode: null,
    errorDetail: null,
    createdAt: new Date(),
    startedAt: null,
    finishedAt: null,
    ...given,
  };
  await database.asSystem((tx) => tx.manager.insert(Transcription, transcription));
  return transcription;
}

/** The row of an API key that nobody has. */
export async function makeApiKey(
  database: Database,
  given: Partial<ApiKey> & Pick<ApiKey, 'workspaceId' | 'userId'>,
): Promise<ApiKey> {
  const id = uuidv7();
  const key: ApiKey = {
    id,
    name: 'Nightly import',
    prefix: 'stn_Ab3d',
    lastFour: 'x9Qz',
    keyHash: id.replaceAll('-', '').repeat(2),
    previousKeyHash: null,
    previousUntil: null,
    scopes: ['read'],
    limitPerHour: null,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    createdAt: new Date(),
    updatedAt: new Date(),
    ...given,
  };
  await database.asSystem((tx) => tx.manager.insert(ApiKey, key));
  return key;
}
