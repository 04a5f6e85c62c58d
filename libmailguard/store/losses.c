/*
 * losses.c - messages that were lost or damaged, counted by folder and sender.
 * Past a limit of pairs the senders of a folder are counted as one.
 */
#include "store/losses.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/say.h"

#define PAIRS_MAX 4096 /* told one by one */
#define BUCKETS 1024

typedef struct pair {
	const char *folder, *sender; /* "" unknown, NULL others */
	uint64_t lost, damaged;
	struct pair *next;
} pair;

struct mgi_losses {
	mgi_arena *arena;
	pair *bucket[BUCKETS];
	size_t count;
};

mgi_losses *mgi_losses_new(mgi_arena *arena)
{
	mgi_losses *l = mgi_arena_alloc(arena, sizeof(*l));

	if (l)
		l->arena = arena;
	return l;
}

static size_t bucket_of(const char *folder, const char *sender)
{
	size_t x = 5381;

	while (*folder)
		x = x * 33 ^ (unsigned char)*folder++;
	while (sender && *sender)
		x = x * 33 ^ (unsigned char)*sender++;
	return x % BUCKETS;
}

static bool is_pair(const pair *p, const char *folder, const char *sender)
{
	return strcmp(p->folder, folder) == 0 && !p->sender == !sender &&
	       (!sender || strcmp(p->sender, sender) == 0);
}

static pair *pair_of(mgi_losses *l, const char *folder, const char *sender)
{
	size_t at = bucket_of(folder, sender);
	pair *p;

	for (p = l->bucket[at]; p; p = p->next)
		if (is_pair(p, folder, sender))
			return p;
	if (l->count >= PAIRS_MAX && sender)
		return pair_of(l, folder, NULL);
	p = mgi_arena_alloc(l->arena, sizeof(*p));
	if (!p)
		return NULL;
	p->folder = mgi_arena_strdup(l->arena, folder);
	p->sender = sender ? mgi_arena_strdup(l->arena, sender) : NULL;
	if (!p->folder || (sender && !p->sender))
		return NULL;
	p->next = l->bucket[at];
	l->bucket[at] = p;
	l->count++;
	return p;
}

void mgi_losses_add(mgi_losses *l,
                    const char *folder,
                    const char *sender,
                    bool gone)
{
	pair *p = pair_of(l, folder, sender ? sender : "");

	if (!p)
		return;
	p->lost += gone;
	p->damaged += !gone;
}

/* By folder; in it who lost most first, then by name. */
static int by_folder(const void *a, const void *b)
{
	const pair *x = *(pair *const *)a, *y = *(pair *const *)b;
	uint64_t of_x = x->lost + x->damaged, of_y = y->lost + y->damaged;
	int c = strcmp(x->folder, y->folder);

	if (c)
		return c;
	if (!x->sender != !y->sender)
		return x->sender ? -1 : 1;
	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	return x->sender ? strcmp(x->sender, y->sender) : 0;
}

static void line_say(mailguard_buffer *out,
                     mailguard *mg,
                     mgi_say_id id,
                     const char *who,
                     const pair *p)
{
	mgi_say(out, mg, id, "who", who, "lost", mgi_u64(p->lost).text,
	        "damaged", mgi_u64(p->damaged).text);
	mgi_buf_putc(out, '\n');
}

static void sender_say(mailguard_buffer *out, mailguard *mg, const pair *p)
{
	mailguard_buffer who;

	mgi_buf_init(&who, mg);
	if (!p->sender || !p->sender[0])
		mgi_say(&who, mg,
		        p->sender ? MGI_SAY_LOSSES_UNKNOWN
		                  : MGI_SAY_LOSSES_OTHERS);
	else
		mgi_buf_puts(&who, p->sender);
	line_say(out, mg, MGI_SAY_LOSSES_SENDER, mailguard_buffer_text(&who),
	         p);
	if (who.failed)
		out->failed = who.failed;
	mgi_buf_done(&who);
}

static void folder_say(mailguard_buffer *out,
                       mailguard *mg,
                       pair *const *at,
                       size_t count)
{
	pair sum = *at[0];
	size_t i;

	for (i = 1; i < count; i++) {
		sum.lost += at[i]->lost;
		sum.damaged += at[i]->damaged;
	}
	line_say(out, mg, MGI_SAY_LOSSES_FOLDER, sum.folder, &sum);
	for (i = 0; i < count; i++)
		sender_say(out, mg, at[i]);
}

mailguard_status mgi_losses_text(mailguard_buffer *out,
                                 mailguard *mg,
                                 mgi_losses *l,
                                 mailguard_error *err)
{
	pair **all = mgi_arena_array(l->arena, l->count + 1, sizeof(*all));
	size_t i, k, n = 0;
	pair *p;

	if (!all || mgi_arena_failed(l->arena))
		return mgi_fail_nomem(err);
	for (i = 0; i < BUCKETS; i++)
		for (p = l->bucket[i]; p; p = p->next)
			all[n++] = p;
	if (n)
		qsort(all, n, sizeof(*all), by_folder);
	for (i = 0; i < n; i = k) {
		for (k = i + 1; k < n; k++)
			if (strcmp(all[k]->folder, all[i]->folder) != 0)
				break;
		folder_say(out, mg, all + i, k - i);
	}
	return mgi_buf_status(out, err);
}
