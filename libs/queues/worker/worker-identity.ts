import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';

/** What this worker process is called in leases and pulses; new with every start. */
@Injectable()
export class WorkerIdentity {
  readonly host = hostname();
  readonly name = `${this.host}/${process.pid}/${randomBytes(4).toString('hex')}`;
}
