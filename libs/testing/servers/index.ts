export { testDatabaseServerUrl, testRedisUrl } from './test-servers.js';
