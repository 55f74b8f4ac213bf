export { UploadsHttpModule } from './uploads-http.module.js';
