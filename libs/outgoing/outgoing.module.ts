import { Module } from '@nestjs/common';
import { NetworkView, SystemNetworkView } from './network-view.js';
import { OutgoingClient } from './outgoing-client.js';
import { Targets } from './targets.js';

/** For every room that fetches from addresses users give. */
@Module({
  providers: [{ provide: NetworkView, useClass: SystemNetworkView }, Targets, OutgoingClient],
  exports: [OutgoingClient],
})
export class OutgoingModule {}
