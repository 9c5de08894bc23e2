-- take.lua - takes every charge of one message, or none.
--
-- KEYS: the ledger's token, then a key for each bucket.
-- ARGV: nonce, token (`*`: any), deadline, then two for each bucket: `enforce` or
-- `observe`, and its windows, five words each: tag, interval, burst, cost, and
-- the time before which the caller knows that it is not full (0: it does not).
-- A bucket is stored as three words for each window: tag, interval, and the
-- time at which it is full again; a full one need not be there. The tag is unit
-- and period. Times are Redis's, in microseconds; all numbers are whole and
-- below 2^53, where a Lua number is exact.
--
-- Returns nonce, verdict, now; if taken or refused also which bucket and window
-- refused, the wait (-1: for ever), a mask of the observed buckets that would
-- have refused, and the time of each window.
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
if now > tonumber(ARGV[3]) then
	return { ARGV[1], 'late', now }
end

local stored = redis.call('MGET', unpack(KEYS))
if ARGV[2] ~= '*' and (stored[1] or '') ~= ARGV[2] then
	return { ARGV[1], 'stale', now }
end

-- A changed interval keeps the level in units, rounded up. A time beyond that
-- of an empty bucket is one: the clock went back.
local function full_again(w, interval, full)
	local used = full - now
	if interval ~= w.interval then
		used = math.ceil(used / interval) * w.interval
	end
	return now + math.max(0, math.min(used, w.burst * w.interval))
end

local function read(key, kind, windows, value)
	local b = { key = key, observed = kind == 'observe', others = '', last = now }
	local by_tag = {}
	for tag, interval, burst, cost, floor in windows:gmatch('(%S+) (%d+) (%d+) (%d+) (%d+)') do
		local w = { tag = tag, interval = tonumber(interval),
			burst = tonumber(burst), cost = tonumber(cost) }
		w.full = full_again(w, w.interval, tonumber(floor))
		b[#b + 1], by_tag[tag] = w, w
	end
	for tag, interval, full in value:gmatch('(%S+) (%d+) (%d+)') do
		local w, time = by_tag[tag], tonumber(full)
		if w then
			w.full = math.max(w.full, full_again(w, tonumber(interval), time))
		elseif time > now then	-- of another version of the policy
			b.others = b.others .. tag .. ' ' .. interval .. ' ' .. full .. ' '
			b.last = math.max(b.last, time)
		end
	end
	return b
end

-- The first window that has no room, and the wait until it has.
local function refusing(b)
	for i, w in ipairs(b) do
		local wait = w.full - now - (w.burst - w.cost) * w.interval
		if wait > 0 then
			return i, w.cost > w.burst and -1 or wait
		end
	end
end

local function take(b)
	local value, last = b.others, b.last
	for _, w in ipairs(b) do
		w.full = w.full + w.cost * w.interval
		value = value .. string.format('%s %.0f %.0f ', w.tag, w.interval, w.full)
		last = math.max(last, w.full)
	end
	-- One more, as Redis counts from the start of the current millisecond.
	local ms = math.ceil((last - now) / 1000) + 1
	redis.call('SET', b.key, value, 'PX', string.format('%.0f', ms))
end

local buckets, refused, mask = {}, nil, 0
for k = 2, #KEYS do
	local b = read(KEYS[k], ARGV[2 * k], ARGV[2 * k + 1], stored[k] or '')
	local window, wait = refusing(b)
	buckets[#buckets + 1] = b
	if window and b.observed then
		mask = mask + 2 ^ (k - 2)
	elseif window and not refused then
		refused = { ARGV[1], 'refused', now, k - 2, window - 1, wait, 0 }
	end
end

local reply = refused or { ARGV[1], 'taken', now, 0, 0, 0, mask }
for _, b in ipairs(buckets) do
	if not refused and (mask == 0 or not b.observed) then
		take(b)
	end
	for _, w in ipairs(b) do
		reply[#reply + 1] = w.full
	end
end
return reply
