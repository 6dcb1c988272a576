/*
 * The floor: makes the IPC calls of one scrape on connections that are open, and nothing else.
 *
 * Reads from stdin "load FILE" (one call a line: library, method, argument) or "go"; answers "go" with
 * "TOTAL SERVICES VOTEQUORUM CALLS FAILURES": nanoseconds, then counts. Two of our lanes make these calls at the same
 * time; here one thread makes them one after the other, and the parts are told apart by the library.
 */
#include <corosync/cfg.h>
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/quorum.h>
#include <corosync/votequorum.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum method { DISPATCH, GET, KEYS, GETQUORATE, ITERATE, NODE_STATUS, GETINFO };
enum library { QUORUM, CPG, CMAP, CMAP_STATS, CFG, VOTEQUORUM, LIBRARIES };

struct call {
	enum library library;
	enum method method;
	char argument[CMAP_KEYNAME_MAXLEN + 1];
};

static const char *const libraries[] = { "quorum", "cpg", "cmap", "cmap_stats", "cfg", "votequorum" };
static const char *const methods[] = { "dispatch", "get", "keys", "getquorate", "iterate", "nodeStatusGet", "getinfo" };

static quorum_handle_t quorum;
static cpg_handle_t cpg;
static cmap_handle_t maps[2];
static corosync_cfg_handle_t cfg;
static votequorum_handle_t votequorum;

static struct call *calls;
static size_t call_count;
static unsigned long made, failures;

static void quorum_notified(quorum_handle_t handle, uint32_t quorate, struct quorum_ring_id ring, uint32_t count, const uint32_t *members)
{
}

static void nodes_notified(quorum_handle_t handle, struct quorum_ring_id ring, uint32_t count, const uint32_t *members,
	uint32_t joined_count, const uint32_t *joined, uint32_t left_count, const uint32_t *left)
{
}

static void require(cs_error_t code, const char *what)
{
	if (code == CS_OK) return;
	fprintf(stderr, "replay: %s: corosync error %d\n", what, code);
	exit(1);
}

static void connect_all(void)
{
	quorum_model_v1_data_t quorum_model = {
		.model = QUORUM_MODEL_V1, .quorum_notify_fn = quorum_notified, .nodelist_notify_fn = nodes_notified
	};
	cpg_model_v1_data_t cpg_model = { .model = CPG_MODEL_V1 };
	corosync_cfg_callbacks_t cfg_callbacks = { 0 };
	votequorum_callbacks_t votequorum_callbacks = { 0 };
	uint32_t type;
	require(quorum_model_initialize(&quorum, QUORUM_MODEL_V1, (quorum_model_data_t *)&quorum_model, &type, NULL), "quorum");
	require(quorum_trackstart(quorum, CS_TRACK_CURRENT | CS_TRACK_CHANGES), "quorum_trackstart");
	require(cpg_model_initialize(&cpg, CPG_MODEL_V1, (cpg_model_data_t *)&cpg_model, NULL), "cpg");
	require(cmap_initialize_map(&maps[0], CMAP_MAP_ICMAP), "cmap");
	require(cmap_initialize_map(&maps[1], CMAP_MAP_STATS), "cmap stats");
	require(corosync_cfg_initialize(&cfg, &cfg_callbacks), "cfg");
	require(votequorum_initialize(&votequorum, &votequorum_callbacks), "votequorum");
}

/* A code other than CS_OK and "no such key" is a failure: the floor must not be made of calls that do nothing. */
static void count(cs_error_t code)
{
	made += 1;
	if (code != CS_OK && code != CS_ERR_NOT_EXIST && code != CS_ERR_NO_SECTIONS) failures += 1;
}

static void dispatch(enum library library)
{
	switch (library) {
	case QUORUM: count(quorum_dispatch(quorum, CS_DISPATCH_ALL)); break;
	case CPG: count(cpg_dispatch(cpg, CS_DISPATCH_ALL)); break;
	case CFG: count(corosync_cfg_dispatch(cfg, CS_DISPATCH_ALL)); break;
	case VOTEQUORUM: count(votequorum_dispatch(votequorum, CS_DISPATCH_ALL)); break;
	default: count(cmap_dispatch(maps[library == CMAP_STATS], CS_DISPATCH_ALL));
	}
}

static void iterate_groups(void)
{
	cpg_iteration_handle_t iteration;
	struct cpg_iteration_description_t description;
	cs_error_t code = cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, NULL, &iteration);
	count(code);
	if (code != CS_OK) return;
	do {
		code = cpg_iteration_next(iteration, &description);
		count(code);
	} while (code == CS_OK);
	count(cpg_iteration_finalize(iteration));
}

static void list_keys(cmap_handle_t map, const char *prefix)
{
	cmap_iter_handle_t iteration;
	char key[CMAP_KEYNAME_MAXLEN + 1];
	cs_error_t code = cmap_iter_init(map, prefix, &iteration);
	count(code);
	if (code != CS_OK) return;
	do {
		code = cmap_iter_next(map, iteration, key, NULL, NULL);
		count(code);
	} while (code == CS_OK);
	count(cmap_iter_finalize(map, iteration));
}

static void make(const struct call *call)
{
	static char value[8192];
	static struct corosync_cfg_node_status_v1 status;
	static struct votequorum_info info;
	size_t length = sizeof value;
	cmap_value_types_t type;
	uint32_t node = strtoul(call->argument, NULL, 10);
	int quorate;
	switch (call->method) {
	case DISPATCH: dispatch(call->library); break;
	case GET: count(cmap_get(maps[call->library == CMAP_STATS], call->argument, value, &length, &type)); break;
	case KEYS: list_keys(maps[call->library == CMAP_STATS], call->argument); break;
	case GETQUORATE: count(quorum_getquorate(quorum, &quorate)); break;
	case ITERATE: iterate_groups(); break;
	case NODE_STATUS: count(corosync_cfg_node_status_get(cfg, node, CFG_NODE_STATUS_V1, &status)); break;
	case GETINFO: count(votequorum_getinfo(votequorum, node, &info)); break;
	}
}

static int index_of(const char *name, const char *const *names, int length)
{
	for (int i = 0; i < length; i += 1)
		if (strcmp(name, names[i]) == 0) return i;
	fprintf(stderr, "replay: %s is not known\n", name);
	exit(1);
}

static void load(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[1024], library[32], method[32];
	if (file == NULL) { perror(path); exit(1); }
	call_count = 0;
	while (fgets(line, sizeof line, file) != NULL) {
		calls = realloc(calls, (call_count + 1) * sizeof *calls);
		struct call *call = &calls[call_count++];
		call->argument[0] = '\0';
		if (calls == NULL || sscanf(line, "%31s %31s %255s", library, method, call->argument) < 2) exit(1);
		call->library = index_of(library, libraries, LIBRARIES);
		call->method = index_of(method, methods, sizeof methods / sizeof *methods);
	}
	fclose(file);
}

static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void go(void)
{
	uint64_t parts[2] = { 0, 0 };
	uint64_t begin = now();
	made = failures = 0;
	for (size_t i = 0; i < call_count;) {
		/* The calls come lane by lane, so the clock is read once a lane. */
		int lane = calls[i].library == VOTEQUORUM;
		uint64_t before = now();
		while (i < call_count && (calls[i].library == VOTEQUORUM) == lane) make(&calls[i++]);
		parts[lane] += now() - before;
	}
	printf("%lu %lu %lu %lu %lu\n", (unsigned long)(now() - begin), (unsigned long)parts[0], (unsigned long)parts[1], made, failures);
}

int main(void)
{
	char line[4096];
	connect_all();
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "load ", 5) == 0) { load(line + 5); puts("loaded"); }
		else if (strcmp(line, "go") == 0) go();
	}
	return 0;
}
