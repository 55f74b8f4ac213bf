export { OpenAiCompatHttpModule } from './openai-compat-http.module.js';
