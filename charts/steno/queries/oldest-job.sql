-- Seconds since the longest waiting job became due. What waits because its workspace has all under way that its plan allows
-- does not count: more workers would not begin it sooner.
WITH under_way AS (
  SELECT name, workspace_id, count(*) AS jobs FROM (
    SELECT name, workspace_id FROM jobs WHERE state = 'running'
    UNION ALL SELECT name, workspace_id FROM jobs WHERE state = 'waiting' AND rung_at IS NOT NULL
  ) each GROUP BY name, workspace_id
)
SELECT coalesce(max(extract(epoch FROM now() - waiting.due_at)), 0)::bigint
FROM (
  SELECT min(due_at) AS due_at FROM jobs WHERE state = 'waiting' AND rung_at IS NOT NULL
  UNION ALL
  SELECT unrung.due_at FROM (
    SELECT name, workspace_id, min(due_at) AS due_at FROM jobs
    WHERE state = 'waiting' AND rung_at IS NULL AND due_at <= now() GROUP BY name, workspace_id
  ) unrung
  JOIN workspaces w ON w.id = unrung.workspace_id
  LEFT JOIN under_way u ON u.name = unrung.name AND u.workspace_id = unrung.workspace_id
  WHERE unrung.name NOT LIKE 'transcription.%' OR coalesce(u.jobs, 0) < (:'plan_jobs'::jsonb ->> w.plan)::int
) waiting
