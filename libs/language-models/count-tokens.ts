import type { LanguageMessage, TokenCount } from './language-provider.js';

/** The tokenizer needs time that grows with the square of a word's length: 11 s for 100 000 letters, 4 ms for 2 000. */
const ENDLESS_WORD = /[\p{L}\p{M}]{2001}|[^\s\p{L}\p{N}]{2001}|\s{2001}/u;
const PIECE_OF_WORD = 200;

/**
 * Counts the tokens of a text with OpenAI's o200k_base, the encoding of all its models since gpt-4o and of gpt-oss.
 * @param isTokenizerOf whether the model the count is for uses it; if not, the count is an estimate and says so
 */
export async function countWithO200k(text: string, isTokenizerOf: boolean): Promise<TokenCount> {
  // Two megabytes of table, read when first needed.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const count = (piece: string): number => countTokens(piece, { disallowedSpecial: new Set() });
  if (ENDLESS_WORD.test(text)) {
    const pieces = text.match(new RegExp(`[^]{1,${PIECE_OF_WORD}}`, 'gu')) ?? [];
    const tokens = pieces.reduce((sum, piece) => sum + count(piece), 0);
    return { tokens, exact: false, method: 'estimate: o200k_base in pieces, because a word has more than 2000 letters' };
  }
  return isTokenizerOf
    ? { tokens: count(text), exact: true, method: 'o200k_base' }
    : { tokens: count(text), exact: false, method: 'estimate: o200k_base, which is not the tokenizer of this model' };
}

/** About how many tokens a conversation is, whoever reads it: to set aside with, and to choose a model by. */
export async function expectedTokens(messages: readonly LanguageMessage[]): Promise<number> {
  const { tokens } = await countWithO200k(messages.map(({ text }) => text).join('\n'), false);
  return tokens;
}
