import { Module } from '@nestjs/common';
import { CallLimits } from './call-limits.js';
import { Circuits } from './circuits.js';
import { CircuitsRepository } from './circuits.repository.js';
import { KeyPools } from './key-pools.js';
import { KeyDaysRepository } from './key-days.repository.js';
import { ProviderStandings } from './provider-standings.js';

/** What all processes know of providers and of the installation's keys at them. */
@Module({
  providers: [CircuitsRepository, Circuits, CallLimits, KeyDaysRepository, KeyPools, ProviderStandings],
  exports: [Circuits, CallLimits, KeyPools, ProviderStandings],
})
export class CircuitsModule {}
