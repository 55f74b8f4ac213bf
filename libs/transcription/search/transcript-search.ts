import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Page } from '#paging';
import { type ListedTranscription, TranscriptionsRepository } from '../transcriptions.repository.js';
import { type ExcerptPiece, MARKS, piecesOf } from './excerpt.js';

/** A transcript that has what was searched for. */
export interface FoundTranscript {
  transcription: ListedTranscription;
  /** How well it fits; only to be compared within one answer. */
  rank: number;
  excerpt: ExcerptPiece[];
}

interface Match {
  id: string;
  rank: number;
  total: number;
}

const WORDS = `websearch_to_tsquery('pg_catalog.simple', $2)`;

/**
 * By the index transcriptions_search_idx, in which the workspace is a word like any other. Under row-level security Postgres would not use
 * it (`@@` is not leakproof, 41.5 in its documentation), so this runs beyond it and gives nothing but ids; whatever is shown is read within.
 */
const FIND = `
SELECT id, ts_rank(search, ${WORDS}) AS rank, count(*) OVER ()::int AS total FROM transcriptions
WHERE workspace_id = $1 AND search @@ (('''workspace:' || $1::text || '''')::tsquery && ${WORDS}) AND numnode(${WORDS}) > 0
ORDER BY rank DESC, id DESC LIMIT $3 OFFSET $4`;

/** A few words around the first places. Of ten hours of speech the first half hour or so is looked through: the rest takes too long. */
const EXCERPTS = `
SELECT id, ts_headline('pg_catalog.simple', left(text, 40000), ${WORDS},
  'MaxFragments=2, MinWords=6, MaxWords=16, FragmentDelimiter=" … ", StartSel=${MARKS.start}, StopSel=${MARKS.end}') AS excerpt
FROM transcriptions WHERE workspace_id = $1 AND id = ANY ($3::uuid[])`;

/** Finds transcripts of a workspace by their words. */
@Injectable()
export class TranscriptSearch {
  constructor(
    private readonly database: Database,
    private readonly transcriptions: TranscriptionsRepository,
  ) {}

  /**
   * @param words as people write them into a search box: all of them, "these together", this or that, -not this
   * @returns those that fit best first
   */
  async find(
    workspaceId: string,
    words: string,
    { page, limit }: { page: number; limit: number },
  ): Promise<Page<FoundTranscript>> {
    const matches = await this.database.asSystem((tx) =>
      tx.query<Match>(FIND, [workspaceId, words, limit + 1, (page - 1) * limit]),
    );
    const shown = matches.slice(0, limit);
    return {
      items: await this.read(workspaceId, words, shown),
      total: matches[0]?.total ?? 0,
      page,
      limit,
      more: matches.length > limit,
    };
  }

  private async read(workspaceId: string, words: string, matches: readonly Match[]): Promise<FoundTranscript[]> {
    const ids = matches.map(({ id }) => id);
    if (ids.length === 0) return [];
    const { listed, excerpts } = await this.database.inWorkspace(workspaceId, async (tx) => ({
      listed: await this.transcriptions.states(tx, ids),
      excerpts: await tx.query<{ id: string; excerpt: string }>(EXCERPTS, [workspaceId, words, ids]),
    }));
    const transcriptionOf = new Map(listed.map((transcription) => [transcription.id, transcription]));
    const excerptOf = new Map(excerpts.map(({ id, excerpt }) => [id, excerpt]));
    return matches.flatMap(({ id, rank }) => {
      const transcription = transcriptionOf.get(id);
      // Deleted just now.
      if (transcription === undefined) return [];
      return [{ transcription, rank, excerpt: piecesOf(excerptOf.get(id) ?? '') }];
    });
  }
}
