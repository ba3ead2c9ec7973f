--[[
What daemons that are gone had claimed becomes due again, each message at the time at which it was.

KEYS 1 claims (hash: owner, \1, due time, by id)  2 due heads (zset)
ARGV the living daemons

Returns how many became due.
]]
local living = {}
for _, owner in ipairs(ARGV) do living[owner] = true end
local claims = redis.call('HGETALL', KEYS[1])
local freed = 0
for i = 1, #claims, 2 do
  local owner, due = string.match(claims[i + 1], '^(.*)\1(.*)$')
  if not living[owner] then
    redis.call('HDEL', KEYS[1], claims[i])
    if redis.call('ZSCORE', KEYS[2], claims[i]) then
      redis.call('ZADD', KEYS[2], due, claims[i])
      freed = freed + 1
    end
  end
end
return freed
