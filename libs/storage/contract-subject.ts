import type { ObjectStore } from './object-store.js';

/** A store to be judged, and how to look behind it. */
export interface ContractSubject {
  store: ObjectStore;
  /** Unfinished transfers that lie in the store now. */
  unfinished: () => Promise<number>;
  /** Puts a part by its URL, as a client would. @returns status of the answer */
  putByUrl: (url: string, content: Buffer) => Promise<number>;
  /** Parts of a completed upload can still be listed and put: Swift's large objects go on consisting of them. */
  keepsCompletedParts?: true;
  stop: () => Promise<void>;
}
