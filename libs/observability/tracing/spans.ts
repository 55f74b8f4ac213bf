import { currentContext, runInContext } from '../request-context.js';
import type { NewSpan, Span } from './span.js';

/** Does a piece of the work of the current request or job as a span of its trace; where nothing is traced, just does it. */
export async function inSpan<T>(made: NewSpan, work: () => Promise<T>): Promise<T> {
  const context = currentContext();
  const span = context?.span?.child(made);
  if (context === undefined || span === undefined) return work();
  return runInContext({ ...context, span }, () => ended(span, work()));
}

/** Where work that the current request or job causes elsewhere belongs; null where nothing is traced. */
export function currentTraceparent(): string | null {
  return currentContext()?.span?.traceparent ?? null;
}

/** Ends a span with its work. */
async function ended<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
