import type { PlatformRole, Role } from '#database';

/** What an API key may be let do; each includes the ones before. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

interface Rule {
  /** The least role that has it. */
  role: Role;
  /** The least scope with which a key has it; null: people only. */
  scope: Scope | null;
  /** The platform role it wants besides; for what is about the whole service. */
  platform?: PlatformRole;
}

const ANYBODY_READS: Rule = { role: 'viewer', scope: 'read' };
const MEMBER_WRITES: Rule = { role: 'member', scope: 'write' };
const ADMIN_READS: Rule = { role: 'admin', scope: 'admin' };
const ADMIN_WRITES: Rule = { role: 'admin', scope: 'admin' };

/** The one table of who may do what in a workspace. Routes name an entry of it; nothing else decides. */
const RULES = {
  /** Knowing who one is. */
  'profile:read': ANYBODY_READS,
  /** One's own account: password, sessions, deletion. Never by a key, which may be in other hands than its maker's. */
  'account:manage': { role: 'viewer', scope: null },
  'audio:read': ANYBODY_READS,
  'audio:write': MEMBER_WRITES,
  'transcriptions:read': ANYBODY_READS,
  'transcriptions:write': MEMBER_WRITES,
  /** Making, joining and restoring a workspace: nobody's role in another one matters. Never by a key, which is bound to one. */
  'workspaces:join': { role: 'viewer', scope: null },
  'workspace:read': ANYBODY_READS,
  'workspace:write': ADMIN_WRITES,
  'workspace:own': { role: 'owner', scope: null },
  'members:read': ANYBODY_READS,
  'members:write': ADMIN_WRITES,
  /** Leaving a workspace; the rooms let nobody remove others by it. */
  'membership:end': { role: 'viewer', scope: null },
  'audit:read': ADMIN_READS,
  'quotas:read': ANYBODY_READS,
  /** What everybody in the workspace had done, and what it cost. */
  'usage:read': ADMIN_READS,
  'api-keys:read': { role: 'member', scope: 'admin' },
  /** A key that could make keys would outlive its own end. */
  'api-keys:write': { role: 'member', scope: null },
  'provider-keys:read': ADMIN_READS,
  'provider-keys:write': ADMIN_WRITES,
  'webhooks:read': ADMIN_READS,
  /** Whoever may name an endpoint hears of everything in the workspace. */
  'webhooks:write': ADMIN_WRITES,
  /** Looking after the background service. Never by a key. */
  'platform:processing': { role: 'viewer', scope: null, platform: 'admin' },
} as const satisfies Record<string, Rule>;

/** What a route can ask for. */
export type Permission = keyof typeof RULES;
export const PERMISSIONS = Object.keys(RULES) as Permission[];

const RANK_OF_ROLE: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };

/** Whether a role may do what the permission names. */
export function roleMay(role: Role, permission: Permission): boolean {
  return RANK_OF_ROLE[role] >= RANK_OF_ROLE[RULES[permission].role];
}

/** Whether a platform role may do it, as far as the role in the workspace goes. */
export function platformRoleMay(platformRole: PlatformRole, permission: Permission): boolean {
  const rule: Rule = RULES[permission];
  return rule.platform === undefined || rule.platform === platformRole;
}

/** Whether a key with these scopes may do it, as far as its maker's role goes. */
export function scopesMay(scopes: readonly Scope[], permission: Permission): boolean {
  const { scope } = RULES[permission];
  return scope !== null && scopes.some((held) => SCOPES.indexOf(held) >= SCOPES.indexOf(scope));
}

/** The least scope that has the permission; null when no key has it. */
export function scopeFor(permission: Permission): Scope | null {
  return RULES[permission].scope;
}

/** Whether a role stands at or above another. */
export function outranks(role: Role, other: Role): boolean {
  return RANK_OF_ROLE[role] >= RANK_OF_ROLE[other];
}
