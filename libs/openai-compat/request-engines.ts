import { Injectable } from '@nestjs/common';
import { type SpeechChoice, SpeechRegistry } from '#speech';
import { EngineChoice, type WorkspaceEngines } from '#transcription';
import { type ModelWish, wishOfName } from './named-model.js';
import { inability, type SpeechOrder } from './speech-order.js';

/** Who is to do what a request asks for. */
export interface RequestEngine {
  choice: SpeechChoice;
  /** Whom the request named, as far as it did. */
  named: Pick<ModelWish, 'provider' | 'model'>;
  /** Whether others may do it while that one cannot. */
  isOpen: boolean;
  workspace: WorkspaceEngines;
}

/** Finds the engine that a request means. */
@Injectable()
export class RequestEngines {
  constructor(
    private readonly speech: SpeechRegistry,
    private readonly engines: EngineChoice,
  ) {}

  /** @throws FieldError model_not_found, unsupported_value, of `speechErrors` */
  async find(workspaceId: string, order: SpeechOrder): Promise<RequestEngine> {
    const workspace = await this.engines.read(workspaceId);
    const { isOpen, ...meant } = wishOfName(order.model, this.speech.list(workspace.own), this.speech.all());
    const { policy, order: byName } = this.speech.preferenceFor({}, workspace.preference);
    // Where somebody said by what engines are chosen, an open name is no reason to choose otherwise: not by machines outside, above all.
    const named = isOpen && (policy !== undefined || byName !== undefined) ? {} : meant;
    const { language, diarize, translate } = order;
    const wish = { ...named, language, diarize, ...(translate ? { task: 'translate' as const } : {}) };
    const { choice } = this.engines.chooseBy(workspace, wish);
    const unable = inability(order, choice);
    if (unable !== null) throw unable;
    return { choice, named, isOpen, workspace };
  }

  /** Who else can do it in one call, in the order they are asked in. */
  others({ choice, workspace }: RequestEngine, order: SpeechOrder, piece: { seconds: number; bytes: number }): SpeechChoice[] {
    const { language, diarize, translate } = order;
    const needs = {
      provider: choice.provider.id,
      model: choice.model.id,
      language: language ?? null,
      diarize,
      ...(translate ? { task: 'translate' as const } : {}),
    };
    return this.engines.standInsBy(workspace, choice, needs, piece).filter((other) => inability(order, other) === null);
  }
}
