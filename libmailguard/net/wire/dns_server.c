/*
 * dns_server.c - c-ares in our loop.
 */
#define _GNU_SOURCE
#include "net/wire/dns_server.h"

#include <ares.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fail.h"

#define SOCKETS 8 /* one UDP, one TCP, and those being replaced */
#define SENDS 3   /* each waits twice as long as the one before: 1 + 2 + 4 */
#define SHARES 7
#define UDP_PAYLOAD 1232
#define PACKETS 32 /* taken at once while more than BUSY are waited for */
#define BUSY 16

typedef struct dns_socket {
	mgi_watch watch;
	mgi_dns_server *server;
	int fd; /* -1: free */
} dns_socket;

struct mgi_dns_server {
	mailguard *mg;
	mgi_loop *loop;
	ares_channel channel;
	mgi_dns_server_at at;
	char name[MGI_DNS_SERVER_TEXT];
	dns_socket sockets[SOCKETS];
	mgi_timer tick;
	int64_t send_usec; /* what the first sending waits */
	size_t waiting;    /* tries under way */
	int sys;           /* of the last socket call that failed */
	unsigned inside;   /* c-ares is at work on the channel */
	bool more;         /* something was received, there may be more */
	bool deaf;         /* a socket could not be watched */
	bool plain;        /* c-ares has given up EDNS for the channel */
};

/* -- sockets as c-ares wants them ----------------------------------------- */

static ares_socket_t on_socket(int family, int type, int protocol, void *own)
{
	mgi_dns_server *s = own;
	int fd;

	fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		s->sys = errno;
	return fd;
}

static int on_close(ares_socket_t fd, void *own)
{
	(void)own;
	return close(fd);
}

static int on_connect(ares_socket_t fd,
                      const struct sockaddr *to,
                      ares_socklen_t len,
                      void *own)
{
	mgi_dns_server *s = own;
	struct sockaddr_in6 in6;
	int rc;

	if (to->sa_family == AF_INET6 && s->at.address.zone &&
	    len == sizeof(in6)) {
		memcpy(&in6, to, sizeof(in6));
		in6.sin6_scope_id = s->at.address.zone;
		to = (const struct sockaddr *)&in6;
	}
	rc = connect(fd, to, len);
	if (rc < 0 && errno != EINPROGRESS)
		s->sys = errno;
	return rc;
}

static ares_ssize_t on_receive(ares_socket_t fd,
                               void *to,
                               size_t len,
                               int flags,
                               struct sockaddr *from,
                               ares_socklen_t *from_len,
                               void *own)
{
	mgi_dns_server *s = own;
	ssize_t n = recvfrom(fd, to, len, flags, from, from_len);

	s->more = n > 0;
	if (n < 0 && errno != EAGAIN)
		s->sys = errno;
	return n;
}

static ares_ssize_t on_send(ares_socket_t fd,
                            const struct iovec *parts,
                            int count,
                            void *own)
{
	mgi_dns_server *s = own;
	struct msghdr m;
	ssize_t n;

	memset(&m, 0, sizeof(m));
	m.msg_iov = (struct iovec *)(uintptr_t)parts;
	m.msg_iovlen = (size_t)count;
	n = sendmsg(fd, &m, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN)
		s->sys = errno;
	return n;
}

static const struct ares_socket_functions socket_functions = {
	on_socket, on_close, on_connect, on_receive, on_send,
};

/* -- c-ares in the loop --------------------------------------------------- */

/* A try whose socket nobody watches would look like a silent server. */
static void leave(mgi_dns_server *s)
{
	if (s->deaf && s->inside == 1) {
		s->sys = ENOMEM;
		s->deaf = false;
		ares_cancel(s->channel);
	}
	s->inside--;
}

static void process(mgi_dns_server *s, int readable, int writable)
{
	s->inside++;
	ares_process_fd(s->channel, readable, writable);
	leave(s);
}

/* c-ares takes one packet a call; a burst would overflow the socket. */
static void on_ready(void *owner, unsigned events)
{
	dns_socket *k = owner;
	mgi_dns_server *s = k->server;
	int fd = k->fd, i;

	for (i = 0; i < PACKETS && k->fd == fd; i++) {
		s->more = false;
		process(s, events & (MGI_READ | MGI_HUP) ? fd : ARES_SOCKET_BAD,
		        events & MGI_WRITE ? fd : ARES_SOCKET_BAD);
		events = MGI_READ;
		if (!s->more || s->waiting < BUSY)
			break;
	}
}

static void on_state(void *own, ares_socket_t fd, int readable, int writable)
{
	mgi_dns_server *s = own;
	unsigned want =
		(readable ? MGI_READ : 0U) | (writable ? MGI_WRITE : 0U);
	dns_socket *k = NULL;
	size_t i;

	for (i = 0; i < SOCKETS && !(k && k->fd == fd); i++)
		if (s->sockets[i].fd == fd || (!k && s->sockets[i].fd < 0))
			k = &s->sockets[i];
	if (!want) {
		if (k && k->fd == fd) {
			mgi_loop_unwatch(s->loop, &k->watch);
			k->fd = -1;
		}
		return;
	}
	if (!k || mgi_loop_watch(s->loop, &k->watch, fd, want, NULL) < 0)
		s->deaf = true;
	else
		k->fd = fd;
}

static void tick_later(mgi_dns_server *s)
{
	int64_t usec = s->send_usec / 4;

	mgi_timer_set(s->loop, &s->tick,
	              usec < 10000    ? 10000
	              : usec > 250000 ? 250000
	                              : usec);
}

/* Asking c-ares for its next timeout walks over all of its queries. */
static void on_tick(void *owner)
{
	mgi_dns_server *s = owner;

	process(s, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (s->waiting)
		tick_later(s);
}

static void on_answer(void *arg,
                      int status,
                      int timeouts,
                      unsigned char *answer, /* NOLINT: of c-ares */
                      int len)
{
	mgi_dns_try *t = arg;
	mgi_dns_server *s = t->server;
	mgi_dns_outcome outcome = MGI_DNS_FAILED;
	mailguard_span bytes = { NULL, 0 };

	(void)timeouts;
	s->waiting--;
	t->sys = 0;
	if (status == ARES_ENOMEM) {
		t->sys = ENOMEM;
	} else if (answer && len > 3) {
		outcome = MGI_DNS_ANSWERED;
		bytes.data = answer;
		bytes.len = (size_t)len;
		/* FORMERR, SERVFAIL, NOTIMP: asked again without EDNS. */
		s->plain |= (answer[3] & 15) == 1 || (answer[3] & 15) == 2 ||
		            (answer[3] & 15) == 4;
	} else if (status == ARES_ETIMEOUT) {
		outcome = MGI_DNS_SILENT;
	} else {
		t->sys = s->sys ? s->sys : ECONNREFUSED;
	}
	t->told(t, outcome, bytes);
}

/* -- one channel ---------------------------------------------------------- */

static int servers_set(mgi_dns_server *s)
{
	struct ares_addr_port_node node;

	memset(&node, 0, sizeof(node));
	node.family = s->at.address.family == 6 ? AF_INET6 : AF_INET;
	if (node.family == AF_INET6)
		memcpy(&node.addr.addr6, s->at.address.bytes, 16);
	else
		memcpy(&node.addr.addr4, s->at.address.bytes, 4);
	node.udp_port = node.tcp_port = (int)s->at.port;
	return ares_set_servers_ports(s->channel, &node);
}

/* All is said here, so that RES_OPTIONS and LOCALDOMAIN change nothing. */
static int channel_open(mgi_dns_server *s)
{
	struct ares_options o;
	struct in_addr any = { htonl(INADDR_LOOPBACK) };
	char lookups[] = "b";
	int rc, mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	               ARES_OPT_NDOTS | ARES_OPT_NOROTATE | ARES_OPT_LOOKUPS |
	               ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ |
	               ARES_OPT_DOMAINS | ARES_OPT_SERVERS;

	memset(&o, 0, sizeof(o));
	o.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOCHECKRESP;
	o.timeout = (int)(s->send_usec / 1000);
	o.tries = SENDS;
	o.ndots = 1;
	o.ednspsz = UDP_PAYLOAD;
	o.lookups = lookups;
	o.servers = &any;
	o.nservers = 1;
	o.sock_state_cb = on_state;
	o.sock_state_cb_data = s;
#ifdef ARES_OPT_QUERY_CACHE /* newer ones remember answers */
	mask |= ARES_OPT_QUERY_CACHE;
#endif
	rc = ares_init_options(&s->channel, &o, mask);
	if (rc != ARES_SUCCESS) {
		s->channel = NULL;
		return rc;
	}
	ares_set_socket_functions(s->channel, &socket_functions, s);
	rc = servers_set(s);
	if (rc == ARES_SUCCESS)
		return rc;
	ares_destroy(s->channel);
	s->channel = NULL;
	return rc;
}

mailguard_status mgi_dns_server_new(mgi_dns_server **out,
                                    mgi_loop *loop,
                                    mailguard *mg,
                                    const mgi_dns_server_at *at,
                                    int64_t usec,
                                    mailguard_error *err)
{
	mgi_dns_server *s = mgi_alloc(mg, sizeof(*s));
	size_t i;
	int rc;

	*out = NULL;
	if (!s)
		return mgi_fail_nomem(err);
	s->mg = mg;
	s->loop = loop;
	s->at = *at;
	s->send_usec = usec / SHARES < 1000 ? 1000 : usec / SHARES;
	if (s->send_usec / 1000 > INT_MAX / SHARES)
		s->send_usec = (int64_t)(INT_MAX / SHARES) * 1000;
	mgi_dns_server_write(s->name, at);
	s->tick.fire = on_tick;
	s->tick.owner = s;
	for (i = 0; i < SOCKETS; i++) {
		s->sockets[i].watch.ready = on_ready;
		s->sockets[i].watch.owner = &s->sockets[i];
		s->sockets[i].server = s;
		s->sockets[i].fd = -1;
	}
	rc = channel_open(s);
	if (rc == ARES_SUCCESS) {
		*out = s;
		return MAILGUARD_OK;
	}
	mgi_free(mg, s);
	if (rc == ARES_ENOMEM)
		return mgi_fail_nomem(err);
	return mgi_fail(err, mg, MAILGUARD_EIO, MGI_SAY_DNS_NO_SETUP, "why",
	                ares_strerror(rc));
}

void mgi_dns_server_free(mgi_dns_server *s)
{
	if (!s)
		return;
	if (s->channel)
		ares_destroy(s->channel);
	mgi_timer_stop(s->loop, &s->tick);
	mgi_free(s->mg, s);
}

const char *mgi_dns_server_name(const mgi_dns_server *s)
{
	return s->name;
}

/*
 * After one answer that EDNS might be to blame for, c-ares takes no more than
 * 512 bytes by UDP from anybody; a fresh channel does.
 */
static void refresh(mgi_dns_server *s)
{
	ares_channel old = s->channel;

	if (!s->plain || s->waiting || s->inside)
		return;
	if (channel_open(s) == ARES_SUCCESS)
		ares_destroy(old);
	else
		s->channel = old;
	s->plain = false;
}

void mgi_dns_server_ask(mgi_dns_server *s, mgi_dns_try *t, mailguard_span query)
{
	refresh(s);
	s->sys = 0;
	t->server = s;
	if (s->waiting++ == 0)
		tick_later(s);
	s->inside++;
	ares_send(s->channel, query.data, (int)query.len, on_answer, t);
	leave(s);
}
