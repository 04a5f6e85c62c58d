#include "store/walker.h"

#include <stdio.h>
#include <string.h>

#include "support/ok.h"

char *subjects_of(mailguard *mg, const char *path)
{
	static char out[4096];
	const mailguard_item *item;
	mailguard_store *store;
	mailguard_walk *walk;

	out[0] = '\0';
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	mailguard_store_free(store); /* the walk holds it */
	while (mailguard_walk_next(&item, walk, NULL) == MAILGUARD_OK) {
		mailguard_message *msg;
		size_t n = strlen(out);

		ok(mailguard_walk_message(&msg, walk, NULL));
		snprintf(out + n, sizeof(out) - n, "%s%s:%s", n ? "|" : "",
		         item->folder, mailguard_message_subject(msg));
		mailguard_message_free(msg);
	}
	mailguard_walk_free(walk);
	return out;
}

char *check_of(mailguard *mg, const char *path)
{
	static char out[4096];
	char codes[2048] = "";
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *check;

	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_check(&check, store, NULL, NULL));
	mailguard_store_free(store);
	while (mailguard_check_next(&f, check, NULL) == MAILGUARD_OK)
		if (strcmp(f->code, "store.place") != 0) {
			strncat(codes, " ", sizeof(codes) - strlen(codes) - 1);
			strncat(codes, f->code,
			        sizeof(codes) - strlen(codes) - 1);
		}
	snprintf(out, sizeof(out), "%s%s",
	         mailguard_check_verdict_name(
			 mailguard_check_result(check)->verdict),
	         codes);
	mailguard_check_free(check);
	return out;
}
