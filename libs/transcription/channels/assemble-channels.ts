import type { TranscriptionChunk } from '#database';
import { assembleTranscript } from '../assemble-transcript.js';
import { joinTexts } from '../seams/join-texts.js';
import type { FinishedTranscript } from '../transcriptions.repository.js';
import { loudnessIn } from './loudness.js';
import { removeEchoes } from './remove-echoes.js';

/** A chunk with its channel. */
type ChannelChunk = Parameters<typeof assembleTranscript>[0][number] & Pick<TranscriptionChunk, 'channel' | 'loudness'>;

/**
 * Puts chunk transcripts together; those of channels each on its own first, then all lines by time. A line's speaker is whoever speaks on its
 * channel, and what one channel caught of another is left out.
 * @param names who speaks on each channel; null: the channels were not told apart
 */
export function assembleChannels(chunks: readonly ChannelChunk[], names: readonly string[] | null): FinishedTranscript {
  if (names === null) return assembleTranscript(chunks);
  const channels = names.map((_, channel) => assembleTranscript(chunks.filter((chunk) => chunk.channel === channel)));
  const spoken = channels.flatMap(({ segments }, channel) => segments.map((segment) => ({ ...segment, channel })));
  const { lines, removed } = removeEchoes(spoken, loudnessIn(chunks));
  const segments = lines
    .toSorted((a, b) => a.start - b.start || a.channel - b.channel)
    .map((line) => ({ ...line, speaker: speakerOf(names[line.channel] ?? '', line.speaker) }));
  const echoes = removed === 1 ? '1 line was heard' : `${removed} lines were heard`;
  return {
    text: joinTexts(segments.map(({ text }) => text)),
    language:
      channels.toSorted((a, b) => b.text.length - a.text.length).find(({ language }) => language !== null)?.language ?? null,
    warnings: [
      ...new Set(channels.flatMap(({ warnings }) => warnings)),
      ...(removed > 0 ? [`echo_removed: ${echoes} on two channels; the fainter copy was left out.`] : []),
    ],
    segments,
  };
}

/** Where an engine tells several people of one channel apart, they keep what it calls them. */
function speakerOf(name: string, speaker: string | null): string {
  return speaker === null ? name : `${name}: ${speaker}`;
}
