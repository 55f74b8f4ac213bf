import { asNumber, asObject, asObjects, asText, badResponse, type JsonValue, parseJson, ProviderError } from '#provider-calls';
import type { SpeechModel, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { languageCode } from '../../languages.js';
import { warningsOfMoved, withinChunk } from '../times.js';
import type { LocalEngine } from './engine.js';
import { whisperModel } from './models.js';
import { runProgram } from './run-program.js';
import type { Slots } from './slots.js';
import { requireWave } from './wave-header.js';
import { segmentsOf, sentencesOf, type WhisperAnswer, wordsOf } from './whisper-output.js';
import { ANSWER_MARK, WHISPER_PROCESS, type WhisperJob } from './whisper-process.js';

/** Our codes that whisper.cpp calls differently. */
const WHISPER_CODE: Readonly<Record<string, string>> = { jv: 'jw' };

/** whisper.cpp with one model file. Each chunk has a process of its own, ended with the call. */
export class Whisper implements LocalEngine {
  readonly model: SpeechModel;

  /**
   * @param name of the model, as in `ggml-<name>.bin`
   * @param slots shared by all model files: each chunk uses all of its threads
   */
  constructor(
    name: string,
    private readonly modelPath: string,
    readonly slots: Slots,
    private readonly threads: number,
    parallel: number,
  ) {
    this.model = whisperModel(name, parallel);
  }

  async transcribe(request: SpeechRequest, signal: AbortSignal): Promise<SpeechResult> {
    const path = await requireWave(request.audio);
    const args = [WHISPER_PROCESS, JSON.stringify(this.jobOf(path, request))];
    const { code, stdout } = await runProgram(process.execPath, args, signal);
    const raw = parseJson(stdout.slice(stdout.lastIndexOf(ANSWER_MARK) + ANSWER_MARK.length));
    if (code !== 0 || raw === undefined || !stdout.includes(ANSWER_MARK)) {
      const message = `whisper.cpp ended without an answer. Check that ${this.modelPath} is a whole ggml model file.`;
      throw new ProviderError({ provider: 'local', kind: 'unavailable', providerCode: `exit_${code}`, message });
    }
    const answer = answerOf(raw);
    const words = request.wordTimestamps ? withinChunk(wordsOf(answer), request.audio.seconds) : undefined;
    const segments = withinChunk(words === undefined ? segmentsOf(answer) : sentencesOf(words.spans), request.audio.seconds);
    return {
      text: segments.spans.map(({ text }) => text).join(' '),
      language: languageCode(answer.language),
      segments: segments.spans,
      words: words?.spans,
      timestampSource: 'provider',
      raw,
      warnings: warningsOfMoved(segments.moved + (words?.moved ?? 0)),
    };
  }

  private jobOf(audioPath: string, { language, prompt, temperature, wordTimestamps, translate }: SpeechRequest): WhisperJob {
    // Without a language the addon would take English for granted.
    const unset = this.model.languages === 'multilingual' ? 'auto' : 'en';
    return {
      modelPath: this.modelPath,
      audioPath,
      options: {
        language: language === undefined ? unset : (WHISPER_CODE[language] ?? language),
        maxThreads: this.threads,
        ...(wordTimestamps ? { maxLen: 1, tokenTimestamps: true } : {}),
        ...(prompt === undefined ? {} : { prompt }),
        ...(translate === true ? { translate } : {}),
        ...(temperature === undefined ? {} : { temperature }),
      },
    };
  }
}

function answerOf(raw: JsonValue): WhisperAnswer {
  const answer = asObject(raw);
  const segments = asObjects(answer?.segments)?.map((item) => ({
    text: asText(item.text) ?? '',
    t0: asNumber(item.t0) ?? 0,
    t1: asNumber(item.t1) ?? 0,
  }));
  const result = asText(answer?.result);
  if (result === undefined || segments === undefined) throw badResponse('local', 'has no text');
  return { result, segments, language: asText(answer?.language) };
}
