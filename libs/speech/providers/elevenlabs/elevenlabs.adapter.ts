import type { Config } from '#config';
import { attempt, keyFor, openConnection } from '#provider-calls';
import type { KeyCheck, SpeechModel, SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';
import { postForJson } from '../json-answer.js';
import { withoutPrompt } from '../prompt-ignored.js';
import { checkElevenLabsKey } from './check-key.js';
import { ELEVENLABS_MODELS } from './models.js';
import { transcriptOfAnswer } from './transcript-answer.js';

/** ElevenLabs' Scribe. */
export class ElevenLabsSpeech implements SpeechProvider {
  readonly id = 'elevenlabs' as const;
  readonly configured: boolean;
  private readonly baseUrl: string;
  private readonly connection;

  /** @param apiKey the installation's; without it only workspaces' own keys are used */
  constructor(
    private readonly apiKey: string | undefined,
    { baseUrl }: Config['speech']['elevenlabs'],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = ELEVENLABS_MODELS,
  ) {
    this.configured = apiKey !== undefined;
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.connection = openConnection(timeoutSeconds);
  }

  async transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const key = keyFor(this.id, request.apiKey, this.apiKey);
    const clocks = { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds, key } as const;
    return attempt(clocks, async (signal) => {
      const call = {
        provider: this.id,
        url: `${this.baseUrl}/v1/speech-to-text`,
        headers: { 'xi-api-key': key },
        body: await this.formOf(request),
        key,
      };
      const answer = await postForJson(this.connection, call, signal);
      return withoutPrompt(transcriptOfAnswer(answer, request), request);
    });
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    return checkElevenLabsKey(this.connection, this.baseUrl, apiKey, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Without `keyterms`: what a prompt says would cost a fifth more. */
  private async formOf({ model, language, temperature, diarize, audio }: SpeechRequest): Promise<FormData> {
    const form = new FormData();
    form.set('model_id', model);
    form.set('timestamps_granularity', 'word');
    form.set('tag_audio_events', 'false');
    form.set('diarize', String(diarize === true));
    if (language !== undefined) form.set('language_code', language);
    if (temperature !== undefined) form.set('temperature', String(temperature));
    form.set('file', await chunkFile(this.id, audio));
    return form;
  }
}
