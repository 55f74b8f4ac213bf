/** Where a provider is, the installation's key of it, and how long it may take. */
export interface Place {
  apiKey?: string;
  baseUrl: string;
  /** For a whole answer. */
  timeoutSeconds: number;
  /** Between two pieces of one. */
  idleSeconds: number;
}
