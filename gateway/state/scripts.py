"""What Redis does in one step: a Lua script for each operation.

Times go over the wire in milliseconds.
"""

# KEYS: counters. ARGV: limit, period for each. Gives the place of a full one, from
# 1, or 0; then for each counter what it has and how long its window still runs.
TAKE = """
local answer, full = {0}, 0
for i, key in ipairs(KEYS) do
  local count = tonumber(redis.call('GET', key) or '0')
  local left = redis.call('PTTL', key)
  local period = tonumber(ARGV[2 * i])
  if left > period then
    redis.call('DEL', key)
    count, left = 0, -2
  end
  if full == 0 and count >= tonumber(ARGV[2 * i - 1]) then full = i end
  answer[2 * i], answer[2 * i + 1] = count, left < 0 and period or left
end
answer[1] = full
if full > 0 then return answer end
for i, key in ipairs(KEYS) do
  answer[2 * i] = redis.call('INCR', key)
  if answer[2 * i] == 1 then redis.call('PEXPIRE', key, ARGV[2 * i]) end
end
return answer
"""

# KEYS: a breaker. ARGV: healthy, threshold, window, open, percentage, least.
# Gives for how long it is open.
NOTE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'calls', 'bad', 'ends', 'open')
local calls, bad = tonumber(known[1] or 0), tonumber(known[2] or 0)
local ends, open = tonumber(known[3] or 0), tonumber(known[4] or 0)
local threshold, window = tonumber(ARGV[2]), tonumber(ARGV[3])
local lasts, least = tonumber(ARGV[4]), tonumber(ARGV[6])
if ARGV[5] == '1' and ends > 0 and ends <= now then
  if calls >= math.max(1, least) and bad * 100 >= threshold * calls then
    open = ends + lasts
  end
  ends = 0
end
if open <= now then
  if ends <= now then calls, bad, ends = 0, 0, now + window end
  calls = calls + 1
  if ARGV[1] == '0' then bad = bad + 1 end
  if ARGV[5] == '0' and bad >= threshold then
    calls, bad, ends, open = 0, 0, 0, now + lasts
  end
else
  calls, bad, ends = 0, 0, 0
end
redis.call('HSET', KEYS[1], 'calls', calls, 'bad', bad, 'ends', ends, 'open', open)
redis.call('PEXPIRE', KEYS[1], window + lasts)
return math.max(0, open - now)
"""

# KEYS: kept values.
GET = "return redis.call('GET', KEYS[1])"
# ARGV: value, period.
PUT = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"
FORGET = "redis.call('DEL', KEYS[1])"
