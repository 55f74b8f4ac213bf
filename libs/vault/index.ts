export { masterKeyIds } from './master-keys.js';
export { SealBroken } from './sealed-box.js';
export { type SealedPlace, Vault } from './vault.js';
export { VaultModule } from './vault.module.js';
