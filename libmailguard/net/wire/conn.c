/*
 * conn.c - sockets, non-blocking and without SIGPIPE.
 */
#define _GNU_SOURCE
#include "net/wire/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/wire/loop.h"

typedef union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} name;

static socklen_t name_of(name *out, const mgi_address *a, int32_t port)
{
	memset(out, 0, sizeof(*out));
	if (a->family == 4) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons((uint16_t)port);
		memcpy(&out->v4.sin_addr, a->bytes, 4);
		return sizeof(out->v4);
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons((uint16_t)port);
	out->v6.sin6_scope_id = a->zone;
	memcpy(&out->v6.sin6_addr, a->bytes, 16);
	return sizeof(out->v6);
}

mgi_io mgi_conn_open(mgi_conn *c, const mgi_address *to, int32_t port, int *sys)
{
	socklen_t len;
	name n;

	*sys = 0;
	len = name_of(&n, to, port);
	c->tls = NULL;
	c->reset = false;
	c->fd = socket(n.any.sa_family,
	               SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		*sys = errno;
		return MGI_IO_FAILED;
	}
	if (connect(c->fd, &n.any, len) == 0)
		return MGI_IO_OK;
	if (errno == EINPROGRESS || errno == EINTR)
		return MGI_IO_WRITE;
	*sys = errno;
	mgi_conn_close(c, false);
	return MGI_IO_FAILED;
}

mgi_io mgi_conn_opened(mgi_conn *c, unsigned events, int *sys)
{
	socklen_t len = sizeof(*sys);

	*sys = 0;
#ifdef __linux__
	if (!(events & MGI_HUP))
		return MGI_IO_OK; /* it tells every failure so */
#else
	(void)events;
#endif
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, sys, &len))
		*sys = errno;
	c->reset = *sys == ECONNRESET;
	return *sys && !c->reset ? MGI_IO_FAILED : MGI_IO_OK;
}

void mgi_conn_hurry(const mgi_conn *c)
{
	const int one = 1;

	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static bool later(int sys)
{
	return sys == EAGAIN || sys == EWOULDBLOCK || sys == EINTR;
}

mgi_io mgi_conn_recv(mgi_conn *c, void *to, size_t room, size_t *got, int *sys)
{
	ssize_t n;

	*got = 0;
	*sys = 0;
	if (c->tls)
		return mgi_tls_recv(c->tls, to, room, got, sys);
	n = recv(c->fd, to, room, 0);
	if (n == 0 && !c->reset)
		return MGI_IO_END;
	if (n == 0) {
		*sys = ECONNRESET;
		return MGI_IO_FAILED;
	}
	if (n < 0 && later(errno))
		return MGI_IO_READ;
	if (n < 0) {
		*sys = errno;
		return MGI_IO_FAILED;
	}
	*got = (size_t)n;
	return MGI_IO_OK;
}

mgi_io mgi_conn_send(mgi_conn *c, mailguard_span bytes, size_t *sent, int *sys)
{
	ssize_t n;

	*sent = 0;
	*sys = 0;
	if (c->tls)
		return mgi_tls_send(c->tls, bytes.data, bytes.len, sent, sys);
	n = send(c->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
	if (n < 0 && later(errno))
		return MGI_IO_WRITE;
	if (n < 0) {
		*sys = errno;
		return MGI_IO_FAILED;
	}
	*sent = (size_t)n;
	return MGI_IO_OK;
}

bool mgi_conn_own(const mgi_conn *c, mgi_address *out)
{
	name n;
	socklen_t len = sizeof(n);

	memset(&n, 0, sizeof(n));
	memset(out, 0, sizeof(*out));
	if (getsockname(c->fd, &n.any, &len))
		return false;
	if (n.any.sa_family == AF_INET) {
		out->family = 4;
		memcpy(out->bytes, &n.v4.sin_addr, 4);
		return true;
	}
	out->family = 6;
	memcpy(out->bytes, &n.v6.sin6_addr, 16);
	return n.any.sa_family == AF_INET6;
}

void mgi_conn_close(mgi_conn *c, bool bye)
{
	mgi_tls_line_free(c->tls, bye);
	c->tls = NULL;
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}
