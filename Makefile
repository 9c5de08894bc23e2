# sluice - build, test, demo. Plain GNU make, no configure.
#
#   make            build/sluiced and build/sluice
#   make demo       the main job on real mail, in a private Postfix and Redis
#   make check      every test; SAN=address (default) or thread
#   make check-long what takes longer: other sanitizers, other compilers
#   make fuzz       each fuzz target for FUZZ_S seconds (600)
#   make bench      the compiler and the evaluator; sluiced beside its peers
#   make coverage   which lines and branches of policy/ the tests take
#   make bless      rewrite the golden files; look at the diff
#   make install    into DESTDIR and PREFIX

.DEFAULT_GOAL := all
PREFIX ?= /usr/local
SAN ?= none
V ?= 0

# The lists are the architecture: modules by name, what is used by much first.
POLICY  = arena diag diag_nearest facts match policy \
          $(LANGUAGE:%=language/%) $(FORMAT:%=format/%) $(CHECK:%=check/%) $(PROOF:%=proof/%) $(IDENTITY:%=identity/%) $(PROGRAM:%=program/%) $(BUCKET:%=bucket/%) $(TRIAL:%=trial/%)
LANGUAGE = stray lex words cursor block parse parse_file parse_site parse_set parse_lines parse_value parse_header parse_window parse_time parse_key parse_test parse_expr parse_answer parse_limit parse_frozen parse_trial
FORMAT  = piece parts page format
CHECK   = check check_names check_site check_network check_limit check_key check_window check_answer check_expr check_value check_plan check_who check_trial
PROOF   = solve_tests solve_values solve escape prove prove_exempt prove_use
IDENTITY = text client network script name domain local address
PROGRAM = prog view set pools emit_set emit_expr emit_limit emit verify_set verify_code verify eval key dump_instr dump_limit dump trace
BUCKET  = bucket charge
TRIAL   = duration table streams gate watch trial_report trial
COMMON  = error clock log pseudonym settings load
REDIS   = key endpoint secret trouble tls target link login conn redis_fit genesis
STORE   = store share request peek combine script redis_store $(MEMORY:%=memory/%) breaker settle outage
MEMORY  = slots place lease flight recall debts memory
LEDGER  = scope record chain frozen ledger_file node head ledger_state ledger_list ledger_peers ledger mirror mirror_nodes
DAEMON  = sluiced options fitness lock listen milter session decide report warn strike verdict live alarms round keeper status
COMMAND = sluice show state running order scope_option spread facts_option against explain_text explain_json cmd_check cmd_fmt cmd_explain cmd_freeze cmd_thaw cmd_freezes cmd_status
HISTORY = tree bound record question judge
LOAD    = clock options wire session message worker report milterload
POLICY_UNIT = bucket charge trial trial_parts trial_report trial_random diag lex parse parse_errors parse_files format identity address forms match check refuse solve prove mangle prog mutate emit eval key memory_ends
UNIT    = $(POLICY_UNIT) scope record frozen ledger ledger_union ledger_damage mirror mirror_lies pseudonym log load memory memory_random recall endpoint trouble target conn login store agree redis value peer combine combine_crowd breaker outage nth outage_crowd outage_late settle share fit genesis alarms verdict warn strike decide session nth_session

B = build/$(SAN)
WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2
HARDEN = -fstack-protector-strong -fstack-clash-protection -fPIE -fno-strict-aliasing -fno-common
SANFLAGS_none = -D_FORTIFY_SOURCE=2
SANFLAGS_address = -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANFLAGS_thread = -fsanitize=thread
SANFLAGS_fuzz = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
CFLAGS ?= -O2 -g
FLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN) $(HARDEN) $(SANFLAGS_$(SAN)) $(WERROR) -MMD -MP $(CFLAGS)
LINK = $(CC) $(FLAGS) -pie -Wl,-z,relro,-z,now $(LDFLAGS)
POLICY_LIBS = -lidn2 -lunistring
LIBS = $(POLICY_LIBS) -lhiredis -lsodium -ljansson -lsystemd -lpthread

Q_0 = @
Q = $(Q_$(V))

policy_o  = $(POLICY:%=$B/policy/%.o)
common_o  = $(COMMON:%=$B/milter/%.o) $(REDIS:%=$B/milter/redis/%.o) \
            $(STORE:%=$B/milter/store/%.o) $B/milter/store/take_lua.o \
            $(LEDGER:%=$B/milter/ledger/%.o)
tsan_o_thread = $B/tests/tsan.o
daemon_o  = $(DAEMON:%=$B/milter/daemon/%.o) $(tsan_o_$(SAN))
# `explain` decides with the code of the daemon.
command_o = $(COMMAND:%=$B/milter/command/%.o) $B/milter/daemon/decide.o $B/milter/daemon/verdict.o
load_o    = $(LOAD:%=$B/tests/load/%.o)
history_o = $(HISTORY:%=$B/tests/history/%.o)
history_t = $B/t/test_bound $B/t/test_judge
unit_t    = $(history_t) $(UNIT:%=$B/t/test_%)

all: $B/sluiced $B/sluice
	$Q mkdir -p build && ln -sf $(SAN)/sluiced build/sluiced && ln -sf $(SAN)/sluice build/sluice

$B/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$Q $(CC) $(FLAGS) -c -o $@ $<

$B/milter/store/take_lua.c: milter/store/take.lua
	@mkdir -p $(@D)
	$Q { echo 'extern const char take_lua[];'; echo 'const char take_lua[] ='; \
	   sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $<; echo ';'; } >$@

$B/milter/store/take_lua.o: $B/milter/store/take_lua.c
	$Q $(CC) $(FLAGS) -c -o $@ $<

# libpolicy.a knows neither libmilter nor hiredis nor libsodium: the unit tests
# of policy/ link it alone, which proves the border at every build.
$B/libpolicy.a: $(policy_o)
	$Q rm -f $@ && $(AR) rcs $@ $^

$B/libsluice.a: $(common_o)
	$Q rm -f $@ && $(AR) rcs $@ $^

$B/sluiced: $(daemon_o) $B/libsluice.a $B/libpolicy.a
	@echo "  LINK  $@"
	$Q $(LINK) -o $@ $^ -lmilter $(LIBS)

$B/sluice: $(command_o) $B/libsluice.a $B/libpolicy.a
	@echo "  LINK  $@"
	$Q $(LINK) -o $@ $^ $(LIBS)

# Properties: random policies against random messages; they see every phase.
PROPERTY = eval proof
PROPERTY_PARTS = $(patsubst %,$B/tests/property/%.o,random random_policy random_facts reference parts)
property_t = $(PROPERTY:%=$B/t/property_%)
$(property_t): $B/t/%: $B/tests/property/%.o $(PROPERTY_PARTS) $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $^ $(POLICY_LIBS) -lcmocka

# Fuzz targets: libFuzzer runs them in `make fuzz`, replay.c in `make check`.
FUZZ = identity text program
FUZZ_S ?= 600
replay_t = $(FUZZ:%=$B/t/replay_%)
$(replay_t): $B/t/replay_%: $B/tests/fuzz/fuzz_%.o $B/tests/fuzz/replay.o $B/tests/fuzz/fuzz_use.o $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $^ $(POLICY_LIBS)
$B/t/pack: $B/tests/fuzz/pack.o $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $^ $(POLICY_LIBS)
$(FUZZ:%=$B/t/fuzz_%): $B/t/%: $B/tests/fuzz/%.o $B/tests/fuzz/fuzz_use.o $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -fsanitize=fuzzer -o $@ $^ $(POLICY_LIBS)

$B/bench_policy: $B/tests/bench/bench_policy.o $B/libpolicy.a
	$Q $(LINK) -o $@ $^ $(POLICY_LIBS)

$B/floor: $B/tests/bench/floor.o
	$Q $(LINK) -o $@ $^ -lmilter -lpthread

$B/milterload: $(load_o)
	@echo "  LINK  $@"
	$Q $(LINK) -o $@ $^ -lpthread

$B/history: $B/tests/history/history.o $(history_o)
	@echo "  LINK  $@"
	$Q $(LINK) -o $@ $^

$(history_t): $B/t/%: $B/tests/history/%.o $(history_o)
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $^ -lcmocka

$B/t/test_parse: $B/tests/unit/tree_text.o
$(POLICY_UNIT:%=$B/t/test_%): $B/t/test_%: $B/tests/unit/test_%.o $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(POLICY_LIBS) -lcmocka

$B/t/test_prog $B/t/test_mutate $B/t/test_mangle: $B/tests/fuzz/fuzz_use.o
$B/t/test_emit: LDFLAGS += -Wl,--wrap=calloc
NTH = malloc calloc realloc strdup socket connect send recv ppoll
$B/t/test_nth $B/t/test_nth_session: LDFLAGS += $(NTH:%=-Wl,--wrap=%)
$B/t/test_nth $B/t/test_nth_session: $B/tests/unit/nth.o
$B/t/test_alarms $B/t/test_nth_session: $B/tests/unit/private_redis.o
$B/t/test_alarms: $B/milter/daemon/alarms.o
$B/t/test_memory_ends: LDFLAGS += -Wl,--wrap=calloc,--wrap=arena_alloc,--wrap=arena_copy

DAEMON_UNIT = alarms verdict warn strike decide session nth_session
SLUICE_UNIT = $(filter-out $(POLICY_UNIT) $(DAEMON_UNIT),$(UNIT))
SLUICE_HELP = $B/tests/unit/private_redis.o $B/tests/unit/store_text.o $B/tests/unit/fake_redis.o
LEDGER_UNIT = ledger ledger_union ledger_damage mirror mirror_lies
$(LEDGER_UNIT:%=$B/t/test_%): $B/tests/unit/ledger_room.o $B/tests/unit/mirror_room.o
$(SLUICE_UNIT:%=$B/t/test_%): $B/t/test_%: $B/tests/unit/test_%.o $(SLUICE_HELP) $B/libsluice.a $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -lcmocka

SESSION = session decide report warn strike verdict live
$(DAEMON_UNIT:%=$B/t/test_%): $B/t/test_%: $B/tests/unit/test_%.o $(SESSION:%=$B/milter/daemon/%.o) \
		$B/tests/unit/ledger_room.o $B/libsluice.a $B/libpolicy.a
	@mkdir -p $(@D)
	$Q $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -lcmocka

# What is run, in this order. Everything prints TAP; prove(1) closes.
CHECKS = tests/borders.sh tests/golden.sh $(unit_t) $(property_t) $(replay_t) \
         $(sort $(wildcard tests/cli/*.py tests/wire/*.py tests/faults/*.py tests/e2e/*.py))

tests: all lab unit
	$Q SAN=$(SAN) B=$B RANDOM_S=$(RANDOM_S) CMOCKA_MESSAGE_OUTPUT=TAP prove --timer $(PROVE) $(CHECKS)

# The suite runs under AddressSanitizer and UBSan unless SAN says otherwise.
check: deps
	$Q $(MAKE) --no-print-directory -j2 SAN=$(CHECK_SAN) WERROR=-Werror all lab unit
	$Q $(AS_ROOT) $(MAKE) --no-print-directory SAN=$(CHECK_SAN) WERROR=-Werror tests
CHECK_SAN = $(if $(filter none,$(SAN)),address,$(SAN))
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo)

# What takes longer: the optimised build, threads under TSan, and clang.
check-long: check
	$Q $(MAKE) --no-print-directory -j2 SAN=thread WERROR=-Werror all lab unit
	$Q $(AS_ROOT) $(MAKE) --no-print-directory SAN=thread tests
	$Q $(MAKE) --no-print-directory -j2 SAN=none WERROR=-Werror all lab unit
	$Q $(AS_ROOT) $(MAKE) --no-print-directory SAN=none RANDOM_S=60 tests
	$Q $(MAKE) --no-print-directory memcheck
	$Q $(MAKE) --no-print-directory -j2 CC=clang SAN=none B=build/clang WERROR=-Werror all unit

# The plain build under valgrind: 200 sessions while Redis fails, and the wire.
memcheck:
	$Q tests/deps.sh valgrind
	$Q $(MAKE) --no-print-directory -j2 SAN=none all lab
	$Q $(AS_ROOT) env LAB_VALGRIND=1 SAN=none prove --timer tests/faults/crowd.py tests/wire/verdicts.py

demo: deps
	$Q $(MAKE) --no-print-directory -j2 all
	$Q $(AS_ROOT) /usr/bin/python3 deploy/demo/demo.py

fuzz:
	$Q tests/deps.sh clang libclang-rt-dev
	$Q $(MAKE) --no-print-directory -j2 CC=clang SAN=fuzz $(FUZZ:%=build/fuzz/t/fuzz_%)
	$Q FUZZ_S=$(FUZZ_S) tests/fuzz/fuzz.sh build/fuzz $(FUZZ)

# BENCH: options of bench.py, as `-c steady -n 3`.
bench:
	$Q tests/deps.sh rspamd
	$Q $(MAKE) --no-print-directory -j2 SAN=none all lab build/none/floor build/none/bench_policy
	$Q build/none/bench_policy
	$Q $(AS_ROOT) env SAN=none /usr/bin/python3 tests/bench/bench.py $(BENCH)

# A build of its own, so that its counts are those of one run.
coverage: deps
	$Q rm -rf build/coverage
	$Q $(MAKE) --no-print-directory -j2 SAN=none B=build/coverage CFLAGS='-O0 -g --coverage' all unit
	$Q $(MAKE) --no-print-directory SAN=none B=build/coverage CFLAGS='-O0 -g --coverage' policy-tests
	$Q tests/coverage.sh build/coverage
policy-tests: all unit
	$Q B=$B CMOCKA_MESSAGE_OUTPUT=TAP prove tests/golden.sh $(POLICY_UNIT:%=$B/t/test_%) $(property_t)

# Programs among the seeds are made from policies, anew when their form changes.
SEEDS = $(addprefix deploy/policies/,hosting newsletter nodes shop submission) \
        $(addprefix tests/golden/ok/,budget conditions frozen-exempt header-in in-network \
        keys-mixed outage set-kinds time-and-day windows-eight)
bless: all $B/t/pack
	$Q B=$B tests/golden.sh --bless
	$Q $B/t/pack tests/fuzz/seed/program $(SEEDS:%=%.policy)

# The unit is written for /usr/local; another PREFIX is put in on the way.
UNITDIR ?= $(PREFIX)/lib/systemd/system
install: all
	install -D -m 755 $B/sluiced $(DESTDIR)$(PREFIX)/sbin/sluiced
	install -D -m 755 $B/sluice $(DESTDIR)$(PREFIX)/bin/sluice
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 policy/policy.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 milter/daemon/sluiced.8 milter/command/sluice.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/sluice README.md CHANGES deploy/postfix.md deploy/redis.md deploy/facts.md deploy/policies/*
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) deploy/sluice-redis.service
	sed 's#/usr/local/#$(PREFIX)/#g' deploy/sluiced.service >$(DESTDIR)$(UNITDIR)/sluiced.service
	install -D -m 644 deploy/sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/sluice.conf
	install -D -m 644 deploy/tmpfiles.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/sluice.conf

# What the tests of a running sluiced use beside it.
lab: $B/milterload $B/history

unit: $(unit_t) $(property_t) $(replay_t)

deps:
	$Q tests/deps.sh

clean:
	rm -rf build

.PHONY: all lab unit tests policy-tests deps check check-long memcheck demo fuzz bench coverage bless install clean

-include $(shell find $B -name '*.d' 2>/dev/null)
