import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { AUDIO_FORMATS } from '#media';
import { Readiness } from '#observability';
import { OwnKeys } from '#provider-keys';
import { languageNames, type SpeechModel } from '#speech';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from './formats/transcript-formats.js';

/** A model under the name `provider/model`. */
interface NamedModel {
  name: string;
  model: SpeechModel;
}

/** What this installation can do with recordings. */
@Injectable()
export class AudioCapabilities {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly ownKeys: OwnKeys,
    private readonly readiness: Readiness,
  ) {}

  /** Every language somebody understands, by name. */
  async languages(workspaceId: string): Promise<{ code: string; name: string; models: string[] }[]> {
    const models = await this.models(workspaceId);
    return Object.entries(languageNames())
      .map(([code, name]) => ({
        code,
        name,
        models: models.filter(({ model }) => speaks(model, code)).map((named) => named.name),
      }))
      .filter((language) => language.models.length > 0)
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  formats(): {
    recordings: { container: string; name: string; contentType: string }[];
    maxBytes: number;
    maxSeconds: number;
    transcripts: TranscriptFormat[];
  } {
    const { maxBytes, maxSeconds } = this.config.recordings;
    const recordings = Object.values(AUDIO_FORMATS).map(({ container, title, contentType }) => ({
      container,
      name: title,
      contentType,
    }));
    return { recordings, maxBytes, maxSeconds, transcripts: [...TRANSCRIPT_FORMATS] };
  }

  /** Without a model nothing is transcribed; while a part fails, what is taken waits. */
  async health(workspaceId: string): Promise<{ status: 'ok' | 'degraded' | 'unavailable'; failing: string[]; models: string[] }> {
    const models = (await this.models(workspaceId)).map(({ name }) => name);
    const { checks } = await this.readiness.report();
    const failing = Object.entries(checks).flatMap(([name, { ok }]) => (ok ? [] : [name]));
    const status = models.length === 0 ? 'unavailable' : failing.length > 0 ? 'degraded' : 'ok';
    return { status, failing, models };
  }

  private async models(workspaceId: string): Promise<NamedModel[]> {
    const providers = await this.database.inWorkspace(workspaceId, (tx) => this.ownKeys.available(tx));
    return providers.flatMap((provider) => provider.models.map((model) => ({ name: `${provider.id}/${model.id}`, model })));
  }
}

function speaks({ languages }: SpeechModel, code: string): boolean {
  return languages === 'multilingual' || languages.includes(code);
}
