/*
 * tls_sessions.c - the last session of each server, to resume it.
 *
 * A table of fixed size: two servers that meet in one place take turns, which
 * costs a full handshake and nothing else.
 */
#include <string.h>

#include "net/wire/tls_own.h"

#define PLACES 1024

struct kept {
	SSL_SESSION *session;
	uint32_t left; /* resumptions until the next full handshake */
	int32_t port;
	char host[256];
};

struct mgi_tls_sessions {
	mailguard *mg;
	uint32_t full_every;
	struct kept *places[PLACES];
};

mgi_tls_sessions *mgi_tls_sessions_new(mailguard *mg, uint32_t full_every)
{
	mgi_tls_sessions *s = mgi_alloc(mg, sizeof(*s));

	if (!s)
		return NULL;
	s->mg = mg; /* held by who holds this */
	s->full_every = full_every;
	return s;
}

void mgi_tls_sessions_free(mgi_tls_sessions *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < PLACES; i++)
		if (s->places[i]) {
			SSL_SESSION_free(s->places[i]->session);
			mgi_free(s->mg, s->places[i]);
		}
	mgi_free(s->mg, s);
}

static struct kept **place_of(mgi_tls_sessions *s,
                              const char *host,
                              int32_t port)
{
	uint32_t h = 2166136261u ^ (uint32_t)port; /* FNV-1a */

	for (; *host; host++)
		h = (h ^ (unsigned char)*host) * 16777619u;
	return &s->places[h % PLACES];
}

static bool is_of(const struct kept *k, const char *host, int32_t port)
{
	return k && k->port == port && strcmp(k->host, host) == 0;
}

SSL_SESSION *mgi_tls_sessions_find(mgi_tls_sessions *s,
                                   const char *host,
                                   int32_t port)
{
	struct kept *k = *place_of(s, host, port);

	if (!is_of(k, host, port) || !k->left)
		return NULL;
	k->left--;
	return SSL_SESSION_is_resumable(k->session) ? k->session : NULL;
}

void mgi_tls_sessions_keep(mgi_tls_sessions *s,
                           const char *host,
                           int32_t port,
                           SSL_SESSION *session,
                           bool full)
{
	struct kept **place = place_of(s, host, port), *k = *place;

	if (!full && !is_of(k, host, port))
		return; /* whose turn for a full one it is, is forgotten */
	if (!k)
		*place = k = mgi_alloc(s->mg, sizeof(*k));
	if (!k || !SSL_SESSION_up_ref(session))
		return;
	if (k->session)
		SSL_SESSION_free(k->session);
	k->session = session;
	if (full) {
		k->left = s->full_every - 1;
		k->port = port;
		memcpy(k->host, host, strlen(host) + 1);
	}
}
