export {
  type ByteSpan,
  type ListedObject,
  MAX_LINK_SECONDS,
  type ObjectBody,
  type ObjectHead,
  ObjectStore,
} from './object-store.js';
export { type PutOptions, type SignedUrlOptions } from './object-store.js';
export { storageErrors } from './storage.errors.js';
