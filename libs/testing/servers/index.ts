export { type CutOffProxy, startCutOffProxy } from './cut-off-proxy.js';
export { testDatabaseServerUrl, testRedisUrl, testS3 } from './test-servers.js';
