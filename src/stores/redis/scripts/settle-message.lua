--[[
Notes an attempt to deliver a message; lets the next of its queue follow when it is done with.

KEYS 1 messages (hash)  2 queues (zset, lexical)  3 due heads (zset)  4 attempts (hash)  5 ends (hash: delivered, dead)
     6 ended ids by time  7 claims (hash by id)  8 owed ids by the time they were written
ARGV 1 id  2 queue member  3 queue prefix  4 attempt (JSON)  5 next attempt (time), 'delivered' or 'dead'
     6 time of the attempt  7 age of ended messages  8 number of them  9 attempts kept  10 time to live

Returns 1, or 0 when the message is unknown or ended already.
]]
local id, queue = ARGV[1], KEYS[2]
if redis.call('HEXISTS', KEYS[1], id) == 0 or redis.call('HEXISTS', KEYS[5], id) == 1 then return 0 end
redis.call('HDEL', KEYS[7], id)
local attempts = redis.call('HGET', KEYS[4], id)
local list = cjson.decode('[' .. (attempts and attempts .. ',' or '') .. ARGV[4] .. ']')
while #list > tonumber(ARGV[9]) do table.remove(list, 1) end
for i, attempt in ipairs(list) do list[i] = cjson.encode(attempt) end
redis.call('HSET', KEYS[4], id, table.concat(list, ','))
if ARGV[5] ~= 'delivered' and ARGV[5] ~= 'dead' then
  redis.call('ZADD', KEYS[3], ARGV[5], id)
  return 1
end
redis.call('ZREM', KEYS[3], id)
redis.call('ZREM', queue, ARGV[2])
redis.call('ZREM', KEYS[8], id)
redis.call('HSET', KEYS[5], id, ARGV[5])
redis.call('ZADD', KEYS[6], ARGV[6], id)
local following = redis.call('ZRANGEBYLEX', queue, '[' .. ARGV[3], '[' .. ARGV[3] .. '\255', 'LIMIT', 0, 1)
if following[1] then
  local next_id = string.match(following[1], '[^\1]*$')
  local entry = redis.call('HGET', KEYS[1], next_id)
  if entry and not redis.call('ZSCORE', KEYS[3], next_id) then
    redis.call('ZADD', KEYS[3], string.format('%.0f', cjson.decode(entry).createdAt), next_id)
  end
end
local old = redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', tonumber(ARGV[6]) - tonumber(ARGV[7]), 'LIMIT', 0, 100)
local surplus = redis.call('ZCARD', KEYS[6]) - tonumber(ARGV[8])
if #old == 0 and surplus > 0 then old = redis.call('ZRANGE', KEYS[6], 0, math.min(surplus, 100) - 1) end
for _, ended in ipairs(old) do
  redis.call('HDEL', KEYS[1], ended)
  redis.call('HDEL', KEYS[4], ended)
  redis.call('HDEL', KEYS[5], ended)
  redis.call('ZREM', KEYS[6], ended)
end
for k = 1, 8 do redis.call('PEXPIRE', KEYS[k], ARGV[10]) end
return 1
