/** Somebody as an outside identity provider knows them. */
export interface VouchedPerson {
  /** Who vouches. With the subject it names the person; the e-mail address never does. */
  issuer: string;
  subject: string;
  /** The address the provider says is verified to be theirs; null when it says no such thing. */
  verifiedEmail: string | null;
  name: string | null;
}
