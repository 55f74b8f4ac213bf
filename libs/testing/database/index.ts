export { fillTables, lostRows, type Rows, rowsOf } from './filled-tables.js';
export { openDatabase } from './open-database.js';
export { emptyDatabase, type TestDatabase, testDatabase } from './test-database.js';
