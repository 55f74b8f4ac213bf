/** A workspace's own key, opened. Neither JSON nor a log shows what it is; whoever calls the provider says `reveal`. */
export class OwnKey {
  readonly #apiKey: string;

  /** @param sealed as it lies in its row: another one there means that the key was replaced */
  constructor(
    readonly id: string,
    readonly lastFour: string,
    readonly sealed: Buffer,
    apiKey: string,
  ) {
    this.#apiKey = apiKey;
  }

  /** The key itself, for one call. */
  reveal(): string {
    return this.#apiKey;
  }
}
