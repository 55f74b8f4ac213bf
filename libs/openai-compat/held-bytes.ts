import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { FieldError } from '#errors';
import { openAiErrors } from './openai-compat.errors.js';

const RETRY_SECONDS = 1;

/** What one request holds of the memory for recordings. */
export interface Share {
  /**
   * Makes it at least so large.
   * @throws FieldError too_busy, with nothing changed
   */
  growTo(bytes: number): void;
  /** Gives all of it back; further calls do nothing. */
  giveBack(): void;
}

/** The memory in which recordings may lie, of all requests together: beyond it the next is asked to come again. */
@Injectable()
export class HeldBytes {
  private held = 0;

  constructor(private readonly config: Config) {}

  /** A share for one request, empty at first. */
  open(): Share {
    let own = 0;
    let isOver = false;
    return {
      growTo: (bytes) => {
        const more = isOver ? 0 : Math.max(0, bytes - own);
        if (this.held + more > this.config.recordings.heldBytes) throw tooBusy();
        this.held += more;
        own += more;
      },
      giveBack: () => {
        this.held -= own;
        own = 0;
        isOver = true;
      },
    };
  }
}

function tooBusy(): FieldError {
  return new FieldError(openAiErrors.too_busy, openAiErrors.too_busy.example, { retryAfterSeconds: RETRY_SECONDS });
}
