/** Requests that a policy let through, and those it refused. */
export interface DecisionCount {
  granted: number;
  refused: number;
}

/** Decisions by policy since they were last taken away: two additions a request, where a library would build label texts. */
export class DecisionCounts {
  private counts = new Map<string, DecisionCount>();

  add(policy: string, decision: keyof DecisionCount): void {
    let count = this.counts.get(policy);
    if (count === undefined) this.counts.set(policy, (count = { granted: 0, refused: 0 }));
    count[decision] += 1;
  }

  /** Gives what was counted, and begins anew. */
  take(): ReadonlyMap<string, DecisionCount> {
    const taken = this.counts;
    this.counts = new Map();
    return taken;
  }
}
