--[[
Applies one evaluation of a shard: states, anomalies, position, and the roll-up of what the position closes, each once.

KEYS 1 meta (hash)   2 3 4 index of fine, medium, coarse buckets   5 keys to delete by evaluation time   6 lease (hash)
     7 states (hash)  8 anomalies (hash)  9 anomalies by evaluation time of expiry  10 series (hash)  11 last seen (zset)
     12 series index (zset, lexical)  13 samples (hash)  14 sample times (zset)
     then 3 per fine bucket: fine, moved, its medium; 2 per medium bucket: medium, its coarse; 1 per key to delete
ARGV 1 token  2 position  3 width  4 5 6 retention fine, medium, coarse  7 medium width  8 coarse width
     9 anomaly kept  10 series forgotten at most
     11 number of fine buckets  12 of medium buckets  13 of keys to delete  14 of states  15 of anomalies
     then per fine bucket its start; per medium bucket its start; per state id, JSON ('' deletes); anomalies alike

Returns {1, position, rolled}; {0} when the token is not the newest; {-1} when a bucket appeared that is not among KEYS:
     nothing was done, read the indexes again.
]]
local FIXED = 14
if redis.call('HGET', KEYS[6], 'token') ~= ARGV[1] then return {0} end
local width, retention_fine, retention_medium, retention_coarse =
  tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local medium_width, coarse_width = tonumber(ARGV[7]), tonumber(ARGV[8])
local fine_count, medium_count, delete_count = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local meta = redis.call('HMGET', KEYS[1], 'position', 'rolled', 'lateness')
local position = math.max(tonumber(meta[1] or 0), tonumber(ARGV[2]))
local rolled = tonumber(meta[2] or 0)

-- See rollUpBoundary in window-layout.ts.
local open = math.max(0, position - math.min(tonumber(meta[3] or 0), retention_fine / 2))
local boundary = math.max(rolled, open - open % width)
local medium_rolled, medium_boundary = rolled - rolled % medium_width, boundary - boundary % medium_width

local at, key = 16, FIXED
local fine, medium, planned = {}, {}, {}
for _ = 1, fine_count do
  fine[ARGV[at]] = {fine = KEYS[key + 1], moved = KEYS[key + 2], medium = KEYS[key + 3]}
  at, key = at + 1, key + 3
end
for _ = 1, medium_count do
  medium[tonumber(ARGV[at])] = {medium = KEYS[key + 1], coarse = KEYS[key + 2]}
  at, key = at + 1, key + 2
end
local closing = redis.call('ZRANGEBYSCORE', KEYS[2], rolled, '(' .. boundary)
for _, start in ipairs(closing) do
  if not fine[start] then return {-1} end
  local target = tonumber(start) - tonumber(start) % medium_width
  if target < medium_boundary and not medium[target] then return {-1} end
end
for _, start in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], medium_rolled, '(' .. medium_boundary)) do
  if not medium[tonumber(start)] then return {-1} end
end

-- Adds zsets to a coarser one. Late events cancel out where they were only seen, which may leave nothing.
local function roll_up(target, ttl, until_time, index, start, ...)
  redis.call('ZUNIONSTORE', target, 1 + select('#', ...), target, ...)
  redis.call('ZREMRANGEBYSCORE', target, 0, 0)
  redis.call('PEXPIRE', target, ttl)
  redis.call('ZADD', index, start, start)
  redis.call('ZADD', KEYS[5], until_time, target)
end
for _, start in ipairs(closing) do
  local bucket = fine[start]
  local target = tonumber(start) - tonumber(start) % medium_width
  roll_up(bucket.medium, retention_medium + coarse_width, target + medium_width + retention_medium, KEYS[3], target,
    bucket.fine, bucket.moved)
end
for _, start in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], medium_rolled, '(' .. medium_boundary)) do
  local bucket = medium[tonumber(start)]
  local target = tonumber(start) - tonumber(start) % coarse_width
  roll_up(bucket.coarse, retention_coarse, target + coarse_width + retention_coarse, KEYS[4], target, bucket.medium)
end
redis.call('HSET', KEYS[1], 'position', string.format('%.0f', position), 'rolled', string.format('%.0f', boundary))

for i = 1, delete_count do
  local name = KEYS[key + i]
  local until_time = redis.call('ZSCORE', KEYS[5], name)
  if until_time and tonumber(until_time) <= position then
    redis.call('UNLINK', name)
    redis.call('ZREM', KEYS[5], name)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', position - width - retention_fine)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', position - medium_width - retention_medium)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', position - coarse_width - retention_coarse)

for _ = 1, tonumber(ARGV[14]) do
  if ARGV[at + 1] == '' then redis.call('HDEL', KEYS[7], ARGV[at]) else redis.call('HSET', KEYS[7], ARGV[at], ARGV[at + 1]) end
  at = at + 2
end
for _ = 1, tonumber(ARGV[15]) do
  if ARGV[at + 1] == '' then
    redis.call('HDEL', KEYS[8], ARGV[at])
    redis.call('ZREM', KEYS[9], ARGV[at])
  else
    redis.call('HSET', KEYS[8], ARGV[at], ARGV[at + 1])
    redis.call('ZADD', KEYS[9], position + tonumber(ARGV[9]), ARGV[at])
  end
  at = at + 2
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[9], '-inf', position, 'LIMIT', 0, 200)) do
  redis.call('HDEL', KEYS[8], id)
  redis.call('ZREM', KEYS[9], id)
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[11], '-inf', '(' .. (position - retention_medium), 'LIMIT', 0, ARGV[10])) do
  local value = redis.call('HGET', KEYS[10], id)
  if value then
    redis.call('ZREM', KEYS[12], 'a:' .. id, 'p:' .. string.sub(value, 2, 13) .. ':' .. id,
      'w:' .. string.sub(value, 14, 25) .. ':' .. id, 'd:' .. string.sub(value, 26, 37) .. ':' .. id)
  end
  redis.call('HDEL', KEYS[10], id)
  redis.call('HDEL', KEYS[7], id)
  redis.call('HDEL', KEYS[13], id)
  redis.call('ZREM', KEYS[14], id)
  redis.call('ZREM', KEYS[11], id)
end
for k = 1, FIXED do redis.call('PEXPIRE', KEYS[k], retention_coarse) end
return {1, position, boundary}
