--[[
Takes or renews a lease by the clock of Redis, so that clocks of daemons need not agree.

KEYS 1 lease (hash: owner, token, expires)
ARGV 1 owner  2 lifetime, milliseconds  3 time to live of the token, milliseconds

Returns the fencing token, or 0 when another owner holds the lease.
]]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'expires', 'token')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > now then return 0 end
local token = tonumber(held[3] or 0)
if held[1] ~= ARGV[1] then token = token + 1 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'token', token, 'expires', string.format('%.0f', now + tonumber(ARGV[2])))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return token
