/*
 * conn.c - one connection: bytes in, bytes out, TLS between, and lateness.
 *
 * It knows sockets and TLS. What is said is the dialogues' business.
 */
#include "server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

static const dialogue *const dialogues[FAMILIES] = {
	[SMTP] = &smtp_dialogue,
	[IMAP] = &imap_dialogue,
	[POP3] = &pop3_dialogue,
	[HTTP] = &http_dialogue,
};

static conn *all;

static const dialogue *dialogue_of(const conn *c)
{
	return dialogues[c->at->service->family];
}

int64_t milliseconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void say_bytes(conn *c, const char *bytes, size_t len)
{
	if (c->dead)
		return;
	if (c->out_len + len > c->out_room) {
		c->out_room = (c->out_len + len) * 2;
		c->out = need(realloc(c->out, c->out_room));
	}
	memcpy(c->out + c->out_len, bytes, len);
	c->out_len += len;
}

void say(conn *c, const char *text)
{
	say_bytes(c, text, strlen(text));
}

void sayf(conn *c, const char *format, ...)
{
	char line[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n > 0)
		say_bytes(c, line,
		          (size_t)n < sizeof(line) ? (size_t)n
		                                   : sizeof(line) - 1);
}

/* The descriptor goes at once, the memory when nobody looks at it. */
static void conn_end(conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	close(c->fd);
	SSL_free(c->ssl);
	c->ssl = NULL;
}

void conn_reset(conn *c)
{
	struct linger now = { 1, 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	conn_end(c);
}

/* Our half is closed; what the other side still says is thrown away, lest
   the system reset the connection and take our last words with it. */
static void hang_up(conn *c)
{
	if (c->ssl && !c->shaking)
		SSL_shutdown(c->ssl);
	shutdown(c->fd, SHUT_WR);
	c->closing = false;
	c->mute = true;
}

/* The client has begun the handshake that is to fail. */
static void tls_fail(conn *c)
{
	/* A fatal alert, handshake_failure (RFC 8446, section 6). */
	static const char alert[] = { 0x15, 3, 3, 0, 2, 2, 40 };

	c->hello_next = false;
	c->in_len = 0;
	if (!strikes(c, PHASE_TLS)) {
		say_bytes(c, alert, sizeof(alert));
		c->closing = true;
	}
}

static void tls_start(conn *c)
{
	c->tls_next = false;
	c->in_len = 0; /* what was slipped in before TLS is not ours */
	if (fails(c, PHASE_TLS, ACT_STALL) || fails(c, PHASE_TLS, ACT_RESET) ||
	    fails(c, PHASE_TLS, ACT_CLOSE) || fails(c, PHASE_TLS, ACT_ALERT)) {
		c->hello_next = true;
		return;
	}
	c->ssl = need(SSL_new(certs_context(c->at->fault)));
	if (SSL_set_fd(c->ssl, c->fd) != 1)
		die("SSL_set_fd");
	SSL_set_accept_state(c->ssl);
	c->shaking = true;
}

/* -1: the connection is gone; 0: not now. */
static long socket_write(conn *c)
{
	size_t len = c->drip ? 1 : c->out_len;
	long n;

	if (c->ssl) {
		ERR_clear_error();
		n = SSL_write(c->ssl, c->out, (int)len);
		if (n > 0)
			return n;
		n = SSL_get_error(c->ssl, (int)n);
		return n == SSL_ERROR_WANT_WRITE || n == SSL_ERROR_WANT_READ
		               ? 0
		               : -1;
	}
	n = send(c->fd, c->out, len, MSG_NOSIGNAL);
	return n < 0 && errno == EAGAIN ? 0 : n;
}

static long socket_read(conn *c, char *to, size_t room)
{
	long n;

	if (c->ssl) {
		ERR_clear_error();
		n = SSL_read(c->ssl, to, (int)room);
		if (n > 0)
			return n;
		return SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ
		               ? 0
		               : -1;
	}
	n = recv(c->fd, to, room, 0);
	if (n == 0)
		return -1;
	return n < 0 && errno == EAGAIN ? 0 : n;
}

static void listen_for_room(conn *c, bool wanted)
{
	if (c->wants_out != wanted && !c->dead) {
		c->wants_out = wanted;
		loop_watch(c->fd, &c->watch,
		           EPOLLIN | (wanted ? EPOLLOUT : 0u));
	}
}

static void flush(conn *c)
{
	static char filler[4096];

	while (!c->dead && !c->shaking && c->until <= milliseconds_now()) {
		long n;

		if (c->out_len == 0 && c->endless) {
			memset(filler, 'x', sizeof(filler));
			say_bytes(c, filler, sizeof(filler));
		}
		if (c->out_len == 0)
			break;
		n = socket_write(c);
		if (n < 0)
			conn_end(c);
		listen_for_room(c, n == 0);
		if (n <= 0)
			return;
		c->out_len -= (size_t)n;
		memmove(c->out, c->out + n, c->out_len);
		if (c->drip)
			c->until = milliseconds_now() + c->drip;
	}
	if (c->dead || c->out_len)
		return;
	listen_for_room(c, false);
	if (c->tls_next) {
		tls_start(c);
		flush(c);
	} else if (c->closing) {
		hang_up(c);
	}
}

/* The length of the first command, with its end. */
static size_t whole(conn *c)
{
	const dialogue *d = dialogue_of(c);
	const char *end;

	if (d->whole)
		return d->whole(c);
	end = memchr(c->in, '\n', c->in_len);
	return end ? (size_t)(end - c->in) + 1 : 0;
}

static void hear(conn *c)
{
	static char line[IN_MAX + 1];
	size_t n;

	while (!c->dead && !c->mute && !c->closing && !c->tls_next) {
		n = whole(c);
		if (n == 0)
			break;
		memcpy(line, c->in, n);
		c->in_len -= n;
		memmove(c->in, c->in + n, c->in_len);
		line[--n] = '\0';
		if (n && line[n - 1] == '\r')
			line[n - 1] = '\0';
		dialogue_of(c)->line(c, line);
	}
	flush(c);
}

static void shake(conn *c)
{
	int n, why;

	ERR_clear_error();
	n = SSL_do_handshake(c->ssl);
	why = SSL_get_error(c->ssl, n);
	if (n == 1) {
		c->shaking = false;
		listen_for_room(c, false);
		if (c->at->service->implicit_tls)
			dialogue_of(c)->greet(c);
	} else if (why == SSL_ERROR_WANT_WRITE) {
		listen_for_room(c, true);
	} else if (why != SSL_ERROR_WANT_READ) {
		c->shaking = false;
		hang_up(c);
	}
}

static void conn_ready(watch *self, uint32_t events)
{
	conn *c = (conn *)self;

	if (!c->dead && c->shaking)
		shake(c);
	if (events & EPOLLOUT)
		flush(c);
	while (!c->dead && !c->shaking) {
		long n;

		if (c->mute)
			c->in_len = 0;
		if (c->in_len == IN_MAX) { /* no command is so long */
			hang_up(c);
			continue;
		}
		n = socket_read(c, c->in + c->in_len, IN_MAX - c->in_len);
		if (n < 0)
			conn_end(c);
		if (n <= 0)
			break;
		c->in_len += (size_t)n;
		if (c->hello_next)
			tls_fail(c);
		hear(c);
	}
	flush(c);
}

void conn_new(const listener *at, int fd)
{
	conn *c = need(calloc(1, sizeof(*c)));

	c->watch.ready = conn_ready;
	c->at = at;
	c->fd = fd;
	c->next = all;
	all = c;
	if (strikes(c, PHASE_CONNECT))
		return;
	loop_watch(fd, &c->watch, EPOLLIN);
	if (at->service->implicit_tls && !fails(c, PHASE_TLS, ACT_HIDE))
		tls_start(c);
	else
		dialogue_of(c)->greet(c);
	flush(c);
}

int conns_tend(void)
{
	int64_t now = milliseconds_now(), wait = -1;
	conn **at = &all;

	while (*at) {
		conn *c = *at;

		if (c->until && c->until <= now) {
			c->until = 0;
			flush(c);
		}
		if (c->dead) {
			*at = c->next;
			free(c->out);
			free(c);
			continue;
		}
		if (c->until && (wait < 0 || c->until - now < wait))
			wait = c->until - now;
		at = &c->next;
	}
	return (int)wait;
}
