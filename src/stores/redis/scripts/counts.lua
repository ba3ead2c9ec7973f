--[[
Counts of series in many buckets, all of one moment.

KEYS 1 meta (hash)   then the buckets
ARGV 1 position  2 rolled  3 moves: the state of the shard for which the buckets were chosen   then series ids

Returns per bucket and series the count as text, or nil; {-1} when the shard moved on: choose the buckets again.
]]
local meta = redis.call('HMGET', KEYS[1], 'position', 'rolled', 'moves')
if (meta[1] or '') ~= ARGV[1] or (meta[2] or '') ~= ARGV[2] or (meta[3] or '') ~= ARGV[3] then return {-1} end
local ids = {}
for i = 4, #ARGV do ids[#ids + 1] = ARGV[i] end
local out = {}
for k = 2, #KEYS do out[k - 1] = redis.call('ZMSCORE', KEYS[k], unpack(ids)) end
return out
