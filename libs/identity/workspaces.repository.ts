import { Injectable } from '@nestjs/common';
import { type Plan, type Role, type SystemTransaction, Workspace } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

/** How many days things are kept before they are deleted by themselves; null: for ever. */
export type Retention = Pick<Workspace, 'audioRetentionDays' | 'transcriptRetentionDays'>;

/** By what engines are chosen where a request does not say; one of the two at most. */
export type SpeechPreferences = Pick<Workspace, 'speechPolicy' | 'speechOrder'>;

/** A workspace that is not being deleted. */
export interface LivingWorkspace extends Retention, SpeechPreferences {
  id: string;
  name: string;
  kind: Workspace['kind'];
  timezone: string;
}

/** What its admins may change of a workspace. */
export type WorkspaceChange = Partial<Retention & SpeechPreferences & Pick<Workspace, 'name' | 'timezone'>>;

/** A workspace as one of its members sees it. */
export interface WorkspaceOfUser extends LivingWorkspace {
  plan: Plan;
  role: Role;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  purgeAt: Date | null;
}

interface ListFilter {
  userId: string;
  /** Only this one. */
  workspaceId?: string;
  /** Those that the user owns and can still restore, in place of the living ones. */
  deleted?: boolean;
}

const LIVING = 'w.deleted_at IS NULL';
const RESTORABLE = `w.deleted_at IS NOT NULL AND w.purge_at > now()`;

const FACTS = `w.id, w.name, w.kind, w.timezone, w.audio_retention_days AS "audioRetentionDays", w.transcript_retention_days AS "transcriptRetentionDays",
  w.speech_policy AS "speechPolicy", w.speech_order AS "speechOrder"`;

const OF_USER = `
SELECT ${FACTS}, w.plan, m.role, w.created_at AS "createdAt", w.updated_at AS "updatedAt",
  w.deleted_at AS "deletedAt", w.purge_at AS "purgeAt"
FROM memberships m JOIN workspaces w ON w.id = m.workspace_id WHERE m.user_id = $1`;

/** The tenants. */
@Injectable()
export class WorkspacesRepository {
  /** A team's workspace, of nobody yet. */
  async insert(tx: SystemTransaction, id: string, name: string): Promise<void> {
    await tx.execute(`INSERT INTO workspaces (id, name, kind) VALUES ($1, $2, 'team')`, [id, name]);
  }

  /** Null when it does not exist, is being deleted, or the user is no member. */
  async find(tx: SystemTransaction, userId: string, workspaceId: string): Promise<WorkspaceOfUser | null> {
    const [row] = await tx.query<WorkspaceOfUser>(`${OF_USER} AND w.id = $2 AND ${LIVING}`, [userId, workspaceId]);
    return row ?? null;
  }

  /** Newest first. */
  async list(
    tx: SystemTransaction,
    { userId, workspaceId, deleted = false }: ListFilter,
    request: PageRequest,
  ): Promise<Page<WorkspaceOfUser>> {
    const { page, limit, after } = request;
    const wanted = `${OF_USER} AND ($2::uuid IS NULL OR w.id = $2) AND ${deleted ? `${RESTORABLE} AND m.role = 'owner'` : LIVING}`;
    const which = [userId, workspaceId ?? null];
    const found = await tx.query<WorkspaceOfUser>(
      `${wanted} AND ($3::uuid IS NULL OR w.id < $3) ORDER BY w.id DESC LIMIT $4 OFFSET $5`,
      [...which, after ?? null, limit + 1, after === undefined ? (page - 1) * limit : 0],
    );
    const [count] = await tx.query<{ total: number }>(`SELECT count(*)::int AS total FROM (${wanted}) AS wanted`, which);
    return pageOf(found, count?.total ?? 0, request);
  }

  /** One that is not being deleted; changes of its members and its end wait for each other by this lock. */
  async lock(tx: SystemTransaction, id: string): Promise<LivingWorkspace | null> {
    const [row] = await tx.query<LivingWorkspace>(
      `SELECT ${FACTS} FROM workspaces w WHERE id = $1 AND ${LIVING} FOR NO KEY UPDATE`,
      [id],
    );
    return row ?? null;
  }

  /** One that is being deleted and can still be restored by the user. */
  async lockRestorable(tx: SystemTransaction, id: string, ownerId: string): Promise<LivingWorkspace | null> {
    const [row] = await tx.query<LivingWorkspace>(
      `SELECT ${FACTS} FROM workspaces w WHERE id = $1 AND ${RESTORABLE} AND EXISTS (
         SELECT FROM memberships m WHERE m.workspace_id = w.id AND m.user_id = $2 AND m.role = 'owner')
       FOR NO KEY UPDATE`,
      [id, ownerId],
    );
    return row ?? null;
  }

  /** Whether the database can reckon in a time zone: its list is not quite the runtime's. */
  async knowsTimezone(tx: SystemTransaction, name: string): Promise<boolean> {
    return (await tx.query('SELECT 1 FROM pg_timezone_names WHERE name = $1', [name])).length > 0;
  }

  async change(tx: SystemTransaction, id: string, change: WorkspaceChange): Promise<void> {
    await tx.manager.update(Workspace, { id }, { ...change, updatedAt: () => 'now()' });
  }

  /** Those that delete what is older than so many days. */
  async withRetention(tx: SystemTransaction): Promise<(Retention & { id: string })[]> {
    return tx.query(
      `SELECT ${FACTS} FROM workspaces w
       WHERE ${LIVING} AND (w.audio_retention_days IS NOT NULL OR w.transcript_retention_days IS NOT NULL) ORDER BY w.id`,
    );
  }

  /** Takes it away from everybody; the rows stay for so many seconds. */
  async close(tx: SystemTransaction, id: string, graceSeconds: number): Promise<void> {
    await tx.execute(
      `UPDATE workspaces SET deleted_at = now(), purge_at = now() + make_interval(secs => $2), updated_at = now() WHERE id = $1`,
      [id, graceSeconds],
    );
  }

  /** Gives it back. */
  async reopen(tx: SystemTransaction, id: string): Promise<void> {
    await tx.execute(`UPDATE workspaces SET deleted_at = NULL, purge_at = NULL, updated_at = now() WHERE id = $1`, [id]);
  }
}
