#include "net/wire/names.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LEAST 12
#define FAT 900

struct names {
	const names_row *rows;
	int udp, tcp, port;
	int stop[2];
	atomic_int asked, asked_tcp;
	int seen[64]; /* how often each row was asked for */
	pthread_t thread;
};

static size_t put16(unsigned char *out, size_t at, unsigned n)
{
	out[at] = (unsigned char)(n >> 8);
	out[at + 1] = (unsigned char)n;
	return at + 2;
}

/* The question's name as text; where its type stands, or 0. */
static size_t name_read(char *out,
                        size_t room,
                        const unsigned char *q,
                        size_t n)
{
	size_t at = LEAST, len = 0;

	while (at < n && q[at]) {
		size_t i, label = q[at++];

		if (at + label >= n || len + label + 2 > room)
			return 0;
		for (i = 0; i < label; i++)
			out[len++] = (char)q[at++];
		out[len++] = '.';
	}
	out[len ? len - 1 : 0] = '\0';
	return at + 5 <= n ? at + 1 : 0;
}

static const names_row *row_of(const names *s, const char *name, unsigned type)
{
	static const names_row none = { "", 0, 3, 0, { { 0, 0, NULL } } };
	static const names_row empty = { "", 0, 0, 0, { { 0, 0, NULL } } };
	const names_row *best = &none, *r;

	for (r = s->rows; r->name; r++) {
		if (strcmp(r->name, name) != 0)
			continue;
		if (!r->type || r->type == type)
			return r;
		best = &empty;
	}
	return best;
}

static size_t record(unsigned char *out,
                     size_t at,
                     unsigned type,
                     const char *bytes,
                     size_t len)
{
	at = put16(out, at, 0xc00c);
	at = put16(out, at, type);
	at = put16(out, at, 1);
	at = put16(out, at, 0);
	at = put16(out, at, 300);
	at = put16(out, at, (unsigned)len);
	memcpy(out + at, bytes, len);
	return at + len;
}

static size_t records(unsigned char *out, size_t at, const names_row *r)
{
	char fat[FAT];
	unsigned count = 0;
	size_t i;

	for (i = 0; i < 4 && r->data[i].type; i++, count++)
		at = record(out, at, r->data[i].type, r->data[i].bytes,
		            r->data[i].len);
	if (r->flags & NAMES_FAT) {
		memset(fat, 'x', sizeof(fat));
		for (i = 0; i < FAT; i += 100)
			fat[i] = 99;
		at = record(out, at, 16, fat, sizeof(fat));
		count++;
	}
	(void)put16(out, 6, count);
	return r->flags & NAMES_TORN ? at - 1 : at;
}

/* 0: say nothing. */
static size_t answer(names *s,
                     unsigned char *out,
                     const unsigned char *q,
                     size_t n,
                     int tcp)
{
	char name[256];
	size_t type = n > LEAST ? name_read(name, sizeof(name), q, n) : 0;
	const names_row *r;
	int again;

	if (!type)
		return 0;
	r = row_of(s, name, (unsigned)(q[type] << 8 | q[type + 1]));
	again = r >= s->rows && r < s->rows + 64 ? s->seen[r - s->rows]++ : 1;
	if (r->flags & NAMES_SILENT ||
	    (r->flags & NAMES_SECOND && !(again & 1)))
		return 0;
	memcpy(out, q, type + 4);
	out[2] = 0x81;
	out[3] = (unsigned char)(0x80 | r->rcode |
	                         (r->flags & NAMES_AD ? 0x20 : 0));
	memset(out + 6, 0, 6);
	if (r->flags & NAMES_GARBAGE)
		return put16(out, 2, 0x0100) + 1;
	if (r->flags & NAMES_NO_EDNS && q[11]) {
		out[3] = 0x81;
		return type + 4;
	}
	if (r->flags & NAMES_BY_TCP && !tcp) {
		out[2] |= 2;
		return type + 4;
	}
	return records(out, type + 4, r);
}

static void serve_udp(names *s)
{
	unsigned char q[4096], out[8192];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(s->udp, q, sizeof(q), 0, (struct sockaddr *)&from,
	                     &len);
	size_t size;

	if (n < 0)
		return;
	atomic_fetch_add(&s->asked, 1);
	size = answer(s, out, q, (size_t)n, 0);
	if (size)
		(void)sendto(s->udp, out, size, 0, (struct sockaddr *)&from,
		             len);
}

static void serve_tcp(names *s)
{
	unsigned char q[4096], out[8192];
	int fd = accept(s->tcp, NULL, NULL);
	size_t size, want;

	if (fd < 0)
		return;
	if (recv(fd, q, 2, MSG_WAITALL) == 2) {
		want = (size_t)(q[0] << 8 | q[1]);
		if (want <= sizeof(q) &&
		    recv(fd, q, want, MSG_WAITALL) == (ssize_t)want) {
			atomic_fetch_add(&s->asked_tcp, 1);
			size = answer(s, out + 2, q, want, 1);
			(void)put16(out, 0, (unsigned)size);
			(void)send(fd, out, size + 2, MSG_NOSIGNAL);
		}
	}
	close(fd);
}

static void *serve(void *payload)
{
	names *s = payload;
	struct pollfd p[3] = { { s->udp, POLLIN, 0 },
		               { s->tcp, POLLIN, 0 },
		               { s->stop[0], POLLIN, 0 } };

	for (;;) {
		if (poll(p, 3, -1) < 0 || p[2].revents)
			return NULL;
		if (p[0].revents)
			serve_udp(s);
		if (p[1].revents)
			serve_tcp(s);
	}
}

/* Both kinds at one port; the system gives the first, the second may be
   taken. */
static int open_both(names *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->udp = socket(AF_INET, SOCK_DGRAM, 0);
	s->tcp = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s->udp, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    getsockname(s->udp, (struct sockaddr *)&at, &len) == 0 &&
	    bind(s->tcp, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    listen(s->tcp, 64) == 0) {
		s->port = ntohs(at.sin_port);
		return 1;
	}
	close(s->udp);
	close(s->tcp);
	return 0;
}

names *names_start(const names_row *rows)
{
	names *s = calloc(1, sizeof(*s));
	int tries = 50;

	if (!s || pipe(s->stop))
		abort();
	s->rows = rows;
	while (!open_both(s))
		if (--tries == 0)
			abort();
	if (pthread_create(&s->thread, NULL, serve, s))
		abort();
	return s;
}

int names_port(const names *s)
{
	return s->port;
}

int names_asked(names *s)
{
	return atomic_load(&s->asked);
}

int names_asked_tcp(names *s)
{
	return atomic_load(&s->asked_tcp);
}

void names_stop(names *s)
{
	if (write(s->stop[1], "", 1) != 1)
		abort();
	(void)pthread_join(s->thread, NULL);
	close(s->udp);
	close(s->tcp);
	close(s->stop[0]);
	close(s->stop[1]);
	free(s);
}
