export { ACCESS, PUBLIC, Public, UNLIMITED, Unlimited } from './access-metadata.js';
export { isSameSecret } from './same-secret.js';
