#define _GNU_SOURCE
#include "net/wire/server.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* -- certificates --------------------------------------------------------- */

static struct {
	EVP_PKEY *key;
	X509 *own;
	char file[64];
} authority;

static X509 *certificate(EVP_PKEY *key, const char *name, int days)
{
	static long serial = 1000;
	X509 *x = X509_new();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -30 * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(x), days * 86400L);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	                           MBSTRING_UTF8, (const unsigned char *)name,
	                           -1, -1, 0);
	return x;
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static void authority_make(void)
{
	FILE *f;
	int fd;

	if (authority.own)
		return;
	authority.key = EVP_EC_gen("P-256");
	authority.own = certificate(authority.key, "Test Authority", 30);
	X509_set_issuer_name(authority.own,
	                     X509_get_subject_name(authority.own));
	extend(authority.own, NID_basic_constraints, "critical,CA:TRUE");
	extend(authority.own, NID_key_usage, "critical,keyCertSign,cRLSign");
	X509_sign(authority.own, authority.key, EVP_sha256());
	snprintf(authority.file, sizeof(authority.file),
	         "/tmp/mailguard-test-ca-XXXXXX");
	fd = mkstemp(authority.file);
	f = fdopen(fd, "w");
	PEM_write_X509(f, authority.own);
	fclose(f);
}

__attribute__((destructor)) static void authority_forget(void)
{
	if (authority.file[0])
		unlink(authority.file);
	X509_free(authority.own);
	EVP_PKEY_free(authority.key);
}

const char *pki_authority(void)
{
	authority_make();
	return authority.file;
}

static SSL_CTX *context(pki kind)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x =
		certificate(key, kind == STRANGER ? "other.test" : "mail.test",
	                    kind == EXPIRED ? -1 : 30);

	extend(x, NID_subject_alt_name,
	       kind == STRANGER ? "DNS:other.test"
	                        : "DNS:mail.test,IP:127.0.0.1");
	if (kind == SELF) {
		X509_set_issuer_name(x, X509_get_subject_name(x));
		X509_sign(x, key, EVP_sha256());
	} else {
		X509_set_issuer_name(x, X509_get_subject_name(authority.own));
		X509_sign(x, authority.key, EVP_sha256());
	}
	SSL_CTX_use_certificate(ctx, x);
	if (kind == CHAIN)
		SSL_CTX_add1_chain_cert(ctx, authority.own);
	SSL_CTX_use_PrivateKey(ctx, key);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"t", 1);
	X509_free(x);
	EVP_PKEY_free(key);
	return ctx;
}

/* -- connections ---------------------------------------------------------- */

struct server {
	const deeds *script;
	int fd, port;
	int stop[2]; /* a pipe; readable: stop */
	SSL_CTX *tls[CHAIN + 1];
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_t *lines;
	int count;
	char heard[1 << 16];
	char told[1 << 16]; /* as much of it as the test saw */
	size_t heard_len;
};

typedef struct line {
	server *s;
	int fd;
	SSL *ssl;
	char in[4096]; /* heard and not looked at */
	int have, at;
} line;

/* False: stop, or nothing comes for long. */
static int wait_for(line *l, int ms)
{
	struct pollfd p[2] = { { l->fd, POLLIN, 0 },
		               { l->s->stop[0], POLLIN, 0 } };

	if (l->ssl && SSL_has_pending(l->ssl))
		return 1;
	return poll(p, 2, ms) > 0 && !p[1].revents;
}

/* True: stopped. */
static int rest(line *l, int ms)
{
	struct pollfd p = { l->s->stop[0], POLLIN, 0 };

	return poll(&p, 1, ms) > 0;
}

static int get(line *l, char *c)
{
	if (l->at == l->have) {
		if (!wait_for(l, 20000))
			return 0;
		l->at = 0;
		l->have = l->ssl ? SSL_read(l->ssl, l->in, sizeof(l->in))
		                 : (int)recv(l->fd, l->in, sizeof(l->in), 0);
		if (l->have <= 0)
			return l->have = 0;
	}
	*c = l->in[l->at++];
	return 1;
}

static int put(line *l, const char *text, size_t n)
{
	if (l->ssl)
		return SSL_write(l->ssl, text, (int)n) == (int)n;
	return send(l->fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static int hear(line *l, char *text, size_t room)
{
	server *s = l->s;
	size_t n = 0;
	char c;

	do {
		if (!get(l, &c))
			return 0;
		if (n < room - 1)
			text[n++] = c;
	} while (c != '\n');
	text[n] = '\0';
	pthread_mutex_lock(&s->lock);
	if (s->heard_len + n < sizeof(s->heard)) {
		memcpy(s->heard + s->heard_len, text, n + 1);
		s->heard_len += n;
	}
	pthread_mutex_unlock(&s->lock);
	return 1;
}

static int handshake(line *l, int kind)
{
	l->ssl = SSL_new(l->s->tls[kind]);
	SSL_set_fd(l->ssl, l->fd);
	return SSL_accept(l->ssl) == 1;
}

static int drip(line *l, const char *text)
{
	for (; *text; text++)
		if (!put(l, text, 1) || rest(l, 1))
			return 0;
	return 1;
}

static void reset(line *l)
{
	struct linger now = { 1, 0 };

	setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static int listen_on(line *l)
{
	char c;

	shutdown(l->fd, SHUT_WR);
	while (get(l, &c))
		;
	return 0;
}

static int deed_do(line *l, const deeds *d)
{
	char text[4096];

	switch (d->what) {
	case SAY:
		return put(l, d->text, strlen(d->text));
	case DRIP:
		return drip(l, d->text);
	case HEAR:
		return hear(l, text, sizeof(text)) &&
		       strncmp(text, d->text, strlen(d->text)) == 0;
	case MAIL:
		do {
			if (!hear(l, text, sizeof(text)))
				return 0;
		} while (strcmp(text, ".\r\n") != 0);
		return 1;
	case PAUSE:
		return !rest(l, d->ms);
	case TLS:
		return handshake(l, d->ms);
	case RESET:
		reset(l);
		return 0;
	case HALF:
		return listen_on(l);
	case STALL:
		return !rest(l, -1);
	default:
		return 0;
	}
}

/* OpenSSL writes with write(2). In this thread alone: the client, in another,
   must not raise it. */
static void no_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *serve(void *payload)
{
	line *l = payload;
	const deeds *d = l->s->script;
	char c;

	no_sigpipe();
	while (deed_do(l, d))
		d++;
	if (d->what == END) { /* what is unread would make it a reset */
		if (l->ssl)
			SSL_shutdown(l->ssl);
		shutdown(l->fd, SHUT_WR);
		while (wait_for(l, 200) && recv(l->fd, &c, 1, 0) == 1)
			;
	}
	SSL_free(l->ssl);
	close(l->fd);
	free(l);
	return NULL;
}

static void *accept_all(void *payload)
{
	server *s = payload;
	line at = { .s = s, .fd = s->fd };

	while (wait_for(&at, -1)) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
		line *l;

		if (fd < 0)
			continue;
		l = calloc(1, sizeof(*l));
		l->s = s;
		l->fd = fd;
		pthread_mutex_lock(&s->lock);
		s->lines = realloc(s->lines,
		                   (size_t)(s->count + 1) * sizeof(pthread_t));
		pthread_create(&s->lines[s->count++], NULL, serve, l);
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

/* -- a server ------------------------------------------------------------- */

static int open_port(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, len) ||
	    getsockname(fd, (struct sockaddr *)&a, &len))
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

int server_nobody(void)
{
	int port, fd = open_port(&port);

	close(fd);
	return port;
}

server *server_start(const deeds *script)
{
	server *s = calloc(1, sizeof(*s));
	const deeds *d;

	authority_make();
	for (d = script; d->what != END; d++)
		if (d->what == TLS && !s->tls[d->ms])
			s->tls[d->ms] = context((pki)d->ms);
	s->script = script;
	s->fd = open_port(&s->port);
	pthread_mutex_init(&s->lock, NULL);
	if (listen(s->fd, 128) || pipe(s->stop) ||
	    pthread_create(&s->thread, NULL, accept_all, s))
		abort();
	return s;
}

int server_port(const server *s)
{
	return s->port;
}

int server_count(server *s)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = s->count;
	pthread_mutex_unlock(&s->lock);
	return n;
}

const char *server_heard(server *s)
{
	pthread_mutex_lock(&s->lock);
	memcpy(s->told, s->heard, s->heard_len + 1);
	pthread_mutex_unlock(&s->lock);
	return s->told;
}

void server_stop(server *s)
{
	int i;

	close(s->stop[1]); /* readable for ever */
	pthread_join(s->thread, NULL);
	for (i = 0; i < s->count; i++)
		pthread_join(s->lines[i], NULL);
	for (i = 0; i <= CHAIN; i++)
		SSL_CTX_free(s->tls[i]);
	pthread_mutex_destroy(&s->lock);
	close(s->stop[0]);
	close(s->fd);
	free(s->lines);
	free(s);
}
