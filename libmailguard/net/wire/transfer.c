/*
 * transfer.c - libcurl's sockets and timers in our loop.
 */
#include "net/wire/transfer.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/fail.h"

#define NEVER_MS 86400000L /* the limits are ours */

struct mgi_curl {
	mailguard *mg;
	mgi_loop *loop;
	CURLM *multi;
	mgi_timer timer;
	mgi_transfer *transfers;
};

/*
 * libcurl wants to be set up once for all. Newer ones look after threads
 * themselves; for the others the first thread sets up and the rest wait.
 */
static bool set_up(void)
{
	static atomic_int state; /* 0: not yet, 1: at it, 2: done */
	int was = 0;

	if (atomic_compare_exchange_strong(&state, &was, 1)) {
		bool fine = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;

		atomic_store(&state, fine ? 2 : 0);
		return fine;
	}
	while (was == 1)
		was = atomic_load(&state);
	return was == 2;
}

static mgi_transfer *transfer_of(CURL *easy)
{
	char *own = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &own);
	return (mgi_transfer *)(void *)own;
}

/* Who is done leaves the multi from here, where libcurl is not at work. */
static void collect(mgi_curl *c)
{
	CURLMsg *m;
	int left;

	for (m = curl_multi_info_read(c->multi, &left); m;
	     m = curl_multi_info_read(c->multi, &left)) {
		CURLcode code = m->data.result;
		mgi_transfer *t;

		if (m->msg != CURLMSG_DONE)
			continue;
		t = transfer_of(m->easy_handle);
		t->done(t->owner, code);
	}
}

/*
 * libcurl tells that it had no memory, but not for whom: for one whose socket
 * it could not name to us, and who would wait for ever.
 */
static void give_up(mgi_curl *c)
{
	mgi_transfer *t;
	size_t i;

	for (t = c->transfers; t; t = t->next) {
		for (i = 0; i < MGI_TRANSFER_SOCKETS && t->sockets[i].fd < 0;
		     i++)
			;
		if (i == MGI_TRANSFER_SOCKETS)
			t->deaf(t->owner);
	}
}

static void act(mgi_curl *c, curl_socket_t fd, int events)
{
	int running;

	if (curl_multi_socket_action(c->multi, fd, events, &running) !=
	    CURLM_OK)
		give_up(c);
	collect(c);
}

static void on_ready(void *owner, unsigned events)
{
	mgi_transfer_socket *k = owner;

	act(k->of->curl, k->fd,
	    (events & MGI_READ ? CURL_CSELECT_IN : 0) |
	            (events & MGI_WRITE ? CURL_CSELECT_OUT : 0) |
	            (events & MGI_HUP ? CURL_CSELECT_ERR : 0));
}

/* A new socket of `t`; NULL if it has too many. */
static mgi_transfer_socket *socket_new(mgi_transfer *t, int fd)
{
	size_t i;

	for (i = 0; i < MGI_TRANSFER_SOCKETS; i++) {
		mgi_transfer_socket *k = &t->sockets[i];

		if (k->fd >= 0)
			continue;
		k->fd = fd;
		k->of = t;
		k->watch.ready = on_ready;
		k->watch.owner = k;
		return k;
	}
	return NULL;
}

static int on_socket(CURL *easy,
                     curl_socket_t fd,
                     int what,
                     void *own,
                     void *of)
{
	mgi_transfer_socket *k = of;
	mgi_curl *c = own;
	mgi_transfer *t;
	unsigned want = (what & CURL_POLL_IN ? MGI_READ : 0U) |
	                (what & CURL_POLL_OUT ? MGI_WRITE : 0U);

	if (what == CURL_POLL_REMOVE) {
		if (k) {
			mgi_loop_unwatch(c->loop, &k->watch);
			k->fd = -1;
		}
		return 0;
	}
	t = transfer_of(easy);
	if (!k) {
		k = socket_new(t, fd);
		(void)curl_multi_assign(c->multi, fd, k);
	}
	if (!k || mgi_loop_watch(c->loop, &k->watch, fd, want, NULL) < 0)
		t->deaf(t->owner);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *own)
{
	mgi_curl *c = own;

	(void)multi;
	if (ms < 0)
		mgi_timer_stop(c->loop, &c->timer);
	else
		mgi_timer_set(c->loop, &c->timer, (int64_t)ms * 1000);
	return 0;
}

static void on_time(void *owner)
{
	act(owner, CURL_SOCKET_TIMEOUT, 0);
}

static mailguard_status multi_new(mgi_curl *c, mailguard_error *err)
{
	if (!set_up())
		return mgi_fail(err, c->mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_HTTP_NO_SETUP);
	c->multi = curl_multi_init();
	if (!c->multi)
		return mgi_fail_nomem(err);
	(void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	(void)curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	(void)curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	(void)curl_multi_setopt(c->multi, CURLMOPT_PIPELINING,
	                        CURLPIPE_NOTHING);
	return MAILGUARD_OK;
}

mailguard_status mgi_curl_new(mgi_curl **out,
                              mgi_loop *loop,
                              const mailguard_net_options *opts,
                              mailguard_error *err)
{
	mailguard *mg = mgi_loop_handle(loop);
	mgi_curl *c = mgi_alloc(mg, sizeof(*c));
	mailguard_status st;

	(void)opts;
	*out = NULL;
	if (!c)
		return mgi_fail_nomem(err);
	c->mg = mg;
	c->loop = loop;
	c->timer.fire = on_time;
	c->timer.owner = c;
	st = multi_new(c, err);
	if (st < 0)
		mgi_free(mg, c);
	else
		*out = c;
	return st;
}

void mgi_curl_free(mgi_curl *c)
{
	if (!c)
		return;
	(void)curl_multi_cleanup(c->multi);
	mgi_timer_stop(c->loop, &c->timer);
	mgi_free(c->mg, c);
}

/* -- a transfer ----------------------------------------------------------- */

static curl_socket_t on_open(void *own,
                             curlsocktype purpose,
                             struct curl_sockaddr *to)
{
	mgi_transfer *t = own;
	int fd;

	(void)purpose;
	fd = socket(to->family, to->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
	            to->protocol);
	t->sys = fd < 0 ? errno : 0;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Options that libcurl refuses for want of memory are told by `fine`. */
static void manners(mgi_transfer *t, bool *fine)
{
	CURL *e = t->easy;

	(void)curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	(void)curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	(void)curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	(void)curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	*fine &= !curl_easy_setopt(e, CURLOPT_PROXY, "");
	*fine &= !curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(e, CURLOPT_NETRC, CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, NEVER_MS);
}

/* "::[2001:db8::1]:443": whatever the URL says, connect to there. */
static void pin(mgi_transfer *t, const mgi_address *at, bool *fine)
{
	char text[MGI_ADDRESS_TEXT], to[MGI_ADDRESS_TEXT + 16];
	mgi_address plain = *at;

	plain.zone = 0;
	mgi_address_write(text, &plain);
	(void)snprintf(to, sizeof(to),
	               at->family == 6 ? "::[%s]:" : "::%s:", text);
	t->connect_to = curl_slist_append(NULL, to);
	*fine &= t->connect_to != NULL;
	(void)curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to);
	if (at->zone)
		(void)curl_easy_setopt(t->easy, CURLOPT_ADDRESS_SCOPE,
		                       (long)at->zone);
}

mailguard_status mgi_transfer_new(mgi_transfer *t,
                                  const mgi_address *at,
                                  mailguard_error *err)
{
	bool fine = true;

	t->easy = curl_easy_init();
	if (!t->easy)
		return mgi_fail_nomem(err);
	t->sys = 0;
	t->error[0] = '\0';
	manners(t, &fine);
	pin(t, at, &fine);
	if (fine)
		return MAILGUARD_OK;
	mgi_transfer_free(t);
	return mgi_fail_nomem(err);
}

mailguard_status mgi_transfer_add(mgi_transfer *t,
                                  mgi_curl *c,
                                  mailguard_error *err)
{
	size_t i;

	for (i = 0; i < MGI_TRANSFER_SOCKETS; i++)
		t->sockets[i].fd = -1;
	t->curl = c;
	if (curl_multi_add_handle(c->multi, t->easy) != CURLM_OK) {
		t->curl = NULL;
		return mgi_fail_nomem(err);
	}
	t->back = NULL;
	t->next = c->transfers;
	if (c->transfers)
		c->transfers->back = t;
	c->transfers = t;
	return MAILGUARD_OK;
}

static void leave(mgi_transfer *t)
{
	mgi_curl *c = t->curl;

	if (t->back)
		t->back->next = t->next;
	else
		c->transfers = t->next;
	if (t->next)
		t->next->back = t->back;
	t->next = t->back = NULL;
}

static void take_out(mgi_transfer *t)
{
	mgi_curl *c = t->curl;
	size_t i;

	if (!c)
		return;
	leave(t);
	(void)curl_multi_remove_handle(c->multi, t->easy);
	for (i = 0; i < MGI_TRANSFER_SOCKETS; i++) {
		if (t->sockets[i].fd >= 0)
			mgi_loop_unwatch(c->loop, &t->sockets[i].watch);
		t->sockets[i].fd = -1;
	}
	t->curl = NULL;
}

void mgi_transfer_free(mgi_transfer *t)
{
	if (!t->easy)
		return;
	take_out(t);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->connect_to);
	t->easy = NULL;
	t->connect_to = NULL;
}

bool mgi_transfer_no_descriptor(const mgi_transfer *t, CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT &&
	       (t->sys == EMFILE || t->sys == ENFILE);
}
