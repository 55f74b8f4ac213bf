/** An answer of S3 that is an error: the code and status that real S3 gives. */
export class S3Fault extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string = code,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'S3Fault';
  }
}

/** Ways in which the double misbehaves on request. */
export type FaultMode =
  | 'ok'
  /** Every request is answered 503 SlowDown. */
  | '503'
  /** Every third request is. */
  | '503third'
  /** Requests are read and never answered. */
  | 'hang'
  /** Bodies move at 1 KB/s, in both directions. */
  | 'slow'
  /** The connection is reset: at once, or in the middle of a body that was asked for. */
  | 'reset'
  /** Half of the body, then a clean end. */
  | 'truncate'
  /** One byte of the body is another. */
  | 'corrupt'
  /** 403 AccessDenied. */
  | 'denied'
  /** 507, as MinIO answers when its disks are full. */
  | 'full';
