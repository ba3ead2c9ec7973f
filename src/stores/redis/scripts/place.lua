--[[
Moves the events of sub-counters to the series they belong to, each once: who comes second finds nothing to move.

KEYS 1 meta (hash)   2 3 4 index of fine, medium, coarse buckets   5 keys to delete by evaluation time
     6 series (hash)  7 last seen (zset)  8 series index (zset, lexical)
     9 sub-counters of unknown pods (hash: bucket:series:pod)   10 the same by bucket (zset)
     then 6 per bucket group: fine, clipped, moved, pods (of its minute), medium, coarse
ARGV 1 width  2 3 4 retention fine, medium, coarse  5 medium width  6 coarse width  7 clip limit
     8 series that may still be added  9 time sub-counters are kept  10 number of groups  11 number of placements
     then per group its start; per placement: group, series id, pod, id of the target, registration of the target

Returns {events moved, series in shard}.
]]
local FIXED, PER_GROUP, DESCRIPTION = 10, 6, 38
local meta = redis.call('HMGET', KEYS[1], 'position', 'rolled')
local shard = {position = tonumber(meta[1] or 0), rolled = tonumber(meta[2] or 0), width = tonumber(ARGV[1]),
  retention_fine = tonumber(ARGV[2]), retention_medium = tonumber(ARGV[3]), retention_coarse = tonumber(ARGV[4]),
  medium_width = tonumber(ARGV[5]), coarse_width = tonumber(ARGV[6]),
  fine_index = KEYS[2], medium_index = KEYS[3], coarse_index = KEYS[4], expiry = KEYS[5],
  series = KEYS[6], series_index = KEYS[8]}
local clip_limit, room, kept = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local group_count, placement_count = tonumber(ARGV[10]), tonumber(ARGV[11])
local groups = {}
for g = 1, group_count do
  local base = FIXED + (g - 1) * PER_GROUP
  groups[g] = {start = tonumber(ARGV[11 + g]), fine = KEYS[base + 1], clipped = KEYS[base + 2], moved = KEYS[base + 3],
    pods = KEYS[base + 4], medium = KEYS[base + 5], coarse = KEYS[base + 6]}
end
local touched = {fine = {}, moved = {}, medium = {}, coarse = {}}

-- See Shard.#registerTarget of the embedded store.
local function register_target(id, value, start)
  local old = redis.call('HGET', shard.series, id)
  if old then
    if string.sub(old, 1, 1) < string.sub(value, 1, 1) then
      redis.call('HSET', shard.series, id, string.sub(value, 1, 1) .. string.sub(old, 2))
    end
  else
    if room <= 0 then return false end
    room = room - 1
    register(shard, id, value)
  end
  local seen = redis.call('ZSCORE', KEYS[7], id)
  if not seen or tonumber(seen) < start then redis.call('ZADD', KEYS[7], start, id) end
  return true
end

local function lateness_of(id)
  local value = redis.call('HGET', shard.series, id)
  return value and cjson.decode(string.sub(value, DESCRIPTION)).lateness or 0
end

-- See mayMoveDetection in window-layout.ts.
local function may_move_detection(start, lateness)
  local open = math.max(0, shard.position + shard.width - lateness)
  return start >= math.max(open - open % shard.width, shard.rolled)
end

-- See Shard.place of the embedded store.
local function move_seen(group, source, target, count, clipped, slot)
  local from = redis.call('HGET', group.pods, source) or ''
  local place = slot_place(from, slot)
  if place then
    redis.call('HSET', group.pods, source, with_slot_count(from, slot, place, slot_count(from, place) - clipped))
  end
  local to = redis.call('HGET', group.pods, target) or ''
  place = slot_place(to, slot)
  local used = slot_count(to, place)
  local taken = math.min(count, clip_limit - used)
  if taken > 0 then redis.call('HSET', group.pods, target, with_slot_count(to, slot, place, used + taken)) end
  keep(shard, group.pods, shard.retention_fine, group.start + shard.retention_fine)
  -- The source stays, with 0: so detection learns that what it saw there is gone.
  redis.call('ZINCRBY', group.fine, -count, source)
  redis.call('ZINCRBY', group.clipped, -clipped, source)
  redis.call('ZINCRBY', group.fine, count, target)
  redis.call('ZINCRBY', group.clipped, taken, target)
  touched.fine[group] = true
end

local total, at = 0, 11 + group_count
for _ = 1, placement_count do
  local group, source, target = groups[tonumber(ARGV[at + 1])], ARGV[at + 2], ARGV[at + 4]
  local name = string.format('%.0f:', group.start) .. source .. ':' .. ARGV[at + 3]
  local entry = redis.call('HGET', KEYS[9], name)
  local is_kept = group.start + shard.width + kept > shard.position
  if entry and is_kept and (source == target or register_target(target, ARGV[at + 5], group.start)) then
    redis.call('HDEL', KEYS[9], name)
    redis.call('ZREM', KEYS[10], name)
    if source ~= target then
      local count, seen, clipped, slot = string.match(entry, '^(%d+) (%d+) (%d+) (.)$')
      count, seen, clipped = tonumber(count), tonumber(seen), tonumber(clipped)
      total = total + count
      if seen > 0 and may_move_detection(group.start, math.min(lateness_of(source), lateness_of(target))) then
        move_seen(group, source, target, seen, clipped, slot)
        count = count - seen
      end
      if count > 0 then
        add_by_time(shard, group, source, -count, touched)
        add_by_time(shard, group, target, count, touched)
      end
    end
  end
  at = at + 5
end
if total > 0 then
  keep_touched(shard, touched)
  redis.call('HINCRBY', KEYS[1], 'moves', 1)
  for k = 1, 8 do redis.call('PEXPIRE', KEYS[k], shard.retention_coarse) end
end
return {total, redis.call('ZCARD', KEYS[7])}
