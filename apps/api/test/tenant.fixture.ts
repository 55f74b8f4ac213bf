import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from '#database';
import { ObjectStore } from '#storage';
import { UploadsService } from '#uploads';
import { Vault } from '#vault';
import { makeAudio, makeMembership, makeTranscription, makeUser, makeWorkspace } from '#testing/factories';
import { makeKey } from './api-key.fixture.js';
import { exampleBody, type Operation } from './operations.fixture.js';
import { wavOf } from './recording.fixture.js';
import { type Method, verifyAddress } from './team.fixture.js';
import { PASSWORD, type SignedInUser, type TestApi } from './test-api.js';

/** Who asks; the columns of the matrix. A key is made by the owner and has one scope. */
export const CALLERS = [
  'anonymous',
  'stranger',
  'viewer',
  'member',
  'admin',
  'owner',
  'key:read',
  'key:write',
  'key:admin',
] as const;
export type Caller = (typeof CALLERS)[number];

export type People = Record<Role | 'stranger', SignedInUser>;

/** A workspace, those who may ask for it, and how to make a thing of each kind in it. */
export interface Tenant {
  workspaceId: string;
  people: People;
  keys: Record<'read' | 'write' | 'admin', string>;
  /** Stands in every text of it. */
  canary: string;
}

/** Whose thing, where things belong to people. */
type Maker = (api: TestApi, tenant: Tenant, owner: SignedInUser) => Promise<string>;

const insert = async (api: TestApi, sql: string, parameters: unknown[]): Promise<void> => {
  await api.database.asSystem((tx) => tx.execute(`INSERT INTO ${sql}`, parameters));
};

/** What ids stand for. A new room adds the line of its kind; an id that no line below knows fails the tests. */
const MAKERS = {
  audio: async (api, { workspaceId, canary }) => {
    const { id, objectKey } = await makeAudio(api.database, workspaceId, { name: canary, bytes: String(canary.length) });
    await api.app.get(ObjectStore).put(objectKey, Readable.from([Buffer.from(canary)]), { contentType: 'audio/wav' });
    return id;
  },
  upload: async (api, { workspaceId, canary }, owner) => beginUpload(api, workspaceId, owner, 'parts', canary),
  resumableUpload: async (api, { workspaceId, canary }, owner) => beginUpload(api, workspaceId, owner, 'resumable', canary),
  transcription: async (api, { workspaceId, canary }) => {
    const done = { status: 'completed', stage: 'assemble', text: canary } as const;
    return (await makeTranscription(api.database, workspaceId, done)).id;
  },
  workspace: (_, { workspaceId }) => Promise.resolve(workspaceId),
  deletedWorkspace: async (api, { people, canary }) => {
    const gone = { name: canary, deletedAt: new Date(), purgeAt: new Date(Date.now() + 86_400_000) };
    const { id } = await makeWorkspace(api.database, gone);
    await makeMembership(api.database, id, people.owner.userId, 'owner');
    return id;
  },
  member: async (api, { workspaceId, canary }) => {
    const { id } = await makeUser(api.database, { name: canary });
    await makeMembership(api.database, workspaceId, id, 'viewer');
    return id;
  },
  invitation: async (api, { workspaceId, people, canary }) => {
    const id = uuidv7();
    await insert(
      api,
      `invitations (id, workspace_id, email, role, token_hash, invited_by, expires_at)
       VALUES ($1, $2, $3, 'viewer', $4, $5, now() + interval '1 day')`,
      [id, workspaceId, `${id}.${canary}@example.com`, id, people.owner.userId],
    );
    return id;
  },
  apiKey: async (api, { workspaceId, canary }, owner) => {
    const id = uuidv7();
    await insert(
      api,
      `api_keys (id, workspace_id, user_id, name, prefix, last_four, key_hash, scopes)
       VALUES ($1, $2, $3, $4, 'stn_', 'abcd', $5, '{read}')`,
      [id, workspaceId, owner.userId, canary, id],
    );
    return id;
  },
  providerKey: async (api, { workspaceId, canary }) => {
    const id = uuidv7();
    await api.database.inWorkspace(workspaceId, async (tx) => {
      const place = { table: 'provider_keys', column: 'sealed', row: id };
      const sealed = await api.app.get(Vault).seal(tx, workspaceId, place, `sk-${canary}`);
      await tx.execute(
        `INSERT INTO provider_keys (id, workspace_id, provider, name, sealed, last_four, status, validated_at)
         VALUES ($1, $2, 'openai', $3, $4, 'abcd', 'active', now())`,
        [id, workspaceId, canary, sealed],
      );
    });
    return id;
  },
  webhook: async (api, { workspaceId, canary }) => {
    const id = uuidv7();
    await api.database.inWorkspace(workspaceId, async (tx) => {
      const place = { table: 'webhook_endpoints', column: 'sealed', row: id };
      const secrets = { url: `https://hooks.example.com/${canary}`, secret: `whsec_${canary}` };
      const sealed = await api.app.get(Vault).seal(tx, workspaceId, place, JSON.stringify(secrets));
      await tx.execute(
        `INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events)
         VALUES ($1, $2, 'standard', $3, $4, '{quota.warning}')`,
        [id, workspaceId, canary, sealed],
      );
    });
    return id;
  },
  // To the newest webhook of the workspace: in paths its id stands before.
  webhookDelivery: async (api, { workspaceId, canary }) => {
    const [id, eventId] = [uuidv7(), uuidv7()];
    await insert(
      api,
      `webhook_events (id, workspace_id, type, subject_id, sequence, facts)
       VALUES ($1, $2, 'quota.warning', $1, 1, jsonb_build_object('resource', $3::text, 'percent', 80))`,
      [eventId, workspaceId, canary],
    );
    await insert(
      api,
      `webhook_deliveries (id, workspace_id, endpoint_id, event_id, status)
       SELECT $1, $2, id, $3, 'delivered' FROM webhook_endpoints WHERE workspace_id = $2 ORDER BY id DESC LIMIT 1`,
      [id, workspaceId, eventId],
    );
    return id;
  },
  session: async (api, { canary }, owner) => {
    const id = uuidv7();
    await insert(
      api,
      `sessions (id, user_id, seed, token_hash, device, expires_at) VALUES ($1, $2, '\\x00', $3, $4, now() + interval '1 day')`,
      [id, owner.userId, id, canary],
    );
    return id;
  },
  actor: (_api, { people }) => Promise.resolve(people.admin.userId),
} satisfies Record<string, Maker>;
export type Kind = keyof typeof MAKERS;

async function beginUpload(
  api: TestApi,
  workspaceId: string,
  { userId }: SignedInUser,
  kind: 'parts' | 'resumable',
  name: string,
): Promise<string> {
  const order = { kind, name, bytes: 1_000, sha256: null };
  return (await api.app.get(UploadsService).begin({ workspaceId, userId }, order)).id;
}

/** The kind of each id: by its operation, by the first word of the path and its name, or by its name. */
const KINDS: Record<string, Kind> = {
  'POST /api/v1/workspaces/{id}/restore id': 'deletedWorkspace',
  'PATCH /api/v1/uploads/resumable/{id} id': 'resumableUpload',
  'DELETE /api/v1/uploads/resumable/{id} id': 'resumableUpload',
  'uploads id': 'upload',
  'audio id': 'audio',
  audioId: 'audio',
  'transcriptions id': 'transcription',
  'workspaces id': 'workspace',
  userId: 'member',
  invitationId: 'invitation',
  actorId: 'actor',
  'api-keys id': 'apiKey',
  'provider-keys id': 'providerKey',
  'webhooks id': 'webhook',
  deliveryId: 'webhookDelivery',
  'auth id': 'session',
};

/** What an id of an operation stands for. @throws Error when no line says so */
export function kindOf({ name, path }: Operation, id: string): Kind {
  const kind = KINDS[`${name} ${id}`] ?? KINDS[`${path.split('/')[3] ?? ''} ${id}`] ?? KINDS[id];
  if (kind === undefined) throw new Error(`Say in tenant.fixture.ts what ${id} of ${name} stands for.`);
  return kind;
}

/** Makes a thing of a kind. */
export async function makeThing(api: TestApi, tenant: Tenant, kind: Kind, owner = tenant.people.owner): Promise<string> {
  return MAKERS[kind](api, tenant, owner);
}

/** People with verified addresses, one for each role, and one who belongs nowhere. */
export async function makePeople(api: TestApi, canary: string): Promise<People> {
  const roles = ['owner', 'admin', 'member', 'viewer', 'stranger'] as const;
  const people = await Promise.all(roles.map(async (role) => [role, await api.register(`${canary} ${role}`)] as const));
  for (const [, person] of people) await verifyAddress(api, person);
  return Object.fromEntries(people) as People;
}

/** A new workspace of some people, with keys. */
export async function makeTenant(api: TestApi, people: People, canary: string): Promise<Tenant> {
  const { id: workspaceId } = await makeWorkspace(api.database, { name: canary });
  for (const role of ['owner', 'admin', 'member', 'viewer'] as const)
    await makeMembership(api.database, workspaceId, people[role].userId, role);
  const headers = { ...people.owner.headers, 'x-workspace-id': workspaceId };
  const key = async (scope: string) => (await makeKey(api, headers, { name: canary, scopes: [scope] })).key;
  return { workspaceId, people, canary, keys: { read: await key('read'), write: await key('write'), admin: await key('admin') } };
}

/** Headers of a caller, who asks in the tenant's workspace. */
export function headersOf({ workspaceId, people, keys }: Tenant, caller: Caller): Record<string, string> {
  if (caller === 'anonymous') return {};
  if (caller.startsWith('key:')) return { authorization: `Bearer ${keys[caller.slice(4) as keyof Tenant['keys']]}` };
  return { ...people[caller as keyof People].headers, 'x-workspace-id': workspaceId };
}

/** Who stands behind a caller. */
export function personOf({ people }: Tenant, caller: Caller): SignedInUser {
  return caller in people ? people[caller as keyof People] : people.owner;
}

/** A request that would be right, were it allowed. */
export interface ValidRequest {
  method: Method;
  url: string;
  headers: Record<string, string>;
  payload?: object;
}

/** Queries that must be asked: by operation, one that all transcripts here have something to say to. */
const QUERIES: Record<string, string> = { 'GET /api/v1/search': '?q=canary' };

/** Fields whose examples are of no use: by operation, what is right in this installation. */
const FIELDS: Record<string, (api: TestApi, tenant: Tenant, person: SignedInUser) => Promise<object> | object> = {
  'DELETE /api/v1/auth/account': () => ({ password: PASSWORD }),
  'POST /api/v1/auth/change-password': () => ({ currentPassword: PASSWORD, newPassword: `${PASSWORD}, changed` }),
  'POST /api/v1/invitations/accept': async (api, { workspaceId, people }, person) => {
    const token = randomBytes(32).toString('base64url');
    await insert(
      api,
      `invitations (id, workspace_id, email, role, token_hash, invited_by, expires_at, revoked_at)
       VALUES ($1, $2, $3, 'viewer', $4, $5, now() + interval '1 day', NULL)
       ON CONFLICT (workspace_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL DO UPDATE SET token_hash = EXCLUDED.token_hash`,
      [uuidv7(), workspaceId, person.email, createHash('sha256').update(token).digest('hex'), people.owner.userId],
    );
    return { token };
  },
};

/** The operation as a request with valid ids, fields and body. @param ids by name, in place of new things */
export async function validRequest(
  api: TestApi,
  tenant: Tenant,
  operation: Operation,
  caller: Caller,
  ids: Record<string, string> = {},
): Promise<ValidRequest> {
  const person = personOf(tenant, caller);
  const idOf = async (name: string) => ids[name] ?? (await makeThing(api, tenant, kindOf(operation, name), person));
  let url = operation.path;
  const body = { ...exampleBody(operation), ...(await FIELDS[operation.name]?.(api, tenant, person)) };
  for (const { in: place, name } of operation.ids) {
    if (place === 'path') url = url.replace(`{${name}}`, await idOf(name));
    if (place === 'query' && ids[name] !== undefined) url += `?${name}=${ids[name]}`;
    if (place === 'body') Object.assign(body, { [name]: await idOf(name) });
  }
  // What is left in braces names no thing of a workspace: a month, a token, a provider.
  url = url.replace('{month}', '2026-03').replace('{model}', 'whisper-1');
  url = url.replaceAll(/\{\w+\}/g, 'made-up') + (QUERIES[operation.name] ?? '');
  const headers = headersOf(tenant, caller);
  if (operation.isForm) {
    const form = wavOf(uuidv7());
    return { method: operation.method, url, headers: { ...headers, ...form.headers }, payload: form.payload };
  }
  return { method: operation.method, url, headers, ...(operation.body === undefined ? {} : { payload: body }) };
}
