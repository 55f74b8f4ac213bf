import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type JsonValue, parseJson, ProviderError } from '#provider-calls';
import { sumOfCosts, sumOfUsages } from './cost.js';
import type {
  AnswerSchema,
  LanguageAnswer,
  LanguageCost,
  LanguageProvider,
  LanguageRequest,
  LanguageUsage,
} from './language-provider.js';

/** An answer that has the shape asked for. */
export interface ShapedAnswer {
  value: JsonValue;
  /** The calls it took, the last of which gave the value. */
  calls: readonly LanguageAnswer[];
  /** Of all calls; undefined when one of them did not say. */
  usage?: LanguageUsage;
  /** Of all calls. */
  cost: LanguageCost;
}

interface Asking {
  /** The most calls to make. */
  mostCalls: number;
  /** Told of each answer before anything else is done with it: it is paid for, whatever its shape. */
  record?: (answer: LanguageAnswer) => Promise<void>;
}

const MOST_MISTAKES = 10;

/**
 * Has an answer written that satisfies a JSON schema. One that does not is refused, never repaired: the model is told what is wrong
 * and asked again.
 * @throws ProviderError `unavailable` with the code `wrong_shape` when no answer has the shape; whatever else goes wrong with a call
 * @throws Error when the schema itself is none
 */
export async function answerOfShape(
  provider: Pick<LanguageProvider, 'id' | 'answer'>,
  request: LanguageRequest & { schema: AnswerSchema },
  { mostCalls, record }: Asking = { mostCalls: 3 },
): Promise<ShapedAnswer> {
  const validate = validatorOf(request.schema);
  const calls: LanguageAnswer[] = [];
  let { messages } = request;
  while (calls.length < mostCalls) {
    const answer = await provider.answer({ ...request, messages });
    await record?.(answer);
    calls.push(answer);
    const value = parseJson(answer.text);
    const mistakes = mistakesOf(validate, value);
    if (value !== undefined && mistakes.length === 0) {
      return {
        value,
        calls,
        usage: sumOfUsages(calls.map(({ usage }) => usage)),
        cost: sumOfCosts(calls.map(({ cost }) => cost)),
      };
    }
    messages = [...request.messages, { role: 'assistant', text: answer.text }, { role: 'user', text: orderToCorrect(mistakes) }];
  }
  throw new ProviderError({
    provider: provider.id,
    kind: 'unavailable',
    providerCode: 'wrong_shape',
    message: `${request.model} of ${provider.id} gave no answer of the shape asked for in ${mostCalls} calls.`,
    providerRequestId: calls.at(-1)?.providerRequestId,
  });
}

/** Made for each call: a validator that is kept would keep every schema there ever was. */
function validatorOf({ schema }: AnswerSchema): ValidateFunction {
  return new Ajv2020({ allErrors: true, strict: false, validateFormats: false, logger: false }).compile(schema);
}

function mistakesOf(validate: ValidateFunction, value: JsonValue | undefined): string[] {
  if (value === undefined) return ['it is not JSON'];
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, MOST_MISTAKES).map(sentenceOf);
}

function sentenceOf({ instancePath, message = 'is wrong', params }: ErrorObject): string {
  const named = Object.values(params as Record<string, unknown>).filter((value) => typeof value === 'string');
  const extra = named.filter((name) => !message.includes(name));
  return `${instancePath || 'the object'} ${message}${extra.length === 0 ? '' : ` (${extra.join(', ')})`}`;
}

function orderToCorrect(mistakes: readonly string[]): string {
  return [
    'This answer is not what was asked for:',
    ...mistakes.map((mistake) => `- ${mistake}`),
    'Answer again with the whole JSON object, corrected, and nothing else.',
  ].join('\n');
}
