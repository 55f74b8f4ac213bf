import type { Transcription } from '#database';

/** Which of a workspace's orders go first, as the rows have it. */
export const PRIORITIES = { high: 1, normal: 0, low: -1 } as const;
export type Priority = keyof typeof PRIORITIES;

/** The priority of a transcription by its name. */
export function priorityOf({ priority }: Pick<Transcription, 'priority'>): Priority {
  if (priority === PRIORITIES.normal) return 'normal';
  return priority > PRIORITIES.normal ? 'high' : 'low';
}
