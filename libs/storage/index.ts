export { parseRange, type ResolvedSpan } from './byte-range.js';
export { contentDisposition } from './content-disposition.js';
export { sha256Of } from './file-hash.js';
export { type ObjectLink, ObjectLinks, type PartLink } from './object-links.js';
export {
  type ByteSpan,
  type ListedObject,
  MAX_LINK_SECONDS,
  MAX_PARTS,
  MIN_PART_BYTES,
  type ObjectBody,
  type ObjectHead,
  ObjectStore,
  type PutOptions,
  type SignedUrlOptions,
  type StoredPart,
} from './object-store.js';
export { createBucket } from './s3-bucket.js';
export { storageErrors } from './storage.errors.js';
export { StorageModule } from './storage.module.js';
