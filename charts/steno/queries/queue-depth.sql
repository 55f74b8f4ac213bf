-- Jobs that are under way, rung or due, and that may be: of a workspace no more than its plan has under way at once.
SELECT coalesce(sum(CASE WHEN owed.name LIKE 'transcription.%'
  THEN least(owed.jobs, (:'plan_jobs'::jsonb ->> w.plan)::int) ELSE owed.jobs END), 0)::bigint
FROM (
  SELECT name, workspace_id, count(*) AS jobs FROM (
    SELECT name, workspace_id FROM jobs WHERE state = 'running'
    UNION ALL SELECT name, workspace_id FROM jobs WHERE state = 'waiting' AND rung_at IS NOT NULL
    UNION ALL SELECT name, workspace_id FROM jobs WHERE state = 'waiting' AND rung_at IS NULL AND due_at <= now()
  ) each GROUP BY name, workspace_id
) owed JOIN workspaces w ON w.id = owed.workspace_id
