export type OutgoingScheme = 'https' | 'http';

/** How far one call may go. */
export interface OutgoingLimits {
  schemes: readonly OutgoingScheme[];
  /** Redirects that are followed; each is judged as the first address was and gets a connection of its own. */
  redirects: number;
  /** To have a connection, with TLS. */
  connectSeconds: number;
  /** Until the answer begins, and between two pieces of it. */
  idleSeconds: number;
  /** For everything, redirects and the whole answer included. */
  totalSeconds: number;
  /** Of the answer's body. */
  maxBytes: number;
}
