export { AUTHORITY, CERTIFICATES, SERVER_KEY } from './certificates.js';
