--[[
Notes that a daemon is alive and forgets those that are not.

KEYS 1 daemons (zset by the time they count as dead, clock of Redis)   ARGV 1 owner  2 lifetime, milliseconds
Returns the living daemons.
]]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], math.max(60000, tonumber(ARGV[2])))
return redis.call('ZRANGE', KEYS[1], 0, -1)
