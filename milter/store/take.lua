-- take.lua - takes every charge of one message, or none.
--
-- KEYS: the ledger's token, then a key for each bucket.
-- ARGV: nonce, token (`*`: any), deadline, then two for each bucket: `enforce` or
-- `observe`, and its windows, seven words each: tag, interval, burst, cost, the
-- time before which the caller knows that it is not full (0: it does not), what
-- comes on top of the stored time, and how many units more than the cost the
-- caller would like of a hold.
-- A bucket is stored as three words for each window: tag, interval, and the
-- time at which it is full again; a full one need not be there. The tag is unit
-- and period; `hold:` before it says that the window counts what was held, and
-- `strike:` the refusals. Times are Redis's, in microseconds; all numbers are
-- whole and below 2^53, where a Lua number is exact.
--
-- Returns nonce, verdict, now; if taken or refused also which bucket and window
-- refused, the wait (-1: for ever), whether its hold has no room (1), whether its
-- strikes had none for another (1), how many units more it gave, a mask of the observed buckets that
-- would have refused, and the time of each window in the order of the call.
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

-- b.all: what is stored; b itself: the windows that decide.
local function read(key, kind, windows, value)
	local b = { key = key, observed = kind == 'observe', others = '', last = now, all = {} }
	local by_tag = {}
	for tag, interval, burst, cost, floor, debit, lease in windows:gmatch(
			'(%S+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)') do
		local w = { tag = tag, interval = tonumber(interval),
			burst = tonumber(burst), cost = tonumber(cost),
			lease = tonumber(lease), full = now }
		w.floor, w.debit = full_again(w, w.interval, tonumber(floor)), tonumber(debit)
		b.all[#b.all + 1], by_tag[tag] = w, w
		b[tag:match('^(%a+):') or #b + 1] = w
	end
	for tag, interval, full in value:gmatch('(%S+) (%d+) (%d+)') do
		local w, time = by_tag[tag], tonumber(full)
		if w then
			w.full = full_again(w, tonumber(interval), time)
			b.changed = b.changed or time > now + w.burst * tonumber(interval)
		elseif time > now then	-- of another version of the policy
			b.others = b.others .. tag .. ' ' .. interval .. ' ' .. full .. ' '
			b.last = math.max(b.last, time)
		end
	end
	for _, w in ipairs(b.all) do
		b.changed = b.changed or w.debit > 0
		w.full = math.max(w.floor, full_again(w, w.interval, w.full + w.debit))
	end
	return b
end

-- Time until w has room for its cost: not above 0 if it has.
local function wait(w)
	return w.full - now - (w.burst - w.cost) * w.interval
end

local function charge(w)
	w.full = w.full + w.cost * w.interval
end

-- The first window that has no room, and the wait until it has.
local function refusing(b)
	for i, w in ipairs(b) do
		if wait(w) > 0 then
			return i, w.cost > w.burst and -1 or wait(w)
		end
	end
end

local function write(b)
	local value, last = b.others, b.last
	for _, w in ipairs(b.all) do
		value = value .. string.format('%s %.0f %.0f ', w.tag, w.interval, w.full)
		last = math.max(last, w.full)
	end
	-- One more, as Redis counts from the start of the current millisecond.
	local ms = math.ceil((last - now) / 1000) + 1
	redis.call('SET', b.key, value, 'PX', string.format('%.0f', ms))
end

local function take(b)
	for _, w in ipairs(b) do
		charge(w)
	end
	b.changed = true
end

-- What the refusal itself costs. Returns whether b is spent, and struck.
local function refuse(b)
	local spent, struck, leased = 0, 0, 0
	if b.hold then
		b.hold.cost = b.hold.cost + b.hold.lease
		leased = b.hold.lease
		if wait(b.hold) > 0 then
			b.hold.cost = b.hold.cost - b.hold.lease
			leased = 0
		end
		if wait(b.hold) > 0 then
			spent = 1
		else
			charge(b.hold)
			b.changed = true
		end
	end
	if b.strike then
		charge(b.strike)
		if wait(b.strike) > 0 then
			struck, b.strike.full = 1, now
		end
	end
	b.changed = b.changed or b.strike
	return spent, struck, leased
end

local buckets, refused, mask = {}, nil, 0
for k = 2, #KEYS do
	local b = read(KEYS[k], ARGV[2 * k], ARGV[2 * k + 1], stored[k] or '')
	local window, time = refusing(b)
	buckets[#buckets + 1] = b
	if window and b.observed then
		mask = mask + 2 ^ (k - 2)
	elseif window and not refused then
		refused = { ARGV[1], 'refused', now, k - 2, window - 1, time }
	end
end

local reply = refused or { ARGV[1], 'taken', now, 0, 0, 0, 0, 0, 0, mask }
if refused then
	reply[7], reply[8], reply[9] = refuse(buckets[refused[4] + 1])
	reply[10] = 0
end
for _, b in ipairs(buckets) do
	if not refused and (mask == 0 or not b.observed) then
		take(b)
	end
	if b.changed then
		write(b)
	end
	for _, w in ipairs(b.all) do
		reply[#reply + 1] = w.full
	end
end
return reply
