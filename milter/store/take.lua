-- take.lua - takes every charge of one message, or none.
--
-- KEYS: the ledger's token, then a key for each bucket.
-- ARGV: nonce, token (`*`: any), deadline, then two for each bucket: `enforce` or
-- `observe`, and its windows. A window is seven numbers: tag, interval, burst, cost,
-- how many units more the caller would like of a hold, what comes on top of the
-- stored time, and the time before which the caller knows that it is not full (0:
-- it does not). The tag is ten times the period and one digit: 0 counts messages,
-- 1 recipients; 2 and 3 do so for what was held; 4 counts refusals.
--
-- A bucket is stored as four numbers for each window that is not full: tag, interval,
-- burst, and the time at which it is full again. To look at one:
--   EVAL "local v = redis.call('GET', KEYS[1])
--         return { struct.unpack(('d'):rep(#v / 8), v) }" 1 KEY
-- Times are Redis's, in microseconds. Numbers are packed doubles, whole and below
-- 2^53, where they are exact.
--
-- Returns nonce, verdict, now; if taken or refused also which bucket and window
-- refused, the wait (-1: for ever), whether its hold has no room (1), whether its
-- strikes had none for another (1), how many units more it gave, a mask of the
-- observed buckets that would have refused, and the time of each window in the
-- order of the call.
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
if now > tonumber(ARGV[3]) then
	return { ARGV[1], 'late', now }
end

local stored = redis.call('MGET', unpack(KEYS))
if ARGV[2] ~= '*' and (stored[1] or '') ~= ARGV[2] then
	return { ARGV[1], 'stale', now }
end

local ceil, pack, numbers = math.ceil, struct.pack, struct.unpack

-- The windows of the call; b[1], b[2], ..: those that decide.
local function new(key, kind, windows)
	local b = { key = key, observed = kind == 'observe', all = {}, by_tag = {},
		value = '', others = '', last = now }
	for at = 1, #windows, 56 do
		local tag, interval, burst, cost, lease, debit, floor =
			numbers('<ddddddd', windows, at)
		local w = { tag = tag, interval = interval, burst = burst, cost = cost,
			lease = lease, debit = debit, floor = floor,
			stored = now, at = 0, full = now, changed = false }
		local digit = tag % 10
		if digit < 2 then
			b[#b + 1] = w
		elseif digit < 4 then
			b.hold = w
		else
			b.strike = w
		end
		b.all[#b.all + 1], b.by_tag[tag] = w, w
	end
	return b
end

-- A time beyond that of an empty bucket is to heal: the clock went back, or it is
-- none. A changed interval keeps the level in units, rounded up.
local function convert(w, interval, burst)
	local used = w.stored - now
	w.changed = not (used <= burst * interval and used <= 2 ^ 52)
	if interval ~= w.interval then
		used = ceil(used / interval) * w.interval
	end
	w.full = now + used
end

-- Between full and empty; then what comes on top, as far as there is room.
local function settle(w)
	local full, empty = w.full, now + w.burst * w.interval
	if full < now then
		full = now
	end
	if w.debit > 0 and full < empty then
		full, w.changed = full + w.debit, true
	end
	if full < w.floor and full < empty then
		full, w.changed = w.floor, true
	end
	w.full = full < empty and full or empty
end

-- A value that somebody has cut is that of an empty bucket, which heals.
local function read(b, value)
	if #value % 32 ~= 0 then
		for i = 1, #b.all do
			b.all[i].full, b.all[i].changed = math.huge, true
		end
		value = ''
	end
	b.value = value
	for at = 1, #value, 32 do
		local tag, interval, burst, full = numbers('<dddd', value, at)
		local w = b.by_tag[tag]
		if w then
			w.stored, w.at = full, at
			convert(w, interval, burst)
		elseif full > now and full - now <= 2 ^ 52 then	-- of another version of the policy
			b.others = b.others .. value:sub(at, at + 31)
			b.last = full > b.last and full or b.last
		end
	end
	for i = 1, #b.all do
		settle(b.all[i])
	end
end

-- Time until w has room for so many units: not above 0 if it has.
local function wait(w, units)
	return w.full - now - (w.burst - units) * w.interval
end

local function charge(w, units)
	w.full = w.full + units * w.interval
	w.changed = w.changed or units > 0
end

-- The first window that has no room, and the wait until it has.
local function refusing(b)
	for i = 1, #b do
		local w = b[i]
		local time = wait(w, w.cost)
		if time > 0 then
			return i, w.cost > w.burst and -1 or time
		end
	end
end

local function is_changed(b)
	for i = 1, #b.all do
		if b.all[i].changed then
			return true
		end
	end
end

-- A window that has not changed stays as it is: another version of the policy may
-- have more room in it.
local function write(b)
	local value, last = b.others, b.last
	for i = 1, #b.all do
		local w = b.all[i]
		local full = w.changed and w.full or w.stored
		if full > now then
			value = value .. (w.changed and
				pack('<dddd', w.tag, w.interval, w.burst, full) or
				b.value:sub(w.at, w.at + 31))
			last = full > last and full or last
		end
	end
	if value == '' then
		redis.call('DEL', b.key)
	else	-- one more: Redis counts from the start of the current millisecond
		redis.call('SET', b.key, value, 'PX', ceil((last - now) / 1000) + 1)
	end
end

-- What the refusal itself costs. Returns whether b is spent, struck, and how many
-- units more it gave.
local function refuse(b)
	local spent, struck, leased, hold, strike = 0, 0, 0, b.hold, b.strike
	if hold and hold.lease > 0 and wait(hold, hold.cost + hold.lease) <= 0 then
		leased = hold.lease
	end
	if hold and wait(hold, hold.cost + leased) <= 0 then
		charge(hold, hold.cost + leased)
	elseif hold then
		spent = 1
	end
	if strike then
		charge(strike, 1)
		if wait(strike, 1) > 0 then
			struck, strike.full = 1, now
		end
	end
	return spent, struck, leased
end

local buckets, refused, mask = {}, nil, 0
for k = 2, #KEYS do
	local b = new(KEYS[k], ARGV[2 * k], ARGV[2 * k + 1])
	read(b, stored[k] or '')
	local window, time = refusing(b)
	buckets[k - 1] = b
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
		for i = 1, #b do
			charge(b[i], b[i].cost)
		end
	end
	if is_changed(b) then
		write(b)
	end
	for i = 1, #b.all do
		reply[#reply + 1] = b.all[i].full
	end
end
return reply
