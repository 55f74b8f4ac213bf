export { ProvidersHttpModule } from './providers-http.module.js';
