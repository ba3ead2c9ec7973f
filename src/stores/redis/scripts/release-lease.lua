--[[
Gives a lease back if its owner still holds it; the token stays, so that it never repeats.

KEYS 1 lease (hash)   ARGV 1 owner   Returns 1 when given back, else 0.
]]
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'owner', 'expires')
return 1
