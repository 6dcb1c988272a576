// Loaded before everything else (LD_PRELOAD): corosync is asked for something that it does not know where the program
// asks for what corosync 3.0 does not know yet, so its answers are those of corosync 3.0.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#define MESSAGE_REQ_QUORUM_MODEL_GETTYPE 4
#define MESSAGE_REQ_CFG_NODESTATUSGET 9
#define UNKNOWN 99

static void *quorum, *cfg;

static void *libqb(const char *name) { return dlsym(dlopen("libqb.so.100", RTLD_LAZY | RTLD_NOLOAD), name); }

void *qb_ipcc_connect(const char *service, size_t size) {
  void *(*connect)(const char *, size_t) = libqb("qb_ipcc_connect");
  void *connection = connect(service, size);
  if (strcmp(service, "quorum") == 0) quorum = connection;
  if (strcmp(service, "cfg") == 0) cfg = connection;
  return connection;
}

ssize_t qb_ipcc_sendv_recv(void *connection, const struct iovec *request, uint32_t parts, void *answer, size_t size,
                           int32_t timeout) {
  ssize_t (*sendv_recv)(void *, const struct iovec *, uint32_t, void *, size_t, int32_t) = libqb("qb_ipcc_sendv_recv");
  int32_t *id = request[0].iov_base;
  if (connection == quorum && *id == MESSAGE_REQ_QUORUM_MODEL_GETTYPE) *id = UNKNOWN;
  if (connection == cfg && *id == MESSAGE_REQ_CFG_NODESTATUSGET) *id = UNKNOWN;
  return sendv_recv(connection, request, parts, answer, size, timeout);
}
