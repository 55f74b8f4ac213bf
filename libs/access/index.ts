export { ACCESS, PUBLIC, Public } from './access-metadata.js';
