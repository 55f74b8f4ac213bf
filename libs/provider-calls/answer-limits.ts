/** The longest answer we take: the longest piece we ask about, half an hour told word by word, is a quarter of it. */
export const MAX_ANSWER_BYTES = 4_000_000;

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
