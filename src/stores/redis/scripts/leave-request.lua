--[[
Leaves an operator's request for the coordinator, unless one of its id is remembered.

KEYS 1 requests (hash: what is not ended)  2 request times (zset: ids remembered, ended or not)
ARGV 1 id  2 time  3 request (JSON)  4 age at which ids are forgotten  5 most ids

Returns 1, or 0 when the id is remembered.
]]
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', tonumber(ARGV[2]) - tonumber(ARGV[4]), 'LIMIT', 0, 100)
local surplus = redis.call('ZCARD', KEYS[2]) + 1 - tonumber(ARGV[5])
if #old == 0 and surplus > 0 then old = redis.call('ZRANGE', KEYS[2], 0, math.min(surplus, 100) - 1) end
for _, id in ipairs(old) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[1], id)
end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[4])
redis.call('PEXPIRE', KEYS[2], 2 * ARGV[4])
return 1
