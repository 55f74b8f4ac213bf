/** A floor of P1: the npm gateway @portkey-ai/gateway, started as its own `start:node` does. */
const { PORT } = process.env;

process.argv.push(`--port=${PORT}`, '--headless');
process.once('SIGTERM', () => process.exit());
await import(new URL('../../node_modules/@portkey-ai/gateway/build/start-server.js', import.meta.url).href);
