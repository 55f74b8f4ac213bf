export type { CallEnd, CallLimit } from './call-limit.js';
export { CallLimits } from './call-limits.js';
export { CIRCUIT_STATES, Circuits, type CircuitState, type Refusal } from './circuits.js';
export { CircuitsModule } from './circuits.module.js';
export { BUSY, isPoolKey, KeyPools, type KeyState, type PoolKey, UNTOLD_WAIT_SECONDS } from './key-pools.js';
export { type ProviderStanding, ProviderStandings } from './provider-standings.js';
