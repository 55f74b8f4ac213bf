export { wav } from './tone.js';
