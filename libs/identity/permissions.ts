import type { Role } from '#database';

/** What a route can ask for. One table below says which role has it. */
export const PERMISSIONS = ['profile:read', 'audio:read', 'audio:write', 'transcriptions:read', 'transcriptions:write'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READ = ['profile:read', 'audio:read', 'transcriptions:read'] as const satisfies Permission[];
const WRITE = [...READ, 'audio:write', 'transcriptions:write'] as const satisfies Permission[];

const PERMISSIONS_OF_ROLE: Record<Role, ReadonlySet<Permission>> = {
  owner: new Set(WRITE),
  admin: new Set(WRITE),
  member: new Set(WRITE),
  viewer: new Set(READ),
};

/** Whether a role may do what the permission names. */
export function roleMay(role: Role, permission: Permission): boolean {
  return PERMISSIONS_OF_ROLE[role].has(permission);
}
