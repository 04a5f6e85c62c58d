/*
 * listen.c - a port for every service and for every way in which it fails.
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static listener *all;
static size_t count;
static int stopped_port; /* taken, so that nobody else answers there */

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in a = { 0 };

	a.sin_family = AF_INET;
	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void go_on(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		die("fcntl");
}

static int take_port(int *port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = loopback(0);
	socklen_t len = sizeof(a);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		die("cannot take a port on 127.0.0.1");
	go_on(fd);
	*port = ntohs(a.sin_port);
	return fd;
}

static void taken(watch *self, uint32_t events)
{
	listener *l = (listener *)self;
	int one = 1, fd;

	(void)events;
	for (;;) {
		fd = accept(l->fd, NULL, NULL);
		if (fd < 0)
			return;
		go_on(fd);
		l->taken++;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		conn_new(l, fd);
	}
}

/* Fill the short queue ourselves: no further connection gets an answer. */
static void jam(const listener *l)
{
	struct sockaddr_in a = loopback(l->port);
	int i;

	if (listen(l->fd, 0) < 0)
		die("listen");
	for (i = 0; i < 3; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0)
			die("socket");
		go_on(fd);
		if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 &&
		    errno != EINPROGRESS)
			die("connect");
	}
}

static void start(const service *s, const fault *f)
{
	listener *l = &all[count++];

	l->watch.ready = taken;
	l->service = s;
	l->fault = f;
	l->fd = take_port(&l->port);
	if (f && f->at == PHASE_CONNECT && f->act == ACT_STALL) {
		jam(l);
		return;
	}
	if (listen(l->fd, 1024) < 0)
		die("listen");
	loop_watch(l->fd, &l->watch, EPOLLIN);
}

void listen_all(void)
{
	size_t s, f;

	all = need(
		calloc(services_count() * (faults_count() + 1), sizeof(*all)));
	for (s = 0; s < services_count(); s++) {
		start(&services[s], NULL);
		for (f = 0; f < faults_count(); f++)
			if (faults[f].on & services[s].bit)
				start(&services[s], &faults[f]);
	}
	take_port(&stopped_port);
}

static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned char)*text);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

void listen_print(const char *ca_file)
{
	size_t i;

	printf("{\"ca\":");
	print_quoted(ca_file);
	printf(",\"stopped\":%d", stopped_port);
	for (i = 0; i < count; i++) {
		const listener *l = &all[i];

		printf(",\"%s%s%s\":%d", l->service->name, l->fault ? "/" : "",
		       l->fault ? l->fault->name : "", l->port);
	}
	printf("}\n");
	if (fflush(stdout) != 0)
		die("cannot print the ports");
}
