/** Deliveries of an endpoint that have jobs to send them now; the others are parked, and have none. */
export const AT_ONCE = 6;
/** What makes a delivery one of these (of the table alias `d`). */
export const IS_IN_HAND = `(d.status = 'sending' OR d.status = 'waiting' AND d.due_at IS NULL)`;
/** The priority of jobs for endpoints that are behind or failing, among those of their workspace. */
export const LATER = -1;
