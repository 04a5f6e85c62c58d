/*
 * mailguard-demo-server - a mail server that fails in every known way.
 *
 *	$ mailguard-demo-server
 *	{"ca":"/tmp/mailguard-demo-x7Qk2p/ca.pem","stopped":40211,"smtp":...}
 *
 * SMTP, submission, IMAP, POP3 and HTTP on ports of 127.0.0.1 that the system
 * chooses: one line of JSON on stdout says which, as soon as all of them
 * answer. "imap" works as it should; "imap/greeting-stall" does not. It lives
 * until it is told to stop, or until whoever started it is gone.
 */
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"usage: mailguard-demo-server [--folder DIR] [--accounts FILE]\n"
	"           [--pages DIR] [--slow MILLISECONDS]\n"
	"       mailguard-demo-server --list\n"
	"\n"
	"  --folder DIR     ca.pem goes here; else into a temporary folder\n"
	"  --accounts FILE  a line each: login, password, minutes since the\n"
	"                   newest mail, number of mails, by tabs; else there\n"
	"                   are ann, bob, cho and dan, passwords ann-secret "
	"...\n"
	"  --pages DIR      what the web services serve; else one login page\n"
	"  --slow N         how late the late answers are; else 1500\n"
	"  --list           the faults, and what each does\n"
	"\n"
	"For trials on one machine: it listens on 127.0.0.1 alone.\n";

static int epoll_fd;
static bool stopping;
static char folder[4096], ca_file[4200];
static bool own_folder;

void die(const char *what)
{
	fprintf(stderr, "mailguard-demo-server: %s%s%s\n", what,
	        errno ? ": " : "", errno ? strerror(errno) : "");
	exit(2);
}

void *need(void *memory)
{
	if (!memory)
		die("out of memory");
	return memory;
}

void loop_watch(int fd, watch *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &e) < 0 &&
	    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e) < 0)
		die("epoll_ctl");
}

static void told_to_stop(watch *self, uint32_t events)
{
	(void)self;
	(void)events;
	stopping = true;
}

/* SIGTERM comes from whoever started us, and from the system when whoever
   started us is gone. */
static void watch_signals(pid_t parent)
{
	static watch w = { told_to_stop };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		die("sigprocmask");
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd");
	loop_watch(fd, &w, EPOLLIN);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		die("prctl");
	if (getppid() != parent)
		stopping = true;
}

static void make_folder(void)
{
	const char *place = getenv("TMPDIR");

	if (!folder[0]) {
		snprintf(folder, sizeof(folder), "%s/mailguard-demo-XXXXXX",
		         place && *place ? place : "/tmp");
		if (!mkdtemp(folder))
			die(folder);
		own_folder = true;
	} else if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
		die(folder);
	}
	snprintf(ca_file, sizeof(ca_file), "%s/ca.pem", folder);
}

static void remove_folder(void)
{
	unlink(ca_file);
	if (own_folder)
		rmdir(folder);
}

static void more_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

static void loop(void)
{
	struct epoll_event events[256];

	while (!stopping) {
		int i, n = epoll_wait(epoll_fd, events, 256, conns_tend());

		for (i = 0; i < n; i++) {
			watch *w = events[i].data.ptr;

			w->ready(w, events[i].events);
		}
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
	}
}

static int list(void)
{
	size_t f, s;

	for (f = 0; f < faults_count(); f++) {
		printf("%s: %s (", faults[f].name, faults[f].what);
		for (s = 0; s < services_count(); s++)
			if (faults[f].on & services[s].bit)
				printf(" %s", services[s].name);
		printf(" )\n");
	}
	return 0;
}

static long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0)
		die("--slow wants milliseconds");
	return n;
}

/* Takes the options; the file of accounts comes back. */
static const char *options(int argc, char **argv)
{
	const char *accounts = NULL;
	int i;

	for (i = 1; i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(argv[i], "--list") == 0)
			exit(list());
		if (strcmp(argv[i], "--help") == 0)
			exit(fputs(usage, stdout) < 0);
		if (value && strcmp(argv[i], "--folder") == 0)
			snprintf(folder, sizeof(folder), "%s", value);
		else if (value && strcmp(argv[i], "--accounts") == 0)
			accounts = value;
		else if (value && strcmp(argv[i], "--pages") == 0)
			http_pages(value);
		else if (value && strcmp(argv[i], "--slow") == 0)
			script_slow(number(value));
		else
			exit(fputs(usage, stderr) < 0 ? 1 : 2);
	}
	return accounts;
}

int main(int argc, char **argv)
{
	pid_t parent = getppid();
	const char *accounts = options(argc, argv);

	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		die("epoll_create1");
	watch_signals(parent);
	more_descriptors();
	accounts_load(accounts);
	make_folder();
	atexit(remove_folder);
	certs_make(ca_file);
	listen_all();
	listen_print(ca_file);
	loop();
	return 0;
}
