export { ProvidersModule } from './providers.module.js';
export { ProvidersService } from './providers.service.js';
