import { attempt } from '#provider-calls';
import type { SpeechModel, SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import type { LocalEngine } from './engine.js';

/** The engines on this machine, behind the same port as the rest. */
export class LocalSpeech implements SpeechProvider {
  readonly id = 'local' as const;
  readonly configured = true;

  /**
   * @param engines as `findEngines` gave them, the preferred one first
   * @param models what is said of them, where it is not what they were set up with
   */
  constructor(
    private readonly engines: readonly LocalEngine[],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = engines.map(({ model }) => model),
  ) {}

  transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const engine = this.engines.find(({ model }) => model.id === request.model);
    if (engine === undefined) throw new Error(`The model ${request.model} is not one of local's.`);
    const limits = { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds };
    return engine.slots.run(request.signal, () => attempt(limits, (signal) => engine.transcribe(request, signal)));
  }

  /** Nothing is held between calls. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
