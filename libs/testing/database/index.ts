export { openDatabase } from './open-database.js';
export { emptyDatabase, type TestDatabase, testDatabase } from './test-database.js';
