--[[
Claims due messages: the heads of their queues, hidden from others for a while.

KEYS 1 messages (hash)  2 due heads (zset)  3 attempts (hash)  4 claims (hash: owner, \1, due time, by id)
ARGV 1 now  2 limit  3 hidden until  4 owner  5 time to live

Returns per message: JSON, attempts (JSON objects joined by commas, '' for none), due time as text.
]]
local out = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  out[#out + 1] = redis.call('HGET', KEYS[1], id)
  out[#out + 1] = redis.call('HGET', KEYS[3], id) or ''
  local due = redis.call('ZSCORE', KEYS[2], id)
  out[#out + 1] = due
  redis.call('ZADD', KEYS[2], ARGV[3], id)
  redis.call('HSET', KEYS[4], id, ARGV[4] .. '\1' .. due)
end
if #out > 0 then redis.call('PEXPIRE', KEYS[4], ARGV[5]) end
return out
