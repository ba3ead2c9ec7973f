--[[
Counts one flush of one shard, atomically and once.

KEYS 1 meta (hash: position, rolled, lateness)   2 index of fine buckets    3 index of medium buckets
     4 index of coarse buckets                   5 keys to delete by evaluation time
     6 writers (zset by time)                    7 answers (hash by writer)
     8 series (hash)                             9 last seen (zset)         10 series index (zset, lexical)
     11 counted lately (set of bucket:series)
     12 sub-counters of unknown pods (hash: bucket:series:pod)   13 the same by bucket (zset)
     then 6 per bucket group: fine, clipped, moved, pods (of its minute), medium, coarse
     then 3 per slice of event ids: previous, own, next
ARGV 1 writer  2 sequence  3 now  4 width  5 6 7 retention fine, medium, coarse  8 series that may still be added
     9 writers kept  10 clip limit  11 medium width  12 coarse width
     13 number of groups  14 number of slices  15 number of increments
     16 number of unplaced counts  17 sub-counters kept at most  18 time they are kept
     then per group its start; per slice the evaluation time after which it is useless
     then per increment: series id, group, lateness, count without id, registration ('' when known),
       pods (pairs of characters: slot + 48, count + 48), number of events with an id, and for each of them:
       member, slice, count, slot + 48 as character
     then per unplaced count: increment, event (0: events without id, part of the count), slot + 48, count, pod

Returns {1, position, rolled, series in shard, late events, refused increments, duplicates (increment, event, …), overflow}
     {-1, position, rolled}            nothing done: the bucket that late events now belong to is not among the groups
     {-2, position, rolled, increments} nothing done: these series are unknown here and were sent without registration
Indexes in replies count from 0.
]]
local FIXED, PER_GROUP, SLICE = 13, 6, 1000
local width, retention_fine, retention_medium, retention_coarse =
  tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local room, clip_limit = tonumber(ARGV[8]), tonumber(ARGV[10])
local medium_width, coarse_width = tonumber(ARGV[11]), tonumber(ARGV[12])
local group_count, slice_count, increment_count = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local meta = redis.call('HMGET', KEYS[1], 'position', 'rolled', 'lateness')
local position, rolled, max_lateness = tonumber(meta[1] or 0), tonumber(meta[2] or 0), tonumber(meta[3] or 0)
local shard = {position = position, rolled = rolled, width = width, medium_width = medium_width, coarse_width = coarse_width,
  retention_fine = retention_fine, retention_medium = retention_medium, retention_coarse = retention_coarse,
  fine_index = KEYS[2], medium_index = KEYS[3], coarse_index = KEYS[4], expiry = KEYS[5],
  series = KEYS[8], series_index = KEYS[10]}

-- Calls a command with many arguments in pieces: Lua's stack holds about 8000.
local function batched(command, key, list, each)
  for from = 1, #list, SLICE do
    local to = math.min(from + SLICE - 1, #list)
    local reply = redis.call(command, key, unpack(list, from, to))
    if each then for i = from, to do each(list[i], reply[i - from + 1]) end end
  end
end

local sequence = tonumber(ARGV[2])
local answer = redis.call('HGET', KEYS[7], ARGV[1])
if answer then
  local last = cjson.decode(answer)
  if sequence == last[1] then
    return {1, position, rolled, redis.call('ZCARD', KEYS[9]), last[2], last[3], last[4], last[5] or 0}
  elseif sequence < last[1] then
    return {1, position, rolled, redis.call('ZCARD', KEYS[9]), 0, {}, {}, 0}
  end
end

local at = 19
local groups, group_of = {}, {}
for g = 1, group_count do
  local base = FIXED + (g - 1) * PER_GROUP
  groups[g] = {start = tonumber(ARGV[at]), fine = KEYS[base + 1], clipped = KEYS[base + 2], moved = KEYS[base + 3],
    pods = KEYS[base + 4], medium = KEYS[base + 5], coarse = KEYS[base + 6]}
  groups[g].label = string.format('%.0f:', groups[g].start)
  group_of[groups[g].start] = groups[g]
  at = at + 1
end
local slices = {}
for s = 1, slice_count do
  local base = FIXED + group_count * PER_GROUP + (s - 1) * 3
  slices[s] = {keys = {KEYS[base + 1], KEYS[base + 2], KEYS[base + 3]}, until_time = tonumber(ARGV[at]), members = {}}
  at = at + 1
end

-- See detectionBucket in window-layout.ts.
local function detection_bucket(bucket, lateness)
  local open = math.max(0, position - lateness)
  return math.max(bucket, open - open % width, rolled)
end

local increments, ids = {}, {}
for i = 1, increment_count do
  local own = groups[tonumber(ARGV[at + 1])]
  local lateness, events = tonumber(ARGV[at + 2]), {}
  local increment = {id = ARGV[at], own = own, lateness = lateness, count = tonumber(ARGV[at + 3]),
    register = ARGV[at + 4], pods = ARGV[at + 5], events = events}
  increment.seen_in = group_of[detection_bucket(own.start, lateness)]
  if not increment.seen_in then return {-1, position, rolled} end
  local event_count = tonumber(ARGV[at + 6])
  at = at + 7
  for e = 1, event_count do
    local slice = slices[tonumber(ARGV[at + 1])]
    events[e] = {member = ARGV[at], slice = slice, count = tonumber(ARGV[at + 2]), slot = ARGV[at + 3]}
    slice.members[#slice.members + 1] = ARGV[at]
    at = at + 4
  end
  increments[i] = increment
  ids[i] = increment.id
end
for _ = 1, tonumber(ARGV[16]) do
  local increment, event = increments[tonumber(ARGV[at])], tonumber(ARGV[at + 1])
  if event > 0 then
    increment.events[event].unplaced = ARGV[at + 4]
  else
    increment.unplaced = increment.unplaced or {}
    table.insert(increment.unplaced, {slot = ARGV[at + 2], count = tonumber(ARGV[at + 3]), pod = ARGV[at + 4]})
  end
  at = at + 5
end

local last_seen, unknown = {}, {}
batched('ZMSCORE', KEYS[9], ids, function(id, score) last_seen[id] = tonumber(score or nil) end)
for i, increment in ipairs(increments) do
  if not last_seen[increment.id] and increment.register == '' then unknown[#unknown + 1] = i - 1 end
end
if #unknown > 0 then return {-2, position, rolled, unknown} end

-- Seen before: in the event's own slice or a neighbour of it, in the store or earlier in this flush.
local taken = {}
for _, slice in ipairs(slices) do
  slice.remembered = {}
  for k = 1, 3 do
    batched('SMISMEMBER', slice.keys[k], slice.members, function(member, found)
      if found == 1 then slice.remembered[member] = true end
    end)
  end
end
local function remembered(event)
  local slice, member = event.slice, event.member
  if slice.remembered[member] then return true end
  for k = 1, 3 do if taken[slice.keys[k] .. '\n' .. member] then return true end end
  return false
end

-- From here on everything is written; nothing above changed anything.

local pod_cells, pod_ids = {}, {}
for _, increment in ipairs(increments) do
  local key = increment.own.pods
  pod_cells[key] = pod_cells[key] or {}
  pod_ids[key] = pod_ids[key] or {}
  table.insert(pod_ids[key], increment.id)
end
for key, list in pairs(pod_ids) do
  batched('HMGET', key, list, function(id, packed) pod_cells[key][id] = packed or '' end)
end
local changed_pods = {}

-- How many of `count` events of a pod slot still count in this minute: three at most, over all writers.
local function clip(key, id, slot, count)
  local packed = pod_cells[key][id]
  local place = slot_place(packed, slot)
  local used = slot_count(packed, place)
  local taken = math.min(count, clip_limit - used)
  if taken <= 0 then return 0 end
  pod_cells[key][id] = with_slot_count(packed, slot, place, used + taken)
  changed_pods[key] = changed_pods[key] or {}
  changed_pods[key][id] = true
  return taken
end

local touched = {fine = {}, moved = {}, medium = {}, coarse = {}}

-- Sub-counters to add to, and whether each is new: only looked at when there is something to add.
local unplaced, overflow, room_unplaced = {}, 0, nil
local unplaced_kept = tonumber(ARGV[18])

-- See Shard.#count of the embedded store.
local function clip_unplaced(increment, slot, count, pod)
  local own, id = increment.own, increment.id
  local clipped = clip(own.pods, id, slot, count)
  if own.start + width + unplaced_kept <= position then return clipped end
  if not room_unplaced then
    local outdated = redis.call('ZRANGEBYSCORE', KEYS[13], '-inf', position - width - unplaced_kept)
    batched('HDEL', KEYS[12], outdated)
    batched('ZREM', KEYS[13], outdated)
    room_unplaced = tonumber(ARGV[17]) - redis.call('ZCARD', KEYS[13])
  end
  local name = own.label .. id .. ':' .. pod
  local entry = unplaced[name]
  if not entry then
    local stored = redis.call('HGET', KEYS[12], name)
    if not stored then
      if room_unplaced <= 0 then
        overflow = overflow + count
        return clipped
      end
      room_unplaced = room_unplaced - 1
    end
    local before, seen, took = string.match(stored or '0 0 0', '^(%d+) (%d+) (%d+)')
    entry = {start = own.start, slot = slot, count = tonumber(before), seen = tonumber(seen), clipped = tonumber(took)}
    unplaced[name] = entry
  end
  entry.count = entry.count + count
  if increment.seen_in == own then
    entry.seen = entry.seen + count
    entry.clipped = entry.clipped + clipped
  end
  return clipped
end

local late, refused, duplicates, fresh_seen, counted = 0, {}, {}, {}, {}
for i, increment in ipairs(increments) do
  local count, fresh, repeated, in_increment = increment.count, {}, {}, {}
  for e, event in ipairs(increment.events) do
    if remembered(event) or in_increment[event.member] then
      repeated[#repeated + 1] = e - 1
    else
      fresh[#fresh + 1] = event
      count = count + event.count
    end
    in_increment[event.member] = true
  end
  local known = last_seen[increment.id]
  local accepted = true
  if count > 0 and not known then
    if room > 0 then room = room - 1 else accepted = false end
  end
  if not accepted then
    refused[#refused + 1] = i - 1
  else
    for _, e in ipairs(repeated) do
      duplicates[#duplicates + 1] = i - 1
      duplicates[#duplicates + 1] = e
    end
  end
  if accepted and count > 0 then
    local id, seen_in = increment.id, increment.seen_in
    if increment.register ~= '' then register(shard, id, increment.register) end
    if increment.lateness > max_lateness then
      max_lateness = increment.lateness
      redis.call('HSET', KEYS[1], 'lateness', max_lateness)
    end
    if not known or seen_in.start - known >= retention_medium / 100 then
      last_seen[id] = seen_in.start
      fresh_seen[id] = true
    end
    local clipped, pods, key = 0, increment.pods, increment.own.pods
    for p = 1, #pods, 2 do
      clipped = clipped + clip(key, id, string.sub(pods, p, p), string.byte(pods, p + 1) - 48)
    end
    for _, one in ipairs(increment.unplaced or {}) do
      clipped = clipped + clip_unplaced(increment, one.slot, one.count, one.pod)
    end
    for _, event in ipairs(fresh) do
      taken[event.slice.keys[2] .. '\n' .. event.member] = true
      event.slice.fresh = event.slice.fresh or {}
      table.insert(event.slice.fresh, event.member)
      if event.unplaced then
        clipped = clipped + clip_unplaced(increment, event.slot, event.count, event.unplaced)
      else
        clipped = clipped + clip(key, id, event.slot, event.count)
      end
    end
    redis.call('ZINCRBY', seen_in.fine, count, id)
    if clipped > 0 then redis.call('ZINCRBY', seen_in.clipped, clipped, id) end
    touched.fine[seen_in] = true
    counted[#counted + 1] = seen_in.label .. id
    if seen_in ~= increment.own then
      late = late + count
      redis.call('ZINCRBY', seen_in.moved, -count, id)
      touched.moved[seen_in] = true
      add_by_time(shard, increment.own, id, count, touched)
    end
  end
end

local new_bucket = keep_touched(shard, touched) or answer == false
for _, group in ipairs(groups) do
  local changed = changed_pods[group.pods]
  if changed then
    local pairs_of = {}
    for id in pairs(changed) do
      pairs_of[#pairs_of + 1] = id
      pairs_of[#pairs_of + 1] = pod_cells[group.pods][id]
    end
    batched('HSET', group.pods, pairs_of)
    keep(shard, group.pods, retention_fine, group.start + retention_fine)
    changed_pods[group.pods] = nil
  end
end
for _, slice in ipairs(slices) do
  if slice.fresh then
    batched('SADD', slice.keys[2], slice.fresh)
    keep(shard, slice.keys[2], math.max(60000, slice.until_time - tonumber(ARGV[3])) + retention_fine, slice.until_time)
  end
end
for name, entry in pairs(unplaced) do
  redis.call('HSET', KEYS[12], name, string.format('%.0f %.0f %.0f %s', entry.count, entry.seen, entry.clipped, entry.slot))
  redis.call('ZADD', KEYS[13], entry.start, name)
end
if room_unplaced then for k = 12, 13 do redis.call('PEXPIRE', KEYS[k], retention_medium) end end
local seen_list = {}
for id in pairs(fresh_seen) do
  seen_list[#seen_list + 1] = last_seen[id]
  seen_list[#seen_list + 1] = id
end
batched('ZADD', KEYS[9], seen_list)

batched('SADD', KEYS[11], counted)
-- Only a hint: what is not asked for goes after two buckets, so that nobody need clear it.
if #counted > 0 and redis.call('PTTL', KEYS[11]) < 0 then redis.call('PEXPIRE', KEYS[11], 2 * width) end

redis.call('HSET', KEYS[7], ARGV[1], cjson.encode({sequence, late, refused, duplicates, overflow}))
redis.call('ZADD', KEYS[6], ARGV[3], ARGV[1])
if redis.call('ZCARD', KEYS[6]) > tonumber(ARGV[9]) then
  local oldest = redis.call('ZPOPMIN', KEYS[6])
  redis.call('HDEL', KEYS[7], oldest[1])
end
-- Lifetimes are long: renewing them once per bucket is enough.
if new_bucket then for k = 1, 10 do redis.call('PEXPIRE', KEYS[k], retention_coarse) end end
return {1, position, rolled, redis.call('ZCARD', KEYS[9]), late, refused, duplicates, overflow}
