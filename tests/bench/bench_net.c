/*
 * bench_net - what a probe costs, thousands in flight.
 *
 *	$ bench_net [probes] [in flight]
 *	plain     2000 probes, 2000 in flight: 0.050 ms CPU, 14 MiB, 2000 good
 *	starttls  2000 probes, 2000 in flight: 0.80 ms CPU, 52 KiB each, ...
 *
 * The server is a process of its own, on another core where there is one; it
 * greets after a second, so that all are in flight at once. RSA-2048, a leaf
 * and its authority, TLS 1.3.
 */
#define _GNU_SOURCE
#include <mailguard/net.h>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* -- certificates --------------------------------------------------------- */

static X509 *signed_by(EVP_PKEY *key,
                       const char *name,
                       X509 *by,
                       EVP_PKEY *with)
{
	X509 *x = X509_new();
	X509_EXTENSION *e;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), by ? 2 : 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	                           MBSTRING_UTF8, (const unsigned char *)name,
	                           -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by ? by : x));
	e = X509V3_EXT_conf_nid(
		NULL, NULL, by ? NID_subject_alt_name : NID_basic_constraints,
		by ? "DNS:mail.test" : "critical,CA:TRUE");
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	X509_sign(x, with, EVP_sha256());
	return x;
}

static SSL_CTX *context(char *ca_file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *ca_key = EVP_RSA_gen(2048), *key = EVP_RSA_gen(2048);
	X509 *ca = signed_by(ca_key, "Bench Authority", NULL, ca_key);
	X509 *leaf = signed_by(key, "mail.test", ca, ca_key);
	FILE *f = fdopen(mkstemp(ca_file), "w");

	PEM_write_X509(f, ca);
	fclose(f);
	SSL_CTX_use_certificate(ctx, leaf);
	SSL_CTX_use_PrivateKey(ctx, key);
	SSL_CTX_add_extra_chain_cert(ctx, ca);
	return ctx;
}

/* -- the server ----------------------------------------------------------- */

enum { MOST = 8192 };

static struct line {
	SSL *ssl;
	int mute, len;
	double due;
	char text[512];
} lines[MOST];

static int waiting[MOST], first, last; /* for the greeting, a ring */

static void say(int fd, const char *text)
{
	if (lines[fd].ssl)
		(void)SSL_write(lines[fd].ssl, text, (int)strlen(text));
	else
		(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void drop(int fd)
{
	SSL_free(lines[fd].ssl);
	lines[fd].ssl = NULL;
	close(fd);
}

static void answer(int fd, SSL_CTX *tls)
{
	struct line *l = &lines[fd];

	if (strncmp(l->text, "EHLO", 4) == 0) {
		say(fd, "250-mail.test\r\n250 STARTTLS\r\n");
	} else if (strncmp(l->text, "STARTTLS", 8) == 0) {
		say(fd, "220 go\r\n");
		l->ssl = SSL_new(tls);
		SSL_set_fd(l->ssl, fd);
		SSL_set_accept_state(l->ssl);
	} else if (!l->mute) {
		say(fd, "221 bye\r\n");
	}
	l->len = 0;
}

static void readable(int fd, SSL_CTX *tls)
{
	struct line *l = &lines[fd];
	int n, room = (int)sizeof(l->text) - l->len;

	if (l->ssl)
		n = SSL_read(l->ssl, l->text + l->len, room);
	else
		n = (int)recv(fd, l->text + l->len, (size_t)room, MSG_DONTWAIT);
	if (n <= 0 && l->ssl && SSL_get_error(l->ssl, n) == SSL_ERROR_WANT_READ)
		return;
	if (n <= 0) {
		drop(fd);
		return;
	}
	l->len += n;
	if (l->text[l->len - 1] == '\n')
		answer(fd, tls);
}

static void greet(void)
{
	while (first != last && lines[waiting[first]].due <= now()) {
		say(waiting[first], "220 mail.test ESMTP\r\n");
		first = (first + 1) % MOST;
	}
}

/* `mute`: it greets nobody. */
static void serve(int fd, SSL_CTX *tls, double delay, int mute)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd }, got[64];
	int ep = epoll_create1(0), i, n;

	pin(0);
	signal(SIGPIPE, SIG_IGN);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	for (;;) {
		n = epoll_wait(ep, got, 64, first == last ? -1 : 1);
		for (i = 0; i < n; i++) {
			int at = got[i].data.fd;

			if (at != fd) {
				readable(at, tls);
				continue;
			}
			at = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
			if (at < 0 || at >= MOST)
				continue;
			memset(&lines[at], 0, sizeof(lines[at]));
			lines[at].due = now() + delay;
			e.data.fd = at;
			epoll_ctl(ep, EPOLL_CTL_ADD, at, &e);
			if (mute)
				continue;
			waiting[last] = at;
			last = (last + 1) % MOST;
		}
		greet();
	}
}

typedef struct server {
	pid_t pid;
	int port;
} server;

static server start(SSL_CTX *tls, double delay, int mute)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	server s;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, len) || listen(fd, 4096) ||
	    getsockname(fd, (struct sockaddr *)&a, &len))
		exit(2);
	s.port = ntohs(a.sin_port);
	s.pid = fork();
	if (!s.pid)
		serve(fd, tls, delay, mute);
	close(fd);
	return s;
}

static void stop(server s)
{
	kill(s.pid, SIGKILL);
	waitpid(s.pid, NULL, 0);
}

/* -- the client ----------------------------------------------------------- */

static double cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static long resident(void) /* KiB */
{
	long size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

typedef struct job {
	const char *name;
	int port, probes, in_flight, stalled_port;
	mailguard_tls tls;
	uint32_t full_every;
	const char *ca_file;
} job;

typedef struct result {
	double cpu, time;
	long grown;
	int good;
} result;

static mailguard_status ask(mailguard_net *net,
                            const job *j,
                            int port,
                            void *tag)
{
	mailguard_endpoint to = MAILGUARD_ENDPOINT_INIT;
	mailguard_ask a = { sizeof(a) };
	mailguard_talk *talk;

	to.host = "mail.test";
	to.address = "127.0.0.1";
	to.protocol = MAILGUARD_PROTOCOL_SMTP;
	to.port = port;
	to.tls = j->tls;
	a.to = &to;
	a.tag = tag;
	return mailguard_net_ask(&talk, net, &a, NULL);
}

static void run_all(result *r, mailguard_net *net, const job *j)
{
	mailguard_phase want = MAILGUARD_PHASE_CAPABILITIES;
	int asked = 0, told = 0;
	long before = resident();

	if (j->stalled_port)
		(void)ask(net, j, j->stalled_port, NULL);
	while (told < j->probes) {
		const mailguard_event *e;

		while (asked < j->probes &&
		       ask(net, j, j->port, r) == MAILGUARD_OK)
			asked++;
		if (mailguard_net_next(&e, net, 20000000, NULL) < 0)
			exit(2);
		if (!e || !e->tag)
			continue;
		if (told++ % 100 == 0 && resident() - before > r->grown)
			r->grown = resident() - before;
		r->good +=
			mailguard_transcript_reached(e->transcript) >= want &&
			(!j->tls ||
		         mailguard_transcript_tls(e->transcript)->verified);
	}
}

static result run(const job *j)
{
	mailguard_net_options o = { sizeof(o) };
	result r = { 0, 0, 0, 0 };
	mailguard_net *net;
	mailguard *mg;
	double begun, used;

	o.ca_file = j->ca_file;
	o.helo = "bench.test";
	o.max_in_flight = (uint32_t)j->in_flight;
	o.max_per_host = o.max_per_net = MOST;
	o.full_tls_every = j->full_every;
	if (mailguard_new(&mg, NULL, NULL) ||
	    mailguard_net_new(&net, mg, &o, NULL))
		exit(2);
	begun = now();
	used = cpu();
	run_all(&r, net, j);
	r.cpu = cpu() - used;
	r.time = now() - begun;
	mailguard_net_free(net);
	mailguard_free(mg);
	return r;
}

/* In a process of its own, so that memory begins anew. */
static void report(job j)
{
	fflush(stdout);
	if (fork()) {
		wait(NULL);
		return;
	}
	pin(1);
	{
		result r = run(&j);

		printf("%-9s %d probes, %d in flight: %.3f ms CPU a probe, "
		       "%.1f KiB each in flight, %.2f s, %d good\n",
		       j.name, j.probes, j.in_flight, 1e3 * r.cpu / j.probes,
		       (double)r.grown / j.in_flight, r.time, r.good);
	}
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	int probes = argc > 1 ? atoi(argv[1]) : 2000;
	int in_flight = argc > 2 ? atoi(argv[2]) : 2000;
	char ca_file[] = "/tmp/mailguard-bench-ca-XXXXXX";
	SSL_CTX *tls = context(ca_file);
	server late = start(tls, 1.0, 0), quick = start(tls, 0.0, 0),
	       mute = start(tls, 0.0, 1);
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	report((job){ "plain", late.port, probes, in_flight, 0, 0, 1,
	              ca_file });
	report((job){ "plain", quick.port, 20 * probes, 32, 0, 0, 1, ca_file });
	report((job){ "starttls", late.port, probes, in_flight, 0, 1, 1,
	              ca_file });
	report((job){ "starttls", quick.port, probes, 32, 0, 1, 1, ca_file });
	report((job){ "resumed", quick.port, probes, 32, 0, 1, 1000, ca_file });
	report((job){ "alone", quick.port, probes, 200, 0, 0, 1, ca_file });
	report((job){ "stalled", quick.port, probes, 200, mute.port, 0, 1,
	              ca_file });
	stop(late);
	stop(quick);
	stop(mute);
	unlink(ca_file);
	return 0;
}
