/*
 * http.c - libcurl's sockets and timers in our loop.
 */
#include "net/wire/web.h"

#include <stdatomic.h>

#include "base/fail.h"

struct mgi_http {
	mailguard *mg;
	mgi_loop *loop;
	CURLM *multi;
	mgi_timer timer;
	mgi_web *webs; /* with a transfer */
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

/* Who is done leaves the multi from here, where libcurl is not at work. */
static void collect(mgi_http *h)
{
	CURLMsg *m;
	int left;

	for (m = curl_multi_info_read(h->multi, &left); m;
	     m = curl_multi_info_read(h->multi, &left)) {
		CURLcode code = m->data.result;
		char *own = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &own);
		mgi_web_done((mgi_web *)(void *)own, code);
	}
}

/*
 * libcurl tells that it had no memory, but not for whom: for one whose socket
 * it could not name to us, and who would wait for ever.
 */
static void give_up(mgi_http *h)
{
	mgi_web *w;
	size_t i;

	for (w = h->webs; w; w = w->next_web) {
		for (i = 0; i < MGI_WEB_SOCKETS && w->sockets[i].fd < 0; i++)
			;
		if (i == MGI_WEB_SOCKETS)
			mgi_web_deaf(w);
	}
}

static void act(mgi_http *h, curl_socket_t fd, int events)
{
	int running;

	if (curl_multi_socket_action(h->multi, fd, events, &running) !=
	    CURLM_OK)
		give_up(h);
	collect(h);
}

static void on_ready(void *owner, unsigned events)
{
	mgi_web_socket *k = owner;

	act(k->web->http, k->fd,
	    (events & MGI_READ ? CURL_CSELECT_IN : 0) |
	            (events & MGI_WRITE ? CURL_CSELECT_OUT : 0) |
	            (events & MGI_HUP ? CURL_CSELECT_ERR : 0));
}

/* A new socket of `easy`; NULL if it has too many. */
static mgi_web_socket *socket_new(mgi_web *w, int fd)
{
	size_t i;

	for (i = 0; i < MGI_WEB_SOCKETS; i++) {
		mgi_web_socket *k = &w->sockets[i];

		if (k->fd >= 0)
			continue;
		k->fd = fd;
		k->web = w;
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
	mgi_web_socket *k = of;
	mgi_http *h = own;
	char *web = NULL;
	unsigned want = (what & CURL_POLL_IN ? MGI_READ : 0U) |
	                (what & CURL_POLL_OUT ? MGI_WRITE : 0U);

	if (what == CURL_POLL_REMOVE) {
		if (k) {
			mgi_loop_unwatch(h->loop, &k->watch);
			k->fd = -1;
		}
		return 0;
	}
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &web);
	if (!k) {
		k = socket_new((mgi_web *)(void *)web, fd);
		(void)curl_multi_assign(h->multi, fd, k);
	}
	if (!k || mgi_loop_watch(h->loop, &k->watch, fd, want, NULL) < 0)
		mgi_web_deaf((mgi_web *)(void *)web);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *own)
{
	mgi_http *h = own;

	(void)multi;
	if (ms < 0)
		mgi_timer_stop(h->loop, &h->timer);
	else
		mgi_timer_set(h->loop, &h->timer, (int64_t)ms * 1000);
	return 0;
}

static void on_time(void *owner)
{
	act(owner, CURL_SOCKET_TIMEOUT, 0);
}

static mailguard_status multi_new(mgi_http *h, mailguard_error *err)
{
	if (!set_up())
		return mgi_fail(err, h->mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_HTTP_NO_SETUP);
	h->multi = curl_multi_init();
	if (!h->multi)
		return mgi_fail_nomem(err);
	(void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	(void)curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	(void)curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	(void)curl_multi_setopt(h->multi, CURLMOPT_PIPELINING,
	                        CURLPIPE_NOTHING);
	return MAILGUARD_OK;
}

mailguard_status mgi_http_new(mgi_http **out,
                              mgi_loop *loop,
                              const mailguard_net_options *opts,
                              mailguard_error *err)
{
	mailguard *mg = mgi_loop_handle(loop);
	mgi_http *h = mgi_alloc(mg, sizeof(*h));
	mailguard_status st;

	(void)opts;
	*out = NULL;
	if (!h)
		return mgi_fail_nomem(err);
	h->mg = mg;
	h->loop = loop;
	h->timer.fire = on_time;
	h->timer.owner = h;
	st = multi_new(h, err);
	if (st < 0)
		mgi_free(mg, h);
	else
		*out = h;
	return st;
}

void mgi_http_free(mgi_http *h)
{
	if (!h)
		return;
	(void)curl_multi_cleanup(h->multi);
	mgi_timer_stop(h->loop, &h->timer);
	mgi_free(h->mg, h);
}

mailguard_status mgi_http_add(mgi_http *h, mgi_web *w, mailguard_error *err)
{
	size_t i;

	for (i = 0; i < MGI_WEB_SOCKETS; i++)
		w->sockets[i].fd = -1;
	if (curl_multi_add_handle(h->multi, w->easy) != CURLM_OK)
		return mgi_fail_nomem(err);
	w->back_web = NULL;
	w->next_web = h->webs;
	if (h->webs)
		h->webs->back_web = w;
	h->webs = w;
	return MAILGUARD_OK;
}

void mgi_http_remove(mgi_http *h, mgi_web *w)
{
	size_t i;

	if (w->back_web)
		w->back_web->next_web = w->next_web;
	else
		h->webs = w->next_web;
	if (w->next_web)
		w->next_web->back_web = w->back_web;

	(void)curl_multi_remove_handle(h->multi, w->easy);
	for (i = 0; i < MGI_WEB_SOCKETS; i++) {
		if (w->sockets[i].fd >= 0)
			mgi_loop_unwatch(h->loop, &w->sockets[i].watch);
		w->sockets[i].fd = -1;
	}
}
