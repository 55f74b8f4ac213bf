export { answerOfShape, type ShapedAnswer } from './answer-of-shape.js';
export { costOf, sumOfCosts, sumOfUsages } from './cost.js';
export { expectedTokens } from './count-tokens.js';
export { languageModelErrors } from './language-models.errors.js';
export { LanguageModelsModule } from './language-models.module.js';
export {
  type AnswerSchema,
  LANGUAGE_PROVIDER_IDS,
  type LanguageAnswer,
  type LanguageCost,
  type LanguageMessage,
  type LanguageModel,
  type LanguagePiece,
  type LanguagePrice,
  type LanguageProvider,
  type LanguageProviderId,
  type LanguageRequest,
  type LanguageUsage,
  type TokenCount,
} from './language-provider.js';
export { LanguageRegistry } from './language-registry.js';
export type { LanguageChoice, LanguageNeeds, LanguageWish } from './registry.js';
