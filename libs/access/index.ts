export { ACCESS, PUBLIC, Public, UNLIMITED, Unlimited } from './access-metadata.js';
