/*
 * Tells what libquorum notifies, one JSON object a line, apart from anything of the exporter: it waits for corosync,
 * tracks quorum and membership until the connection ends, and begins again. Times are unix seconds.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <corosync/corotypes.h>
#include <corosync/quorum.h>

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_REALTIME, &at);
	return at.tv_sec + at.tv_nsec / 1e9;
}

static void list(const char *name, uint32_t count, const uint32_t *nodes)
{
	printf(",\"%s\":[", name);
	for (uint32_t i = 0; i < count; i++)
		printf("%s%u", i ? "," : "", nodes[i]);
	printf("]");
}

static void quorum(quorum_handle_t handle, uint32_t quorate, struct quorum_ring_id ring, uint32_t count,
		   const uint32_t *members)
{
	(void)handle;
	printf("{\"kind\":\"quorum\",\"time\":%.6f,\"ring\":\"%x.%llx\",\"quorate\":%s", now(), ring.nodeid,
	       (unsigned long long)ring.seq, quorate ? "true" : "false");
	list("members", count, members);
	printf("}\n");
}

static void nodelist(quorum_handle_t handle, struct quorum_ring_id ring, uint32_t count, const uint32_t *members,
		     uint32_t joined_count, const uint32_t *joined, uint32_t left_count, const uint32_t *left)
{
	(void)handle;
	printf("{\"kind\":\"nodelist\",\"time\":%.6f,\"ring\":\"%x.%llx\"", now(), ring.nodeid,
	       (unsigned long long)ring.seq);
	list("members", count, members);
	list("joined", joined_count, joined);
	list("left", left_count, left);
	printf("}\n");
}

/* Until the connection ends. */
static void observe(quorum_handle_t handle)
{
	int fd;
	if (quorum_fd_get(handle, &fd) != CS_OK || quorum_trackstart(handle, CS_TRACK_CURRENT | CS_TRACK_CHANGES) != CS_OK)
		return;
	printf("{\"kind\":\"connected\",\"time\":%.6f}\n", now());
	for (;;) {
		struct pollfd waiting = {.fd = fd, .events = POLLIN};
		poll(&waiting, 1, 1000);
		cs_error_t code = quorum_dispatch(handle, CS_DISPATCH_ALL);
		if (code != CS_OK && code != CS_ERR_TRY_AGAIN)
			break;
	}
	printf("{\"kind\":\"lost\",\"time\":%.6f}\n", now());
}

int main(void)
{
	quorum_model_v1_data_t model = {
		.model = QUORUM_MODEL_V1, .quorum_notify_fn = quorum, .nodelist_notify_fn = nodelist};
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		quorum_handle_t handle;
		uint32_t type;
		if (quorum_model_initialize(&handle, QUORUM_MODEL_V1, (quorum_model_data_t *)&model, &type, NULL) == CS_OK) {
			observe(handle);
			quorum_finalize(handle);
		}
		struct timespec pause = {.tv_nsec = 20000000};
		nanosleep(&pause, NULL);
	}
}
