/**
 * A quota as statements reckon it: the workspace's own, else its plan's; null where there is none. `p` is the period, `w` the workspace.
 * @param plans the parameter that holds what plans grant, such as `$3`
 */
export function limitOf(plans: string): string {
  return `(CASE WHEN w.quotas ? p.resource THEN (w.quotas->>p.resource)::bigint ELSE (${plans}::jsonb->w.plan->>p.resource)::bigint END)`;
}

/** The columns of a `Standing`. @param plans as of `limitOf` */
export function standingColumns(plans: string): string {
  return `p.resource, p.used::float8 AS used, p.reserved::float8 AS reserved, ${limitOf(plans)}::float8 AS "limit",
  nullif(p.ends_at, 'infinity') AS "resetAt"`;
}
