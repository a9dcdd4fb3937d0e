// A server at a listening socket, the first argument; the test is its client, and does this:
//
//   connects; sends "hello"; reads until it has "HELLO"; sends "one", waits, sends "two";
//   reads until the end; connects again and closes at once.
#include <stdlib.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

static uint8_t buffer[64];

static int receive(int fd, size_t length, int flags, size_t *received) {
  __wasi_iovec_t vectors[] = {{buffer, length / 2}, {buffer + length / 2, length - length / 2}};
  __wasi_roflags_t out = 0;
  memset(buffer, 0, sizeof buffer);
  *received = 99;
  return __wasi_sock_recv(fd, vectors, 2, flags, received, &out);
}

static int wait_for(int fd, int type) {
  __wasi_subscription_t subscription = {
      .u = {.tag = type, .u = {.fd_read = {.file_descriptor = fd}}}};
  __wasi_event_t event;
  size_t count;
  int error = __wasi_poll_oneoff(&subscription, &event, 1, &count);
  return error ? error : event.error;
}

int main(int argc, char **argv) {
  int listener = argc > 1 ? atoi(argv[1]) : 3;
  __wasi_fdstat_t status;
  error_is("fd_fdstat_get of the listener", __wasi_fd_fdstat_get(listener, &status), 0);
  equal("it is a stream", status.fs_filetype, __WASI_FILETYPE_SOCKET_STREAM);
  puts("listening");
  fflush(stdout);
  error_is("poll for a connection", wait_for(listener, __WASI_EVENTTYPE_FD_READ), 0);
  __wasi_fd_t fd = -1;
  int error;
  while ((error = __wasi_sock_accept(listener, 0, &fd)) == EAGAIN) usleep(10000);
  error_is("sock_accept", error, 0);
  error_is("fd_fdstat_get of the connection", __wasi_fd_fdstat_get(fd, &status), 0);
  equal("it is a stream, too", status.fs_filetype, __WASI_FILETYPE_SOCKET_STREAM);

  size_t count;
  error_is("poll for data", wait_for(fd, __WASI_EVENTTYPE_FD_READ), 0);
  error_is("sock_recv: peek", receive(fd, 5, __WASI_RIFLAGS_RECV_PEEK, &count), 0);
  same_bytes("sock_recv: peek sees it", buffer, count, "hello");
  error_is("sock_recv: peek in part", receive(fd, 2, __WASI_RIFLAGS_RECV_PEEK, &count), 0);
  same_bytes("sock_recv: peek sees a part", buffer, count, "he");
  error_is("sock_recv", receive(fd, sizeof buffer, 0, &count), 0);
  same_bytes("sock_recv gets it", buffer, count, "hello");
  error_is("sock_recv: unknown flags", receive(fd, 5, 64, &count), EINVAL);

  error_is("poll for sending", wait_for(fd, __WASI_EVENTTYPE_FD_WRITE), 0);
  __wasi_ciovec_t parts[] = {{(const uint8_t *)"HE", 2}, {NULL, 0}, {(const uint8_t *)"LLO", 3}};
  error_is("sock_send", __wasi_sock_send(fd, parts, 3, 0, &count), 0);
  equal("sock_send: all", count, 5);
  error_is("sock_recv: wait for all", receive(fd, 6, __WASI_RIFLAGS_RECV_WAITALL, &count), 0);
  same_bytes("sock_recv: all of two parts", buffer, count, "onetwo");
  equal("write", write(fd, "bye", 3), 3);
  error_is("sock_shutdown: no direction", __wasi_sock_shutdown(fd, 0), EINVAL);
  error_is("sock_shutdown: receiving", __wasi_sock_shutdown(fd, __WASI_SDFLAGS_RD), 0);
  error_is("sock_recv: after it", receive(fd, 5, 0, &count), 0);
  equal("sock_recv: the end", count, 0);
  error_is("sock_shutdown: sending", __wasi_sock_shutdown(fd, __WASI_SDFLAGS_WR), 0);
  error_is("sock_send: after it", __wasi_sock_send(fd, parts, 3, 0, &count), EPIPE);
  error_is("fd_seek of a socket", __wasi_fd_seek(fd, 0, 0, &(__wasi_filesize_t){0}), ESPIPE);
  succeeds("close", close(fd));
  fails("closed", read(fd, buffer, 1), EBADF);

  error_is("poll for another connection", wait_for(listener, __WASI_EVENTTYPE_FD_READ), 0);
  error_is("sock_accept, not to block", __wasi_sock_accept(listener, __WASI_FDFLAGS_NONBLOCK, &fd),
           0);
  error_is("poll for its end", wait_for(fd, __WASI_EVENTTYPE_FD_READ), 0);
  equal("read: the end", read(fd, buffer, 1), 0);
  close(fd);
  return finish();
}
