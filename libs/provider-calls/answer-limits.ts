/** The longest answer we take: a day of speech is a tenth of it. A server that sends more is broken. */
export const MAX_ANSWER_BYTES = 16_000_000;

/** Thrown by the fetches of a `Connection` when an answer is longer than any we take. */
export class AnswerTooLong extends Error {
  constructor() {
    super(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`);
    this.name = 'AnswerTooLong';
  }
}

/** Thrown by the fetches of a `Connection` when an answer goes on no further. */
export class AnswerStalled extends Error {
  constructor(idleSeconds: number) {
    super(`Nothing of the answer came for ${idleSeconds} seconds.`);
    this.name = 'AnswerStalled';
  }
}
