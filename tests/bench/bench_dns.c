/*
 * bench_dns - what a question to a resolver costs, in CPU of this process.
 *
 *	$ bench_dns [questions] [in flight]
 *	60000 questions, 64 in flight: 8.1 us CPU each, 61000 a second
 *
 * The resolver is a child process on loopback that answers each question with
 * one MX record.
 */
#include <mailguard/net.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define A_TALK 8 /* questions */

static double cpu(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static double now(void)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void serve(int fd)
{
	static const char record[] = "\xc0\x0c\0\x0f\0\1\0\0\1\x2c\0\7\0\x0a"
				     "\2mx\xc0\x0c";
	unsigned char b[2048];

	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, b, 1024, 0, (struct sockaddr *)&from,
		                     &len);
		size_t at = 12;

		if (n < 17)
			continue;
		while (at < (size_t)n && b[at])
			at += b[at] + 1U;
		at += 5;
		b[2] = 0x81;
		b[3] = 0x80;
		memset(b + 6, 0, 6);
		b[7] = 1;
		memcpy(b + at, record, sizeof(record) - 1);
		(void)sendto(fd, b, at + sizeof(record) - 1, 0,
		             (struct sockaddr *)&from, len);
	}
}

static pid_t resolver(char *text, size_t room)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), wide = 4 << 20;
	pid_t child;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wide, sizeof(wide));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    getsockname(fd, (struct sockaddr *)&at, &len))
		exit(2);
	(void)snprintf(text, room, "127.0.0.1:%u", ntohs(at.sin_port));
	child = fork();
	if (child == 0)
		serve(fd);
	close(fd);
	return child;
}

static int ask(mailguard_net *net)
{
	static const char *const questions[A_TALK + 1] = {
		"MX a.test", "MX b.test", "MX c.test", "MX d.test",
		"MX e.test", "MX f.test", "MX g.test", "MX h.test",
	};
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_ask a = { sizeof(a) };
	mailguard_talk *talk;

	e.protocol = MAILGUARD_PROTOCOL_DNS;
	a.to = &e;
	a.commands = questions;
	return mailguard_net_ask(&talk, net, &a, NULL) != MAILGUARD_OK;
}

static long run(mailguard_net *net, long talks, long at_once)
{
	const mailguard_event *ev;
	long begun = 0, good = 0;

	while (begun < at_once && begun < talks)
		begun += !ask(net);
	while (mailguard_net_next(&ev, net, -1, NULL) == MAILGUARD_OK) {
		good += mailguard_transcript_record(ev->transcript,
		                                    A_TALK - 1) != NULL;
		if (begun < talks)
			begun += !ask(net);
	}
	return good;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 60000;
	long flight = argc > 2 ? strtol(argv[2], NULL, 10) : 64;
	mailguard_net_options o = { sizeof(o) };
	mailguard_net *net;
	mailguard *mg;
	char text[32];
	pid_t child = resolver(text, sizeof(text));
	double c, t;
	long good;

	o.resolver = text;
	o.max_in_flight = 100000;
	if (mailguard_new(&mg, NULL, NULL) ||
	    mailguard_net_new(&net, mg, &o, NULL))
		return 2;
	c = cpu();
	t = now();
	good = run(net, count / A_TALK, flight / A_TALK);
	c = cpu() - c;
	t = now() - t;
	printf("%ld questions, %ld in flight: %.1f us CPU each, %.0f a "
	       "second\n",
	       good * A_TALK, flight, 1e6 * c / (double)(good * A_TALK),
	       (double)(good * A_TALK) / t);
	mailguard_net_free(net);
	mailguard_free(mg);
	(void)kill(child, SIGKILL);
	return good == count / A_TALK ? 0 : 1;
}
