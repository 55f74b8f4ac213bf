import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { validationFailed } from '#errors/http';
import { cursorOf, idOfCursor, type Page, type PageRequest } from '../page.js';

const DEFAULT_LIMIT = 20;
const HIGHEST_LIMIT = 100;

/** The query of a list that has no order to go on in: pages by number alone. */
export class NumberedPageQueryDto {
  @ApiPropertyOptional({ minimum: 1, default: 1, example: 1, description: 'Page by number, from 1.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: HIGHEST_LIMIT, default: DEFAULT_LIMIT, example: DEFAULT_LIMIT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(HIGHEST_LIMIT)
  limit?: number;
}

/** The query of every other list. */
export class PageQueryDto extends NumberedPageQueryDto {
  @ApiPropertyOptional({ description: 'nextCursor of the page before; for going deep into long lists.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}

/** What every list answers with, besides its data. */
export abstract class PageDto {
  @ApiProperty({ example: 1, description: 'Items in all.' })
  total!: number;

  @ApiProperty({ example: 1 })
  page!: number;

  @ApiProperty({ example: DEFAULT_LIMIT })
  limit!: number;

  @ApiProperty({ example: 1 })
  totalPages!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Give it as cursor for the next page; null on the last.',
  })
  nextCursor!: string | null;
}

/** The page a query asks for. */
export function toPageRequest(query: PageQueryDto): PageRequest {
  const { page = 1, limit = DEFAULT_LIMIT, cursor } = query;
  if (cursor === undefined) return { page, limit };
  const after = idOfCursor(cursor);
  if (after === null) {
    throw validationFailed([{ path: 'cursor', message: 'cursor must be the nextCursor of an earlier answer', code: 'cursor' }]);
  }
  return { page, limit, after };
}

/** The answer of a list; sets the Link header (RFC 8288) besides. */
export function toPage<Item extends { id: string }, Dto>(
  result: Page<Item>,
  map: (item: Item) => Dto,
  request: FastifyRequest,
  reply: FastifyReply,
): { data: Dto[]; total: number; page: number; limit: number; totalPages: number; nextCursor: string | null } {
  const { items, total, page, limit, more } = result;
  const last = items.at(-1);
  const nextCursor = more && last !== undefined ? cursorOf(last.id) : null;
  if (nextCursor !== null) {
    const next = new URL(request.url, 'http://steno.invalid');
    next.searchParams.delete('page');
    next.searchParams.set('cursor', nextCursor);
    void reply.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  }
  return { data: items.map(map), total, page, limit, totalPages: Math.ceil(total / limit), nextCursor };
}
