/** Deliveries an endpoint is sent at once. */
export const AT_ONCE = 4;
/** The priority of jobs for endpoints that are behind or failing, among those of their workspace. */
export const LATER = -1;
