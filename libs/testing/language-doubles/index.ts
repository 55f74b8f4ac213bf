export { startGeminiLanguageDouble } from './gemini-language-double.js';
export { DOUBLE_USAGE, type LanguageBehaviour, type LanguageMode } from './language-behaviour.js';
export { LANGUAGE_DOUBLE_KEY, type LanguageDouble } from './language-double.js';
export { languageBaseOf, startOpenAiStyleDouble } from './openai-style-double.js';
