--[[
One step of the coordinator: alerts, transitions and messages, all or nothing.

KEYS 1 lease (hash)  2 alerts (hash)  3 unresolved ids (zset, lexical)  4 all ids (zset, lexical)
     5 resolved ids by time  6 transitions (stream)
     7 messages (hash)  8 queues (zset, lexical)  9 due heads (zset)  10 owed ids by the time they were written
ARGV 1 token  2 now  3 age of resolved alerts  4 number of them  5 transitions kept  6 time to live
     7 number of alerts  8 of transitions  9 of messages
     then per alert: id, '' or (resolved) the time from which it is kept, JSON; per transition: JSON;
     per message: id, queue member, queue prefix, created, JSON

Returns 1, or 0 when the token is not the newest.
]]
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local at = 10
for _ = 1, tonumber(ARGV[7]) do
  local id, resolved = ARGV[at], ARGV[at + 1]
  redis.call('HSET', KEYS[2], id, ARGV[at + 2])
  redis.call('ZADD', KEYS[4], 0, id)
  if resolved == '' then
    redis.call('ZADD', KEYS[3], 0, id)
    redis.call('ZREM', KEYS[5], id)
  else
    redis.call('ZREM', KEYS[3], id)
    redis.call('ZADD', KEYS[5], resolved, id)
  end
  at = at + 3
end
for _ = 1, tonumber(ARGV[8]) do
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[5], '*', 'd', ARGV[at])
  at = at + 1
end
for _ = 1, tonumber(ARGV[9]) do
  local id, member, prefix = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if redis.call('HSETNX', KEYS[7], id, ARGV[at + 4]) == 1 then
    local waiting = redis.call('ZRANGEBYLEX', KEYS[8], '[' .. prefix, '[' .. prefix .. '\255', 'LIMIT', 0, 1)
    redis.call('ZADD', KEYS[8], 0, member)
    redis.call('ZADD', KEYS[10], ARGV[at + 3], id)
    if #waiting == 0 then redis.call('ZADD', KEYS[9], ARGV[at + 3], id) end
  end
  at = at + 5
end
local old = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', tonumber(ARGV[2]) - tonumber(ARGV[3]), 'LIMIT', 0, 100)
local surplus = redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[4])
if #old == 0 and surplus > 0 then old = redis.call('ZRANGE', KEYS[5], 0, math.min(surplus, 100) - 1) end
for _, id in ipairs(old) do
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[4], id)
  redis.call('ZREM', KEYS[5], id)
end
for k = 2, 10 do redis.call('PEXPIRE', KEYS[k], ARGV[6]) end
return 1
