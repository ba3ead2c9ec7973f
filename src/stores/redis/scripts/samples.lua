--[[
Adds sample records to one series and keeps the newest.

KEYS 1 last seen (zset)  2 samples (hash of JSON arrays)  3 sample times (zset)
ARGV 1 series id  2 samples kept  3 now  4 time to live  5 age at which samples go   then samples, oldest first

Returns the number kept; 0 when the series is unknown.
]]
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local stored = redis.call('HGET', KEYS[2], ARGV[1])
local list = stored and cjson.decode(stored) or {}
for i = 6, #ARGV do list[#list + 1] = ARGV[i] end
while #list > tonumber(ARGV[2]) do table.remove(list, 1) end
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(list))
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', tonumber(ARGV[3]) - tonumber(ARGV[5]), 'LIMIT', 0, 10)) do
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return #list
