--[[
Makes a dead message due again, in its place of its queue.

KEYS 1 messages (hash)  2 queues (zset, lexical)  3 due heads (zset)  4 ends (hash: delivered, dead)  5 ended ids by time
     6 owed ids by the time they were written
ARGV 1 id  2 queue member  3 queue prefix  4 now  5 time to live  6 when it was written

Returns 1, or 0 when the message is unknown or not dead.
]]
local id, queue = ARGV[1], KEYS[2]
if redis.call('HEXISTS', KEYS[1], id) == 0 or redis.call('HGET', KEYS[4], id) ~= 'dead' then return 0 end
redis.call('HDEL', KEYS[4], id)
redis.call('ZREM', KEYS[5], id)
local head = redis.call('ZRANGEBYLEX', queue, '[' .. ARGV[3], '[' .. ARGV[3] .. '\255', 'LIMIT', 0, 1)
redis.call('ZADD', queue, 0, ARGV[2])
redis.call('ZADD', KEYS[6], ARGV[6], id)
-- What is owed of the same alert since then waits for it; it becomes due again when this one is settled.
if not head[1] or head[1] > ARGV[2] then
  if head[1] then redis.call('ZREM', KEYS[3], string.match(head[1], '[^\1]*$')) end
  redis.call('ZADD', KEYS[3], ARGV[4], id)
end
for k = 1, 6 do redis.call('PEXPIRE', KEYS[k], ARGV[5]) end
return 1
