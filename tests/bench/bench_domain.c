/*
 * bench_domain - what judging a domain costs, in CPU of this process, beside
 * what its questions cost (bench_dns).
 *
 *	$ bench_domain [times]
 *	2000 checks of 34 questions: 12.3 us CPU each question
 *
 * The resolver is a child process on loopback that has an answer to all.
 */
#include <mailguard/probe.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static double cpu(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

/* The data of a record of that type; its length. */
static size_t data_of(unsigned char *out, int type)
{
	static const char mx[] = "\0\x0a\2mx\xc0\x0c";
	static const char txt[] = "\x17v=spf1 mx a a:x.t ~all ";

	switch (type) {
	case 1:
		memcpy(out, "\xc0\0\2\1", 4);
		return 4;
	case 15:
		memcpy(out, mx, sizeof(mx) - 1);
		return sizeof(mx) - 1;
	case 16:
		memcpy(out, txt, sizeof(txt) - 1);
		return sizeof(txt) - 1;
	default:
		return 0;
	}
}

static void serve(int fd)
{
	unsigned char b[2048];

	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, b, 1024, 0, (struct sockaddr *)&from,
		                     &len);
		size_t at = 12, size;
		int type;

		if (n < 17)
			continue;
		while (at < (size_t)n && b[at])
			at += b[at] + 1U;
		type = b[at + 2];
		at += 5;
		b[2] = 0x81;
		b[3] = 0x80;
		memset(b + 6, 0, 6);
		size = data_of(b + at + 12, type);
		b[7] = size > 0;
		memcpy(b + at, "\xc0\x0c\0\0\0\1\0\0\1\x2c\0", 12);
		b[at + 3] = (unsigned char)type;
		b[at + 11] = (unsigned char)size;
		(void)sendto(fd, b, size ? at + 12 + size : at, 0,
		             (struct sockaddr *)&from, len);
	}
}

static pid_t resolver(char *text, size_t room)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	pid_t child;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
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

static size_t questions_of(const mailguard_domain *d)
{
	mailguard_transcript *t;
	size_t i, k, n = 0;

	for (i = 0; (t = mailguard_domain_transcript(d, i)) != NULL; i++)
		for (k = 0; mailguard_transcript_step(t, k); k++)
			n++;
	return n;
}

int main(int argc, char **argv)
{
	long i, count = argc > 1 ? strtol(argv[1], NULL, 10) : 500;
	mailguard_domain_options o = MAILGUARD_DOMAIN_OPTIONS_INIT;
	const char *list[2] = { NULL, NULL };
	size_t questions = 0;
	char text[32];
	pid_t child = resolver(text, sizeof(text));
	mailguard *mg;
	double c;

	list[0] = text;
	o.resolvers = list;
	if (mailguard_new(&mg, NULL, NULL))
		return 2;
	c = cpu();
	for (i = 0; i < count; i++) {
		mailguard_domain *d;

		if (mailguard_domain_ask(&d, mg, "a.t", &o, NULL))
			break;
		questions += questions_of(d);
		mailguard_domain_free(d);
	}
	c = cpu() - c;
	printf("%ld checks, %ld questions: %.1f us CPU each question\n", i,
	       (long)questions, 1e6 * c / (double)questions);
	mailguard_free(mg);
	(void)kill(child, SIGKILL);
	return i == count ? 0 : 1;
}
