// Loaded before everything else (LD_PRELOAD): while the file exists that the environment variable DYING names, corosync
// does not live to answer the next cpg_iteration_next(3). libcpg alone sends a request without waiting for its answer in
// the same call.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_REQ_CPG_ITERATIONNEXT 6

ssize_t qb_ipcc_send(void *connection, const void *message, size_t length) {
  void *libqb = dlopen("libqb.so.100", RTLD_LAZY | RTLD_NOLOAD);
  ssize_t (*send)(void *, const void *, size_t) = dlsym(libqb, "qb_ipcc_send");
  int32_t (*fd_get)(void *, int32_t *) = dlsym(libqb, "qb_ipcc_fd_get");
  const char *file = getenv("DYING");
  struct ucred peer;
  socklen_t size = sizeof(peer);
  int32_t fd;

  if (*(const int32_t *)message != MESSAGE_REQ_CPG_ITERATIONNEXT || file == NULL || unlink(file) != 0)
    return send(connection, message, length);
  fd_get(connection, &fd);
  getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  kill(peer.pid, SIGSTOP);
  usleep(50000);
  ssize_t sent = send(connection, message, length);
  kill(peer.pid, SIGKILL);
  return sent;
}
