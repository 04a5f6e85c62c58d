/*
 * peer_bare - the least that a probe of SMTP can cost: a socket, OpenSSL, no
 * library, no record, no verdict. Beside it bench_probe.py holds the rest.
 *
 *	$ peer_bare plain|login|resumed PORT COUNT CA_FILE
 *	0.0480
 *
 * prints the milliseconds of CPU of one probe, 32 in flight. Login is STARTTLS,
 * the chain and the name verified, AUTH PLAIN as ann.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_FLIGHT = 32 };

typedef struct line {
	int fd, shaking;
	const char *const *next; /* what is said next */
	SSL *ssl;
	size_t n;
	char text[4096];
} line;

static const char *const plain[] = { "EHLO here\r\n", "QUIT\r\n", NULL };
static const char *const login[] = {
	"EHLO here\r\n", "STARTTLS\r\n",
	"EHLO here\r\n", "AUTH PLAIN AGFubgBhbm4tc2VjcmV0\r\n",
	"QUIT\r\n",      NULL
};

static SSL_CTX *ctx;
static SSL_SESSION *session; /* NULL: a full handshake */
static const char *const *words;
static int resume, port, loop, begun, done, count;

static void need(int fine, const char *what)
{
	if (!fine) {
		fprintf(stderr, "peer_bare: %s\n", what);
		exit(1);
	}
}

static int on_session(SSL *ssl, SSL_SESSION *fresh)
{
	(void)ssl;
	if (session)
		SSL_SESSION_free(session);
	session = fresh;
	return 1;
}

static void start(line *l)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		                 .sin_port = htons((uint16_t)port),
		                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = l };

	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	need(connect(l->fd, (struct sockaddr *)&a, sizeof(a)) == 0 ||
	             errno == EINPROGRESS,
	     "connect");
	need(epoll_ctl(loop, EPOLL_CTL_ADD, l->fd, &e) == 0, "epoll");
	l->next = words;
	l->ssl = NULL;
	l->n = 0;
	l->shaking = 0;
	begun++;
}

static void finish(line *l)
{
	if (l->ssl) {
		SSL_set_quiet_shutdown(l->ssl, 1);
		SSL_shutdown(l->ssl); /* else its session is not resumed */
	}
	SSL_free(l->ssl);
	close(l->fd);
	done++;
	if (begun < count)
		start(l);
}

static void say(line *l)
{
	const char *text = *l->next++;
	size_t n = strlen(text);
	long sent = l->ssl ? SSL_write(l->ssl, text, (int)n)
	                   : send(l->fd, text, n, MSG_NOSIGNAL);

	need(sent == (long)n, "cannot say");
}

static void shake(line *l)
{
	int r = SSL_do_handshake(l->ssl);

	if (r != 1) {
		need(SSL_get_error(l->ssl, r) == SSL_ERROR_WANT_READ,
		     "handshake");
		return;
	}
	l->shaking = 0;
	say(l);
}

static void encrypt(line *l)
{
	l->ssl = SSL_new(ctx);
	need(SSL_set_fd(l->ssl, l->fd) && SSL_set1_host(l->ssl, "localhost") &&
	             SSL_set_tlsext_host_name(l->ssl, "localhost"),
	     "TLS");
	if (resume && session)
		SSL_set_session(l->ssl, session);
	SSL_set_connect_state(l->ssl);
	l->shaking = 1;
	shake(l);
}

/* Is the last line of an answer here? "250 ..." */
static int whole(const line *l)
{
	const char *at = l->text, *end;

	while ((end = memchr(at, '\n', (size_t)(l->text + l->n - at))) !=
	       NULL) {
		if (end - at > 3 && at[3] == ' ')
			return 1;
		at = end + 1;
	}
	return 0;
}

/* An answer is heard: what comes next? */
static void go_on(line *l)
{
	int secure =
		l->next > words && strcmp(l->next[-1], "STARTTLS\r\n") == 0;

	need(l->text[0] == '2', "refused");
	l->n = 0;
	if (!*l->next)
		finish(l);
	else if (secure)
		encrypt(l);
	else
		say(l);
}

static void hear(line *l)
{
	size_t room = sizeof(l->text) - l->n;
	long got = l->ssl ? SSL_read(l->ssl, l->text + l->n, (int)room)
	                  : recv(l->fd, l->text + l->n, room, 0);

	if (got <= 0) {
		need(l->ssl ? SSL_get_error(l->ssl, (int)got) ==
		                      SSL_ERROR_WANT_READ
		            : got < 0 && errno == EAGAIN,
		     "hung up");
		return;
	}
	l->n += (size_t)got;
	if (whole(l))
		go_on(l);
}

static void run(void)
{
	static line lines[IN_FLIGHT];
	struct epoll_event ready[IN_FLIGHT];
	int i, n;

	for (i = 0; i < IN_FLIGHT && begun < count; i++)
		start(&lines[i]);
	while (done < count) {
		n = epoll_wait(loop, ready, IN_FLIGHT, 10000);
		need(n > 0, "silence");
		for (i = 0; i < n; i++) {
			line *l = ready[i].data.ptr;

			if (l->shaking)
				shake(l);
			else
				hear(l);
		}
	}
}

static double spent(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return 1e3 * (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       1e-3 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
	double before;

	need(argc == 5, "usage: peer_bare plain|login|resumed PORT COUNT CA");
	words = strcmp(argv[1], "plain") == 0 ? plain : login;
	resume = strcmp(argv[1], "resumed") == 0;
	port = atoi(argv[2]);
	count = atoi(argv[3]);
	loop = epoll_create1(0);
	ctx = SSL_CTX_new(TLS_client_method());
	need(SSL_CTX_load_verify_file(ctx, argv[4]) == 1, "CA file");
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (resume) {
		SSL_CTX_set_session_cache_mode(
			ctx,
			SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(ctx, on_session);
	}
	before = spent();
	run();
	printf("%.4f\n", (spent() - before) / count);
	return 0;
}
