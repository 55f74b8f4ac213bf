import { join } from 'node:path';
import { ProviderError } from '#provider-calls';
import type { SpeechModel, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { warningsOfMoved, withinChunk } from '../times.js';
import type { LocalEngine } from './engine.js';
import { pocketsphinxModel } from './models.js';
import { parsePocketsphinx } from './pocketsphinx-output.js';
import { runProgram } from './run-program.js';
import type { Slots } from './slots.js';
import { requireWave } from './wave-header.js';

const LOW_ACCURACY =
  'low_accuracy: pocketsphinx gets about half of the words of real speech right. Set a provider key, or run: npm run model -- base';

/** The pocketsphinx program: poor, English only, but it needs no key and no download. */
export class Pocketsphinx implements LocalEngine {
  readonly model: SpeechModel;

  /**
   * @param program its full path
   * @param modelFolder the folder of the en-us model
   */
  constructor(
    private readonly program: string,
    private readonly modelFolder: string,
    readonly slots: Slots,
    parallel: number,
  ) {
    this.model = pocketsphinxModel(parallel);
  }

  async transcribe({ audio }: SpeechRequest, signal: AbortSignal): Promise<SpeechResult> {
    const path = await requireWave(audio);
    const { code, stdout } = await runProgram(this.program, this.argumentsFor(path), signal);
    if (code !== 0) {
      const message = `pocketsphinx ended with ${code === null ? 'a crash' : `code ${code}`}. Check POCKETSPHINX_MODEL_PATH.`;
      throw new ProviderError({ provider: 'local', kind: 'unavailable', providerCode: `exit_${code}`, message });
    }
    const heard = parsePocketsphinx(stdout);
    const segments = withinChunk(heard.segments, audio.seconds);
    const words = withinChunk(heard.words, audio.seconds);
    return {
      text: segments.spans.map(({ text }) => text).join(' '),
      language: 'en',
      segments: segments.spans,
      words: words.spans,
      timestampSource: 'provider',
      raw: stdout,
      warnings: [LOW_ACCURACY, ...warningsOfMoved(segments.moved + words.moved)],
    };
  }

  /** The voice detection is less eager than by default: it hears fewer words in noise and ends an utterance later. */
  private argumentsFor(path: string): string[] {
    const model = (name: string) => join(this.modelFolder, name);
    return [
      ...['-infile', path, '-time', 'yes', '-logfn', '/dev/null'],
      ...['-hmm', model('en-us'), '-lm', model('en-us.lm.bin'), '-dict', model('cmudict-en-us.dict')],
      ...['-vad_threshold', '3.5', '-vad_postspeech', '100'],
    ];
  }
}
