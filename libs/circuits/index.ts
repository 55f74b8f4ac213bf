export { CIRCUIT_STATES, Circuits, type CircuitState, type Refusal } from './circuits.js';
export { CircuitsModule } from './circuits.module.js';
export { isPoolKey, KeyPools, type KeyState, type PoolKey } from './key-pools.js';
