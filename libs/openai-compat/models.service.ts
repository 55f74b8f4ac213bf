import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { OwnKeys } from '#provider-keys';
import { type SpeechProvider, SpeechRegistry } from '#speech';
import { type ListedModel, modelList } from './model-list.js';
import { modelNotFound } from './named-model.js';

/** The models a workspace can use. */
@Injectable()
export class ModelsService {
  constructor(
    private readonly database: Database,
    private readonly ownKeys: OwnKeys,
    private readonly speech: SpeechRegistry,
  ) {}

  async list(workspaceId: string): Promise<ListedModel[]> {
    return modelList(await this.usable(workspaceId));
  }

  /** @throws FieldError model_not_found */
  async get(workspaceId: string, name: string): Promise<ListedModel> {
    const usable = await this.usable(workspaceId);
    const model = modelList(usable).find(({ id }) => id === name);
    if (model === undefined) throw modelNotFound(name, usable, this.speech.all());
    return model;
  }

  private async usable(workspaceId: string): Promise<readonly SpeechProvider[]> {
    return this.database.inWorkspace(workspaceId, (tx) => this.ownKeys.available(tx));
  }
}
