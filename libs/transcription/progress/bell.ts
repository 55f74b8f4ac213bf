/** Remembers that it was rung until somebody looks; however often, it is one ring. */
export class Bell {
  private rung = false;
  private wake?: () => void;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /**
   * Waits until it is rung, if it was not yet, and then is silent again.
   * @returns false when nobody rang for so long, or the signal came
   */
  async heard(withinMs: number, signal: AbortSignal): Promise<boolean> {
    if (!this.rung && !signal.aborted) await this.wait(withinMs, signal);
    const { rung } = this;
    this.rung = false;
    return rung && !signal.aborted;
  }

  private async wait(ms: number, signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let wake: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.wake = resolve;
      timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', wake, { once: true });
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
    this.wake = undefined;
  }
}
