"""What Redis does in one step each: a script is run whole, or not at all, and nothing else runs meanwhile.

Keys begin with `KEYS[1]`, which holds a hash tag, so that a cluster keeps all of them in one slot:

    KEYS[1]:ends                      leases that hold something, by the end of their time
    KEYS[1]:lease:NAME                until when, and what is held of which span; `ended` once its time was up
    KEYS[1]:span:ACCOUNT|SINCE        `used` and `held`
    KEYS[1]:done:NAME                 a lease that Redis may never have had is over: whatever asks for it now comes too late

Names of accounts come from the configuration, names of leases from the gateway: nothing here was written by a caller.
"""

from __future__ import annotations

from typing import Final

_COMMON: Final = """
local base, now = KEYS[1], tonumber(ARGV[1])
local KEPT_US, SPAN_S, MINUTES_S, DONE_S = 86400000000, 3456000, 7200, 172800

-- Of nothing, what is given back is -0 to Lua, and no number to Redis.
local function whole(number) return string.format('%.0f', number + 0) end

local function span_key(span) return base .. ':span:' .. span end

local function add(span, field, amount)
  local key = span_key(span)
  local sum = redis.call('HINCRBY', key, field, whole(amount))
  if sum < 0 then redis.call('HSET', key, field, 0) end
  redis.call('EXPIRE', key, string.find(span, '/minute|', 1, true) and MINUTES_S or SPAN_S)
end

local function counts(span)
  local found = redis.call('HMGET', span_key(span), 'used', 'held')
  return tonumber(found[1] or 0), tonumber(found[2] or 0)
end

local function let_go(fields)
  for at = 1, #fields, 2 do
    if fields[at] ~= 'until' and fields[at] ~= 'ended' then add(fields[at], 'held', -tonumber(fields[at + 1])) end
  end
end

local function value(fields, name)
  for at = 1, #fields, 2 do if fields[at] == name then return fields[at + 1] end end
end

-- Leases whose time is up give back what they hold; they can be settled for a day still.
local function expire()
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', base .. ':ends', '-inf', whole(now), 'LIMIT', 0, 1000)) do
    local key = base .. ':lease:' .. name
    local fields = redis.call('HGETALL', key)
    if #fields > 0 then
      let_go(fields)
      redis.call('HSET', key, 'ended', 1)
    end
    redis.call('ZREM', base .. ':ends', name)
  end
end

-- The lease, and whether there is one that can be ended.
local function take_away(name)
  local key = base .. ':lease:' .. name
  local fields = redis.call('HGETALL', key)
  if #fields == 0 then return false end
  if not value(fields, 'ended') then let_go(fields) end
  redis.call('DEL', key)
  redis.call('ZREM', base .. ':ends', name)
  return now < tonumber(value(fields, 'until')) + KEPT_US
end
"""

RESERVE: Final = (
    _COMMON
    + """
local lease, till = ARGV[2], tonumber(ARGV[3])
expire()
local over = redis.call('EXISTS', base .. ':done:' .. lease) == 1
local wanted, told = {}, {1}
for at = 4, #ARGV, 3 do
  local span, limit, amount = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local used, held = counts(span)
  local together = (wanted[span] or 0) + amount
  wanted[span] = together
  if over or used + held + together > limit then
    local short = {0, (at - 4) / 3}
    for each = 4, #ARGV, 3 do
      local its_used, its_held = counts(ARGV[each])
      short[#short + 1] = its_used
      short[#short + 1] = its_held
    end
    return short
  end
  told[#told + 1] = used
  told[#told + 1] = held + together
end
local key = base .. ':lease:' .. lease
redis.call('HSET', key, 'until', whole(till))
for span, amount in pairs(wanted) do
  add(span, 'held', amount)
  redis.call('HINCRBY', key, span, whole(amount))
end
redis.call('PEXPIRE', key, whole(math.max((till - now + KEPT_US) / 1000, 1)))
redis.call('ZADD', base .. ':ends', whole(till), lease)
return told
"""
)
"""ARGV: now, lease, until, then for each charge its span, limit and amount. Says 1 and the counts with it, or 0, which
charge has too little left, and the counts without it."""

SETTLE: Final = (
    _COMMON
    + """
local lease, unheld = ARGV[2], ARGV[3] == '1'
local counting = take_away(lease)
if unheld then counting = redis.call('SET', base .. ':done:' .. lease, 1, 'NX', 'EX', DONE_S) and true or false end
if not counting then return 0 end
for at = 4, #ARGV, 2 do
  if tonumber(ARGV[at + 1]) > 0 then add(ARGV[at], 'used', tonumber(ARGV[at + 1])) end
end
return 1
"""
)
"""ARGV: now, lease, whether it may be that Redis never had it, then spans and what was used of each. It may come twice."""

REFUND: Final = (
    _COMMON
    + """
take_away(ARGV[2])
if ARGV[3] == '1' then redis.call('SET', base .. ':done:' .. ARGV[2], 1, 'EX', DONE_S) end
return 1
"""
)
"""ARGV: now, lease, whether it may be that Redis never had it, or has it only later. It may come twice."""

COUNT: Final = (
    _COMMON
    + """
expire()
local told = {}
for at = 2, #ARGV do
  local used, held = counts(ARGV[at])
  told[#told + 1] = used
  told[#told + 1] = held
end
return told
"""
)
"""ARGV: now, then spans. Says used and held of each."""

RESTORE: Final = (
    _COMMON
    + """
for at = 2, #ARGV, 2 do
  local used = counts(ARGV[at])
  local missing = tonumber(ARGV[at + 1]) - used
  if missing > 0 then add(ARGV[at], 'used', missing) end
end
return 1
"""
)
"""ARGV: now, then spans and what was used of each, as a replica heard it: use only grows, so less was forgotten."""

SCRIPTS: Final = (RESERVE, SETTLE, REFUND, COUNT, RESTORE)
