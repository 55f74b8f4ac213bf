/**
 * Deliveries of an endpoint that have jobs to send them now; the others are parked, and have none. A job whose endpoint takes what it
 * is sent at once takes parked ones along.
 */
export const AT_ONCE = 6;
/** The same while the endpoint takes what it is sent: few jobs that take much along cost a tenth of many that do not. */
export const AT_ONCE_FLOWING = 2;
/** What makes it so (of the table alias `e`). When it last took something is known to the second. */
export const IS_FLOWING = `(e.failing_since IS NULL AND e.last_delivered_at > now() - interval '3 seconds')`;
/** Messages one job has under way to its endpoint at once. */
export const ABREAST = 16;
/** Messages all jobs together have under way to an endpoint when the last is taken along. */
export const MOST_ABREAST = 32;
/** What makes a delivery one of those that have jobs (of the table alias `d`). */
export const IS_IN_HAND = `(d.status = 'sending' OR d.status = 'waiting' AND d.due_at IS NULL)`;
/** The priority of jobs for endpoints that are behind or failing, among those of their workspace. */
export const LATER = -1;
