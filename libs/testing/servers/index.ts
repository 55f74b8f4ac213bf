export { type CutOffProxy, startCutOffProxy } from './cut-off-proxy.js';
export { testDatabaseServerUrl, testRedisUrl } from './test-servers.js';
