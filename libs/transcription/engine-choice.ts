import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ChangeFeed, Database, type Reading, Remembered, type TranscriptionOptions, type WorkspaceTransaction } from '#database';
import { OwnKeys } from '#provider-keys';
import {
  type Piece,
  type ProviderId,
  type SpeechChoice,
  type SpeechNeeds,
  type SpeechPreference,
  SpeechRegistry,
  type SpeechWish,
  standIns,
} from '#speech';
import { MeasuredSpeeds } from './measured-speeds.js';

/** Who transcribes, and by what that was chosen. */
export interface ChosenEngine {
  choice: SpeechChoice;
  /** Empty when an engine was named, or nobody has a preference. */
  preference: SpeechPreference;
}

/** What engines a workspace can have asked, and what it prefers. */
export interface WorkspaceEngines {
  /** Providers it has keys of its own for. */
  own: ReadonlySet<ProviderId>;
  preference: SpeechPreference;
}

type PreferenceRow = { [way in keyof SpeechPreference]: SpeechPreference[way] | null };
type WishedEngine = SpeechWish & { task?: 'transcribe' | 'translate' };

const PREFERENCE = `SELECT speech_policy AS policy, speech_order AS "order" FROM workspaces WHERE id = $1`;

/** Chooses who transcribes: a request goes before its workspace, that before the installation. */
@Injectable()
export class EngineChoice implements OnModuleInit {
  private readonly remembered: Remembered<WorkspaceEngines>;

  constructor(
    private readonly database: Database,
    feed: ChangeFeed,
    private readonly ownKeys: OwnKeys,
    private readonly speech: SpeechRegistry,
    private readonly speeds: MeasuredSpeeds,
  ) {
    this.remembered = new Remembered(feed);
  }

  onModuleInit(): void {
    this.remembered.listen();
  }

  /** Makes ready to choose. Belongs before the transaction that does. */
  async prepare(): Promise<void> {
    await this.speeds.refresh();
  }

  /**
   * Chooses for an order.
   * @param workspace what `read` gave, before the transaction
   * @throws FieldError of `speechErrors` when nobody can do what is wished, or it contradicts itself; provider_key_rejected
   */
  async choose(tx: WorkspaceTransaction, workspace: WorkspaceEngines, wish: WishedEngine): Promise<ChosenEngine> {
    const chosen = this.chooseBy(workspace, wish);
    const { id } = chosen.choice.provider;
    if (workspace.own.has(id)) await this.ownKeys.refuseRejected(tx, id);
    return chosen;
  }

  /** What is to be known of a workspace for a choice; remembered until it changes. */
  async read(workspaceId: string): Promise<WorkspaceEngines> {
    await this.prepare();
    return this.remembered.find(workspaceId) ?? this.remembered.read(workspaceId, () => this.load(workspaceId));
  }

  private async load(workspaceId: string): Promise<Reading<WorkspaceEngines>> {
    const [own, [preference]] = await Promise.all([
      this.ownKeys.heldBy(this.database, workspaceId),
      this.database.readInWorkspace<PreferenceRow>(workspaceId, PREFERENCE, [workspaceId]),
    ]);
    return { value: { own, preference: preferenceIn(preference) }, subjects: [`workspace:${workspaceId}`] };
  }

  /**
   * As `choose`, without a look at whether the provider refuses the workspace's own key.
   * @throws FieldError of `speechErrors`
   */
  chooseBy({ own, preference: ofWorkspace }: WorkspaceEngines, wish: WishedEngine): ChosenEngine {
    const preference = this.speech.preferenceFor(wish, ofWorkspace);
    const wanted = { ...wish, ...preference, translate: wish.task === 'translate' };
    return { choice: this.speech.choose(wanted, own, this.speeds.of), preference };
  }

  /** As `standIns`, of those keys. */
  standInsBy({ own }: WorkspaceEngines, ordered: SpeechChoice, needs: SpeechNeeds, piece: Piece): SpeechChoice[] {
    return standIns(this.speech.list(own), ordered, needs, piece, this.speeds.of);
  }

  /** Who does a piece when the engine that was ordered cannot, in the order they are asked in. */
  async standIns(
    tx: WorkspaceTransaction,
    ordered: SpeechChoice,
    options: TranscriptionOptions,
    piece: Piece,
  ): Promise<SpeechChoice[]> {
    return standIns(await this.ownKeys.available(tx), ordered, options, piece, this.speeds.of);
  }
}

function preferenceIn(row: PreferenceRow | undefined): SpeechPreference {
  return { policy: row?.policy ?? undefined, order: row?.order ?? undefined };
}
