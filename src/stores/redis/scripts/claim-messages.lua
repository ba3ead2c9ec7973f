--[[
Claims due messages: the heads of their queues, hidden from others for a while.

KEYS 1 messages (hash)  2 due heads (zset)  3 attempts (hash)
ARGV 1 now  2 limit  3 hidden until

Returns per message: JSON, attempts (JSON objects joined by commas, '' for none), due time as text.
]]
local out = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  out[#out + 1] = redis.call('HGET', KEYS[1], id)
  out[#out + 1] = redis.call('HGET', KEYS[3], id) or ''
  out[#out + 1] = redis.call('ZSCORE', KEYS[2], id)
  redis.call('ZADD', KEYS[2], ARGV[3], id)
end
return out
