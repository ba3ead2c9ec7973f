--[[
What `record.lua` and `place.lua` both do. Placed before their own text by scripts.ts.

A `shard` holds position, rolled, the widths and retentions, and the keys fine_index, medium_index, coarse_index, expiry,
series, series_index. A `group` holds start, fine, clipped, moved, pods, medium, coarse: the keys of one fine bucket.
`touched` notes, for each of fine, moved, medium and coarse, the groups of which that key was written.
]]

-- Where in the packed counts of pod slots (pairs of characters: slot + 48, count + 48) the count of a slot stands.
local function slot_place(packed, slot)
  for i = 1, #packed, 2 do
    if string.sub(packed, i, i) == slot then return i + 1 end
  end
end

local function slot_count(packed, place)
  return place and string.byte(packed, place) - 48 or 0
end

local function with_slot_count(packed, slot, place, count)
  local total = string.char(48 + count)
  if not place then return packed .. slot .. total end
  return string.sub(packed, 1, place - 1) .. total .. string.sub(packed, place + 1)
end

-- Writes the description of a series; its quality never gets better again (first character, 0 to 2).
local function register(shard, id, value)
  local old = redis.call('HGET', shard.series, id)
  if old and string.sub(old, 1, 1) > string.sub(value, 1, 1) then value = string.sub(old, 1, 1) .. string.sub(value, 2) end
  redis.call('HSET', shard.series, id, value)
  if old then return end
  redis.call('ZADD', shard.series_index, 0, 'a:' .. id, 0, 'p:' .. string.sub(value, 2, 13) .. ':' .. id,
    0, 'w:' .. string.sub(value, 14, 25) .. ':' .. id, 0, 'd:' .. string.sub(value, 26, 37) .. ':' .. id)
end

-- See Buckets.#addByTime of the embedded store.
local function add_by_time(shard, group, id, count, touched)
  if group.start + shard.width + shard.retention_fine > shard.position then
    redis.call('ZINCRBY', group.moved, count, id)
    touched.moved[group] = true
  end
  if group.start >= shard.rolled then return end
  local medium = group.start - group.start % shard.medium_width
  if medium + shard.medium_width + shard.retention_medium > shard.position then
    redis.call('ZINCRBY', group.medium, count, id)
    touched.medium[group] = true
  end
  if medium < shard.rolled - shard.rolled % shard.medium_width then
    redis.call('ZINCRBY', group.coarse, count, id)
    touched.coarse[group] = true
  end
end

local function keep(shard, key, ttl, until_time)
  redis.call('PEXPIRE', key, ttl)
  redis.call('ZADD', shard.expiry, until_time, key)
end

-- Gives every key that was written its lifetime and its place in the indexes. True when a fine bucket is new.
local function keep_touched(shard, touched)
  local fine_until = function(group) return group.start + shard.width + shard.retention_fine end
  local new_bucket = false
  for group in pairs(touched.fine) do
    if redis.call('ZADD', shard.fine_index, group.start, group.start) == 1 or touched.moved[group] then
      new_bucket = true
      keep(shard, group.fine, shard.retention_medium, fine_until(group))
    end
    keep(shard, group.clipped, shard.retention_medium, fine_until(group))
  end
  for group in pairs(touched.moved) do
    redis.call('ZADD', shard.fine_index, group.start, group.start)
    keep(shard, group.moved, shard.retention_medium, fine_until(group))
  end
  for group in pairs(touched.medium) do
    local start = group.start - group.start % shard.medium_width
    redis.call('ZADD', shard.medium_index, start, start)
    keep(shard, group.medium, shard.retention_medium + shard.coarse_width, start + shard.medium_width + shard.retention_medium)
  end
  for group in pairs(touched.coarse) do
    local start = group.start - group.start % shard.coarse_width
    redis.call('ZADD', shard.coarse_index, start, start)
    keep(shard, group.coarse, shard.retention_coarse, start + shard.coarse_width + shard.retention_coarse)
  end
  return new_bucket
end
