--[[
Counts one flush of one shard, atomically and once.

KEYS 1 meta (hash: position, rolled, lateness)   2 index of fine buckets    3 index of medium buckets
     4 index of coarse buckets                   5 keys to delete by evaluation time
     6 writers (zset by time)                    7 answers (hash by writer)
     8 series (hash)                             9 last seen (zset)         10 series index (zset, lexical)
     11 counted lately (set of bucket:series)
     then 6 per bucket group: fine, clipped, moved, pods (of its minute), medium, coarse
     then 3 per slice of event ids: previous, own, next
ARGV 1 writer  2 sequence  3 now  4 width  5 6 7 retention fine, medium, coarse  8 series that may still be added
     9 writers kept  10 clip limit  11 medium width  12 coarse width
     13 number of groups  14 number of slices  15 number of increments
     then per group its start; per slice the evaluation time after which it is useless
     then per increment: series id, group, lateness, count without id, registration ('' when known),
       pods (pairs of characters: slot + 48, count + 48), number of events with an id, and for each of them:
       member, slice, count, slot + 48 as character

Returns {1, position, rolled, series in shard, late events, refused increments, duplicates (increment, event, …)}
     {-1, position, rolled}            nothing done: the bucket that late events now belong to is not among the groups
     {-2, position, rolled, increments} nothing done: these series are unknown here and were sent without registration
Indexes in replies count from 0.
]]
local FIXED, PER_GROUP, SLICE = 11, 6, 1000
local width, retention_fine, retention_medium, retention_coarse =
  tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local room, clip_limit = tonumber(ARGV[8]), tonumber(ARGV[10])
local medium_width, coarse_width = tonumber(ARGV[11]), tonumber(ARGV[12])
local group_count, slice_count, increment_count = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local meta = redis.call('HMGET', KEYS[1], 'position', 'rolled', 'lateness')
local position, rolled, max_lateness = tonumber(meta[1] or 0), tonumber(meta[2] or 0), tonumber(meta[3] or 0)

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
    return {1, position, rolled, redis.call('ZCARD', KEYS[9]), last[2], last[3], last[4]}
  elseif sequence < last[1] then
    return {1, position, rolled, redis.call('ZCARD', KEYS[9]), 0, {}, {}}
  end
end

local at = 16
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
  local where
  for i = 1, #packed, 2 do
    if string.sub(packed, i, i) == slot then where = i + 1 break end
  end
  local used = where and string.byte(packed, where) - 48 or 0
  local taken = math.min(count, clip_limit - used)
  if taken <= 0 then return 0 end
  local total = string.char(48 + used + taken)
  if where then
    packed = string.sub(packed, 1, where - 1) .. total .. string.sub(packed, where + 1)
  else
    packed = packed .. slot .. total
  end
  pod_cells[key][id] = packed
  changed_pods[key] = changed_pods[key] or {}
  changed_pods[key][id] = true
  return taken
end

-- Writes the description of a series; its quality never gets better again (first character, 0 to 2).
local function register(increment)
  local value = increment.register
  local old = redis.call('HGET', KEYS[8], increment.id)
  if old and string.sub(old, 1, 1) > string.sub(value, 1, 1) then value = string.sub(old, 1, 1) .. string.sub(value, 2) end
  redis.call('HSET', KEYS[8], increment.id, value)
  if old then return end
  local id = increment.id
  redis.call('ZADD', KEYS[10], 0, 'a:' .. id, 0, 'p:' .. string.sub(value, 2, 13) .. ':' .. id,
    0, 'w:' .. string.sub(value, 14, 25) .. ':' .. id, 0, 'd:' .. string.sub(value, 26, 37) .. ':' .. id)
end

local touched_fine, touched_moved, touched_medium, touched_coarse = {}, {}, {}, {}

-- See Buckets.addLate of the embedded store.
local function add_late(increment, count)
  local own, id = increment.own, increment.id
  redis.call('ZINCRBY', increment.seen_in.moved, -count, id)
  touched_moved[increment.seen_in] = true
  if own.start + width + retention_fine > position then
    redis.call('ZINCRBY', own.moved, count, id)
    touched_moved[own] = true
  end
  if own.start >= rolled then return end
  local medium = own.start - own.start % medium_width
  if medium + medium_width + retention_medium > position then
    redis.call('ZINCRBY', own.medium, count, id)
    touched_medium[own] = true
  end
  if medium < rolled - rolled % medium_width then
    redis.call('ZINCRBY', own.coarse, count, id)
    touched_coarse[own] = true
  end
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
    if increment.register ~= '' then register(increment) end
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
    for _, event in ipairs(fresh) do
      taken[event.slice.keys[2] .. '\n' .. event.member] = true
      event.slice.fresh = event.slice.fresh or {}
      table.insert(event.slice.fresh, event.member)
      clipped = clipped + clip(key, id, event.slot, event.count)
    end
    redis.call('ZINCRBY', seen_in.fine, count, id)
    if clipped > 0 then redis.call('ZINCRBY', seen_in.clipped, clipped, id) end
    touched_fine[seen_in] = true
    counted[#counted + 1] = seen_in.label .. id
    if seen_in ~= increment.own then
      late = late + count
      add_late(increment, count)
    end
  end
end

local function keep(key, ttl, until_time)
  redis.call('PEXPIRE', key, ttl)
  redis.call('ZADD', KEYS[5], until_time, key)
end
local new_bucket = answer == false
for group in pairs(touched_fine) do
  if redis.call('ZADD', KEYS[2], group.start, group.start) == 1 or touched_moved[group] then
    new_bucket = true
    keep(group.fine, retention_medium, group.start + width + retention_fine)
  end
  keep(group.clipped, retention_medium, group.start + width + retention_fine)
end
for group in pairs(touched_moved) do
  redis.call('ZADD', KEYS[2], group.start, group.start)
  keep(group.moved, retention_medium, group.start + width + retention_fine)
end
for group in pairs(touched_medium) do
  local start = group.start - group.start % medium_width
  redis.call('ZADD', KEYS[3], start, start)
  keep(group.medium, retention_medium + coarse_width, start + medium_width + retention_medium)
end
for group in pairs(touched_coarse) do
  local start = group.start - group.start % coarse_width
  redis.call('ZADD', KEYS[4], start, start)
  keep(group.coarse, retention_coarse, start + coarse_width + retention_coarse)
end
for _, group in ipairs(groups) do
  local changed = changed_pods[group.pods]
  if changed then
    local pairs_of = {}
    for id in pairs(changed) do
      pairs_of[#pairs_of + 1] = id
      pairs_of[#pairs_of + 1] = pod_cells[group.pods][id]
    end
    batched('HSET', group.pods, pairs_of)
    keep(group.pods, retention_fine, group.start + retention_fine)
    changed_pods[group.pods] = nil
  end
end
for _, slice in ipairs(slices) do
  if slice.fresh then
    batched('SADD', slice.keys[2], slice.fresh)
    keep(slice.keys[2], math.max(60000, slice.until_time - tonumber(ARGV[3])) + retention_fine, slice.until_time)
  end
end
local seen_list = {}
for id in pairs(fresh_seen) do
  seen_list[#seen_list + 1] = last_seen[id]
  seen_list[#seen_list + 1] = id
end
batched('ZADD', KEYS[9], seen_list)

batched('SADD', KEYS[11], counted)
-- Only a hint: what is not asked for goes after two buckets, so that nobody need clear it.
if #counted > 0 and redis.call('PTTL', KEYS[11]) < 0 then redis.call('PEXPIRE', KEYS[11], 2 * width) end

redis.call('HSET', KEYS[7], ARGV[1], cjson.encode({sequence, late, refused, duplicates}))
redis.call('ZADD', KEYS[6], ARGV[3], ARGV[1])
if redis.call('ZCARD', KEYS[6]) > tonumber(ARGV[9]) then
  local oldest = redis.call('ZPOPMIN', KEYS[6])
  redis.call('HDEL', KEYS[7], oldest[1])
end
-- Lifetimes are long: renewing them once per bucket is enough.
if new_bucket then for k = 1, FIXED - 1 do redis.call('PEXPIRE', KEYS[k], retention_coarse) end end
return {1, position, rolled, redis.call('ZCARD', KEYS[9]), late, refused, duplicates}
