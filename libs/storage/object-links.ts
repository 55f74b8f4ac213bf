import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { FieldError } from '#errors';
import { cleanFileName } from './content-disposition.js';
import { assertObjectKey } from './object-key.js';
import { MAX_LINK_SECONDS, type SignedUrlOptions } from './object-store.js';
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
  private readonly signingKey: Buffer;

  constructor(
    private readonly publicUrl: string,
    secret: string,
  ) {
    this.signingKey = Buffer.from(hkdfSync('sha256', secret, '', 'steno object link v1', 32));
  }

  /** A URL under `/objects/` that `read` accepts until it expires. */
  url(key: string, options: SignedUrlOptions): string {
    assertObjectKey(key);
    assertLinkLife(options.expiresSeconds);
    const { expiresSeconds, fileName = '', ...presentation } = options;
    const link: ObjectLink = { key, expiresAt: Math.floor(Date.now() / 1000) + expiresSeconds, ...presentation };
    // Bounded, because a token must fit the router's longest parameter, 2 048 characters.
    if (fileName !== '') link.fileName = cleanFileName(fileName);
    const content = Buffer.from(JSON.stringify(link)).toString('base64url');
    return `${this.publicUrl}/objects/${content}.${this.sign(content).toString('base64url')}`;
  }

  /** @throws FieldError link_invalid when it was not made by us, link_expired when it once was valid */
  read(token: string): ObjectLink {
    const [content = '', signature = '', ...rest] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.sign(content);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new FieldError(storageErrors.link_invalid, storageErrors.link_invalid.example);
    }
    // The signature says that these bytes are our own JSON, so their shape is known.
    const link = JSON.parse(Buffer.from(content, 'base64url').toString()) as ObjectLink;
    if (link.expiresAt <= Date.now() / 1000) {
      throw new FieldError(
        storageErrors.link_expired,
        `The link expired at ${new Date(link.expiresAt * 1000).toISOString()}. Ask for a new one.`,
      );
    }
    return link;
  }

  private sign(content: string): Buffer {
    return createHmac('sha256', this.signingKey).update(content).digest();
  }
}
