import type { LivingWorkspace, WorkspaceChange } from '#identity';

/** How the record tells of a change: what was, and what is now. */
export type WorkspaceDetails = Record<string, string | number | null>;

/** What of a wanted change is one, and how the record says so: the value before and after under each name. */
export function workspaceDifferences(
  workspace: LivingWorkspace,
  wanted: WorkspaceChange,
): { change: WorkspaceChange; details: WorkspaceDetails } {
  const change: WorkspaceChange = {};
  const details: WorkspaceDetails = {};
  const { name, timezone, audioRetentionDays, transcriptRetentionDays } = wanted;
  if (name !== undefined && name !== workspace.name) {
    change.name = name;
    Object.assign(details, { before: workspace.name, name });
  }
  if (timezone !== undefined && timezone !== workspace.timezone) {
    change.timezone = timezone;
    Object.assign(details, { timezoneBefore: workspace.timezone, timezone });
  }
  if (audioRetentionDays !== undefined && audioRetentionDays !== workspace.audioRetentionDays) {
    change.audioRetentionDays = audioRetentionDays;
    Object.assign(details, { audioDaysBefore: workspace.audioRetentionDays, audioDays: audioRetentionDays });
  }
  if (transcriptRetentionDays !== undefined && transcriptRetentionDays !== workspace.transcriptRetentionDays) {
    change.transcriptRetentionDays = transcriptRetentionDays;
    Object.assign(details, { transcriptDaysBefore: workspace.transcriptRetentionDays, transcriptDays: transcriptRetentionDays });
  }
  changePreference(workspace, wanted, change, details);
  return { change, details };
}

/** A policy takes the place of an order, and the other way round. */
function changePreference(
  { speechPolicy: policyBefore, speechOrder: orderBefore }: LivingWorkspace,
  { speechPolicy, speechOrder }: WorkspaceChange,
  change: WorkspaceChange,
  details: WorkspaceDetails,
): void {
  const policy = speechOrder ? null : speechPolicy === undefined ? policyBefore : speechPolicy;
  const order = speechPolicy ? null : speechOrder === undefined ? orderBefore : speechOrder;
  if (policy !== policyBefore) {
    change.speechPolicy = policy;
    Object.assign(details, { speechPolicyBefore: policyBefore, speechPolicy: policy });
  }
  const [textBefore, text] = [orderBefore?.join(', ') ?? null, order?.join(', ') ?? null];
  if (text !== textBefore) {
    change.speechOrder = order;
    Object.assign(details, { speechOrderBefore: textBefore, speechOrder: text });
  }
}
