import { createHash } from 'node:crypto';

/** A script as Redis knows it: by its digest once it has seen the text. */
export interface RedisScript {
  readonly text: string;
  readonly digest: string;
}

function script(text: string): RedisScript {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/** Counters of calls are kept so long; a day's counter gets no calls after its day. */
const KEEP_CALLS_MS = 3 * 86_400_000;

/**
 * Everything a request counts, in one trip.
 * KEYS: the buckets, then `calls`. ARGV: limit and window of each bucket, then the run of the server, a fresh random id, the counters.
 * Answers whether it was granted, hits and milliseconds left of each bucket, then source, seconds since 1970, total of each counter.
 *
 * Totals are kept under their source, which is new after a wipe and for each run of a server: one that comes back with older data
 * starts new totals and does not go on with old ones.
 */
export const TAKE = script(`
local buckets = #KEYS - 1
local granted, answer = 1, {}
for i = 1, buckets do
  local hits, left = tonumber(redis.call('GET', KEYS[i]) or '0'), redis.call('PTTL', KEYS[i])
  if hits >= tonumber(ARGV[2 * i - 1]) then granted = 0 end
  answer[2 * i] = hits
  answer[2 * i + 1] = left < 0 and tonumber(ARGV[2 * i]) or left
end
answer[1] = granted
if granted == 0 then return answer end
for i = 1, buckets do
  answer[2 * i] = redis.call('INCR', KEYS[i])
  if redis.call('PTTL', KEYS[i]) < 0 then redis.call('PEXPIRE', KEYS[i], ARGV[2 * i]) end
end
local counters = 2 * buckets + 3
if #ARGV < counters then return answer end
local calls = KEYS[#KEYS]
local lifetime = '${KEEP_CALLS_MS}'
local sourceKey = calls .. ':source:' .. ARGV[counters - 2]
redis.call('SET', sourceKey, ARGV[counters - 1], 'NX', 'PX', lifetime)
local source, now = redis.call('GET', sourceKey), redis.call('TIME')[1]
answer[#answer + 1] = source
answer[#answer + 1] = now
for i = counters, #ARGV do
  local total = redis.call('INCR', calls .. ':' .. source .. ':' .. ARGV[i])
  redis.call('PEXPIRE', calls .. ':' .. source .. ':' .. ARGV[i], lifetime)
  redis.call('HSET', calls .. ':unsettled', source .. ' ' .. ARGV[i], total .. ' ' .. now)
  answer[#answer + 1] = total
end
redis.call('PEXPIRE', calls .. ':unsettled', lifetime)
return answer
`);

/** KEYS: a bucket. ARGV: its window. Answers hits and milliseconds left. */
export const LOOK = script(`
local left = redis.call('PTTL', KEYS[1])
return { tonumber(redis.call('GET', KEYS[1]) or '0'), left < 0 and tonumber(ARGV[1]) or left }
`);

/** KEYS: a bucket. */
export const GIVE_BACK = script(`
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return 1
`);

/** KEYS: the hash of unsettled totals. ARGV: field and value of each that was settled; one that went on meanwhile stays. */
export const SETTLE = script(`
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 1
`);
