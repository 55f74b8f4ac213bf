export { plainUrl } from './alias.js';
export { serveSnakeCase } from './serve-snake-case.js';
