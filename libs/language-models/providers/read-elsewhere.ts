/**
 * Where prices were read that nobody here could read at their vendors: a copy of LiteLLM's public table as it stood on that day. What it
 * says it has from the vendors' pages; whoever can read those corrects it by LANGUAGE_MODELS_FILE.
 */
export const LITELLM = {
  source: "a copy of LiteLLM's table, https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
  date: '2026-07-24',
};
