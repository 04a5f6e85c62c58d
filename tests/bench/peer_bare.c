/*
 * peer_bare - the least that a probe of SMTP can cost: a socket, OpenSSL, no
 * library, no record, no verdict. Beside it bench_probe.py holds the rest.
 *
 *	$ peer_bare plain|login|resumed PORT COUNT CA_FILE
 *	0.0480
 *
 * prints the milliseconds of CPU of one probe. Login is STARTTLS, the chain
 * and the name verified, AUTH PLAIN as ann.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct line {
	int fd;
	SSL *ssl;
} line;

static SSL_CTX *ctx;
static SSL_SESSION *session; /* NULL: a full handshake */
static int resume;

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

/* Up to the end of an answer of SMTP: "250 ..." */
static void hear(line *l)
{
	char text[4096];
	size_t n = 0, at = 0;

	for (;;) {
		long got =
			l->ssl ? SSL_read(l->ssl, text + n,
		                          (int)(sizeof(text) - n - 1))
			       : recv(l->fd, text + n, sizeof(text) - n - 1, 0);
		char *end;

		need(got > 0, "hung up");
		n += (size_t)got;
		text[n] = '\0';
		while ((end = strchr(text + at, '\n')) != NULL) {
			if (text[at + 3] == ' ')
				return;
			at = (size_t)(end - text) + 1;
		}
	}
}

static void say(line *l, const char *text)
{
	size_t n = strlen(text);
	long sent = l->ssl ? SSL_write(l->ssl, text, (int)n)
	                   : send(l->fd, text, n, MSG_NOSIGNAL);

	need(sent == (long)n, "cannot say");
}

static void encrypt(line *l)
{
	l->ssl = SSL_new(ctx);
	need(SSL_set_fd(l->ssl, l->fd) && SSL_set1_host(l->ssl, "localhost") &&
	             SSL_set_tlsext_host_name(l->ssl, "localhost"),
	     "TLS");
	if (resume && session)
		SSL_set_session(l->ssl, session);
	need(SSL_connect(l->ssl) == 1, "handshake");
}

static void probe(int port, int login)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		                 .sin_port = htons((uint16_t)port),
		                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	line l = { socket(AF_INET, SOCK_STREAM, 0), NULL };

	need(connect(l.fd, (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	hear(&l);
	say(&l, "EHLO here\r\n");
	hear(&l);
	if (login) {
		say(&l, "STARTTLS\r\n");
		hear(&l);
		encrypt(&l);
		say(&l, "EHLO here\r\n");
		hear(&l);
		say(&l, "AUTH PLAIN AGFubgBhbm4tc2VjcmV0\r\n");
		hear(&l);
	}
	say(&l, "QUIT\r\n");
	hear(&l);
	SSL_free(l.ssl);
	close(l.fd);
}

int main(int argc, char **argv)
{
	struct rusage before, after;
	int i, count, login;
	double ms;

	need(argc == 5, "usage: peer_bare plain|login|resumed PORT COUNT CA");
	login = strcmp(argv[1], "plain") != 0;
	resume = strcmp(argv[1], "resumed") == 0;
	count = atoi(argv[3]);
	ctx = SSL_CTX_new(TLS_client_method());
	need(SSL_CTX_load_verify_file(ctx, argv[4]) == 1, "CA file");
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (resume) {
		SSL_CTX_set_session_cache_mode(
			ctx,
			SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(ctx, on_session);
	}
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < count; i++)
		probe(atoi(argv[2]), login);
	getrusage(RUSAGE_SELF, &after);
	ms = 1e3 * (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec +
	                    after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
	     1e-3 * (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec +
	                     after.ru_stime.tv_usec - before.ru_stime.tv_usec);
	printf("%.4f\n", ms / count);
	return 0;
}
