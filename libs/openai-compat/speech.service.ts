import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { AudioService, type ExaminedRecording } from '#audio';
import type { Actor } from '#identity';
import { type AudioFormat, countedSeconds, HEAD_BYTES, type Pieces, recogniseAudio } from '#media';
import type { Heard } from './answers/heard.js';
import { DirectTranscriptions } from './direct-transcriptions.js';
import { type SpeechOrder, unsupported } from './speech-order.js';
import { StoredTranscriptions, type Waiting } from './stored-transcriptions.js';

/** A recording that arrived: in memory, or stored because it was too large for that. */
export type ArrivedRecording =
  { kind: 'held'; name: string; content: Pieces; format: AudioFormat } | { kind: 'stored'; stored: ExaminedRecording };

/** Turns recordings into text while their senders wait, by the shorter way where there is one. */
@Injectable()
export class SpeechService {
  constructor(
    private readonly direct: DirectTranscriptions,
    private readonly long: StoredTranscriptions,
    private readonly audio: AudioService,
  ) {}

  /** @throws FieldError empty_file, unsupported_format */
  async recognise(name: string, content: Pieces): Promise<ArrivedRecording> {
    return { kind: 'held', name, content, format: await recogniseAudio(content.slice(0, HEAD_BYTES)) };
  }

  /**
   * Stores what is too large to be held.
   * @throws FieldError as `AudioService.store`
   */
  async store(actor: Actor, name: string, body: Readable, signal: AbortSignal): Promise<ArrivedRecording> {
    return { kind: 'stored', stored: await this.audio.store(actor, { name, body, signal }) };
  }

  /** Removes what was stored of a request that turned out to be wrong. */
  async discard(actor: Actor, arrived: ArrivedRecording): Promise<void> {
    if (arrived.kind === 'stored') await this.audio.discard(actor, arrived.stored);
  }

  /** @throws FieldError as both ways */
  async hear(actor: Actor, order: SpeechOrder, arrived: ArrivedRecording, waiting: Waiting): Promise<Heard> {
    if (arrived.kind === 'stored') {
      if (order.logProbabilities) await this.discard(actor, arrived);
      refuseInParts(order);
      return this.long.transcribe(actor, order, arrived.stored, waiting);
    }
    const { name, content, format } = arrived;
    const seconds = await countedSeconds(content, format);
    const heard = await this.direct.transcribe(actor, order, { content, format, seconds }, waiting.signal);
    if (heard !== null) return heard;
    refuseInParts(order);
    const body = Readable.from(content.list, { objectMode: false });
    return this.long.transcribe(actor, order, await this.audio.store(actor, { name, body, signal: waiting.signal }), waiting);
  }
}

/** What is put together of parts has words of its own at their seams. */
function refuseInParts({ logProbabilities }: SpeechOrder): void {
  if (logProbabilities)
    throw unsupported(
      'include',
      "include 'logprobs' is for recordings that are passed on in one call: at most 23 minutes and 25 MiB, in a format the provider takes. Leave it out, or send less.",
    );
}
