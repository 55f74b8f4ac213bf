import { Injectable } from '@nestjs/common';
import type { FieldError } from '#errors';
import {
  type AnswerSchema,
  answerOfShape,
  type LanguageAnswer,
  type LanguageChoice,
  type LanguagePiece,
  type LanguageRequest,
} from '#language-models';
import { isAboutTheKey, ProviderError } from '#provider-calls';
import { asWriter, CallKeys } from '#provider-keys';
import { brokeOff, failureOf, isFinal, isOfWriter, mostTelling, noKey, waitFor } from './next-writer.js';
import { type Call, type Run, WritingAccounts } from './writing-accounts.js';
import type { WritingOrder, Written, WrittenValue } from './writing-order.js';

/** How often one model is asked for an answer of the shape. */
const MOST_CALLS_FOR_SHAPE = 3;

/** A stream that has begun. */
interface Begun {
  call: Call;
  pieces: AsyncIterator<LanguagePiece>;
  first: IteratorResult<LanguagePiece>;
}

/**
 * Has text written: with the workspace's own key where it has one, else with the installation's, one key after the other while it is the
 * key that is refused; and, where nobody was named, by one provider after the other while it is the provider that cannot. Each call is
 * written down when it ends, and billed once.
 */
@Injectable()
export class Writing {
  constructor(
    private readonly keys: CallKeys,
    private readonly accounts: WritingAccounts,
  ) {}

  /**
   * Has an answer written.
   * @throws FieldError of `languageModelErrors` or `writingErrors`, provider_key_rejected, quota_exceeded
   * @throws the signal's reason once it is aborted
   */
  async answer(order: WritingOrder): Promise<Written> {
    const run = await this.accounts.open(order);
    return this.closing(run, async () => {
      const { choice, result } = await this.first(run, (one) => this.whole(run, one, requestOf(order, one)));
      return { text: result.text, provider: choice.provider.id, model: result.model, calls: run.calls };
    });
  }

  /**
   * Has an answer written that satisfies a JSON schema. One that does not is refused, never repaired, and asked for again.
   * @throws as `answer`; writer_unavailable when no answer has the shape
   */
  async answerOfShape(order: WritingOrder & { schema: AnswerSchema }): Promise<WrittenValue> {
    const run = await this.accounts.open(order);
    return this.closing(run, async () => {
      const { choice, result } = await this.first(run, (one) => {
        const asked = { id: one.provider.id, answer: (request: LanguageRequest) => this.whole(run, one, request) };
        const request = { ...requestOf(order, one), schema: order.schema };
        return answerOfShape(asked, request, { mostCalls: MOST_CALLS_FOR_SHAPE });
      });
      const model = result.calls.at(-1)?.model ?? choice.model.id;
      return { value: result.value, provider: choice.provider.id, model, calls: run.calls };
    });
  }

  /**
   * Has an answer written piece by piece; its end is the last. Whoever takes no more of it ends the call.
   * @throws as `answer`; writer_broke_off when it ends after text has come: what came is no answer then, and nobody goes on with it
   */
  async *stream(order: WritingOrder): AsyncGenerator<LanguagePiece, void, undefined> {
    const run = await this.accounts.open(order, { streaming: true });
    try {
      const { result } = await this.first(run, (choice) => this.begin(run, choice));
      yield* this.rest(run, result);
    } finally {
      await this.accounts.close(run);
    }
  }

  private async closing<T>(run: Run, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.accounts.close(run);
    }
  }

  /** Asks one after the other until one does it. */
  private async first<T>(
    { choices }: Run,
    work: (choice: LanguageChoice) => Promise<T>,
  ): Promise<{ choice: LanguageChoice; result: T }> {
    const failures: FieldError[] = [];
    for (const choice of choices) {
      try {
        return { choice, result: await work(choice) };
      } catch (error) {
        // What has no shape after all tries is the one failure that no single call has.
        const failure = error instanceof ProviderError ? failureOf(error) : error;
        if (!isOfWriter(failure)) throw failure;
        failures.push(failure);
        if (isFinal(failure)) break;
      }
    }
    throw mostTelling(failures);
  }

  private async whole(run: Run, choice: LanguageChoice, request: LanguageRequest): Promise<LanguageAnswer> {
    const { call, result } = await this.ask(run, choice, (apiKey) => choice.provider.answer({ ...request, apiKey }));
    await this.answered(run, call, result);
    return result;
  }

  /** Up to the first piece: until then another key, or another provider, may begin anew. */
  private async begin(run: Run, choice: LanguageChoice): Promise<Begun> {
    const { call, result } = await this.ask(run, choice, async (apiKey) => {
      const pieces = choice.provider.stream({ ...requestOf(run.order, choice), apiKey })[Symbol.asyncIterator]();
      return { pieces, first: await pieces.next() };
    });
    return { call, ...result };
  }

  private async *rest(run: Run, { call, pieces, first }: Begun): AsyncGenerator<LanguagePiece, void, undefined> {
    let isOver = false;
    try {
      for (let next = first; next.done !== true; next = await pieces.next()) {
        isOver = next.value.kind === 'end';
        if (next.value.kind === 'end') await this.answered(run, call, next.value.answer);
        yield next.value;
      }
    } catch (error) {
      if (isOver) throw error;
      isOver = true;
      throw brokeOff(call.choice.provider.id, await this.failed(run, call, error));
    } finally {
      if (!isOver) await this.abandon(run, call, pieces);
    }
  }

  /** Asks one provider, with one key after the other as long as it is the key that is refused. */
  private async ask<T>(
    run: Run,
    choice: LanguageChoice,
    begin: (apiKey: string) => Promise<T>,
  ): Promise<{ call: Call; result: T }> {
    const { id } = choice.provider;
    const closed = await this.keys.refusal(asWriter(id));
    if (closed !== null) throw waitFor(id, closed);
    const refused = new Set<string>();
    const failures: FieldError[] = [];
    for (;;) {
      const opened = await this.keys.openSoon(this.accounts.readerOf(run), asWriter(id), refused, run.order.signal);
      if (opened !== null && 'retryAfterSeconds' in opened) throw mostTelling([...failures, waitFor(id, opened)]);
      if (opened === null || opened.kind === 'none') throw mostTelling(failures.length === 0 ? [noKey(id)] : failures);
      const call = { choice, with: opened, started: performance.now() };
      try {
        return { call, result: await begin(opened.key.reveal()) };
      } catch (error) {
        failures.push(await this.failed(run, call, error));
        if (!(error instanceof ProviderError && isAboutTheKey(error))) throw mostTelling(failures);
        refused.add(opened.key.id);
      }
    }
  }

  private async answered(run: Run, call: Call, answer: LanguageAnswer): Promise<void> {
    try {
      await this.accounts.answered(run, call, answer);
    } finally {
      await this.keys.answered(asWriter(call.choice.provider.id), call.with, 0);
    }
  }

  /** @throws whatever is no provider's error: the order's signal was aborted */
  private async failed(run: Run, call: Call, error: unknown): Promise<FieldError> {
    if (!(error instanceof ProviderError)) {
      this.keys.dropped(call.with);
      await this.accounts.cutOff(run, call);
      throw error;
    }
    try {
      return await this.accounts.failed(run, call, error);
    } finally {
      await this.keys.failed(asWriter(call.choice.provider.id), call.with, error);
    }
  }

  private async abandon(run: Run, call: Call, pieces: AsyncIterator<LanguagePiece>): Promise<void> {
    this.keys.dropped(call.with);
    await pieces.return?.();
    await this.accounts.cutOff(run, call);
  }
}

function requestOf({ messages, maxOutputTokens, temperature, signal }: WritingOrder, { model }: LanguageChoice): LanguageRequest {
  return { model: model.id, messages, maxOutputTokens, temperature, signal };
}
