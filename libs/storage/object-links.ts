import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { FieldError } from '#errors';
import { cleanFileName } from './content-disposition.js';
import { assertObjectKey } from './object-key.js';
import { MAX_LINK_SECONDS, type PartUrlOptions, type SignedUrlOptions } from './object-store.js';
import { storageErrors } from './storage.errors.js';

/** What a link of ours says: which object, until when, and how to send it. */
export interface ObjectLink {
  key: string;
  /** Seconds since 1970. */
  expiresAt: number;
  fileName?: string;
  contentType?: string;
  disposition?: 'attachment' | 'inline';
}

/** What a link says that takes a part: which one, of how many bytes, until when. */
export interface PartLink {
  key: string;
  uploadId: string;
  number: number;
  bytes: number;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** Refuses a life no store could give. */
export function assertLinkLife(expiresSeconds: number): void {
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > MAX_LINK_SECONDS) {
    throw new RangeError(`A signed URL lives from 1 to ${MAX_LINK_SECONDS} seconds, not ${expiresSeconds}.`);
  }
}

/**
 * Makes and checks the links to objects on local disk. A token is `<JSON>.<HMAC-SHA256 of it>`, both base64url; its key is derived
 * from the secret of the installation by HKDF (RFC 5869), so that no other signature of ours can pass for one.
 */
export class ObjectLinks {
  private readonly objectKey: Buffer;
  private readonly partKey: Buffer;

  constructor(
    private readonly publicUrl: string,
    secret: string,
  ) {
    this.objectKey = signingKey(secret, 'steno object link v1');
    this.partKey = signingKey(secret, 'steno part link v1');
  }

  /** A URL under `/objects/` that `read` accepts until it expires. */
  url(key: string, options: SignedUrlOptions): string {
    assertObjectKey(key);
    assertLinkLife(options.expiresSeconds);
    const { expiresSeconds, fileName = '', ...presentation } = options;
    const link: ObjectLink = { key, expiresAt: Math.floor(Date.now() / 1000) + expiresSeconds, ...presentation };
    // Bounded, because a token must fit the router's longest parameter, 2 048 characters.
    if (fileName !== '') link.fileName = cleanFileName(fileName);
    return `${this.publicUrl}/objects/${tokenOf(link, this.objectKey)}`;
  }

  /** A URL under `/objects/parts/` that `readPart` accepts until it expires. */
  partUrl(key: string, uploadId: string, number: number, { expiresSeconds, bytes }: PartUrlOptions): string {
    assertObjectKey(key);
    assertLinkLife(expiresSeconds);
    const link: PartLink = { key, uploadId, number, bytes, expiresAt: Math.floor(Date.now() / 1000) + expiresSeconds };
    return `${this.publicUrl}/objects/parts/${tokenOf(link, this.partKey)}`;
  }

  /** @throws FieldError link_invalid when it was not made by us, link_expired when it once was valid */
  read(token: string): ObjectLink {
    return readToken<ObjectLink>(token, this.objectKey);
  }

  /** @throws FieldError as `read` */
  readPart(token: string): PartLink {
    return readToken<PartLink>(token, this.partKey);
  }
}

function signingKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

function tokenOf(link: ObjectLink | PartLink, key: Buffer): string {
  const content = Buffer.from(JSON.stringify(link)).toString('base64url');
  return `${content}.${sign(content, key).toString('base64url')}`;
}

function readToken<Link extends { expiresAt: number }>(token: string, key: Buffer): Link {
  const [content = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(content, key);
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new FieldError(storageErrors.link_invalid, storageErrors.link_invalid.example);
  }
  // The signature says that these bytes are our own JSON, so their shape is known.
  const link = JSON.parse(Buffer.from(content, 'base64url').toString()) as Link;
  if (link.expiresAt <= Date.now() / 1000) {
    throw new FieldError(
      storageErrors.link_expired,
      `The link expired at ${new Date(link.expiresAt * 1000).toISOString()}. Ask for a new one.`,
    );
  }
  return link;
}

function sign(content: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
