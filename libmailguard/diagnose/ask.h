#ifndef MGI_ASK_H
#define MGI_ASK_H
/*
 * ask.h - questions to a person about a case, one at a time.
 */
#include "diagnose/verdict.h"

#define MGI_ASK_MAX 12 /* questions; then nobody wants to answer more */
#define MGI_ASK_ACCOUNTS                              \
 64 /* with more of them answers are not thought over \
     */

struct mailguard_interview {
	mailguard *mg;
	mailguard_case *c;
	mailguard_buffer text;
	mailguard_question now;
	bool open;             /* `now` waits for its answer */
	bool asked[8];         /* by mailguard_question_about, tests apart */
	mailguard_next *tests; /* those asked for */
	size_t test_count, count;
	mgi_arena *arena;
};

/* The words of the question `a->now`, into a->text. */
mailguard_status mgi_ask_say(mailguard_interview *a, mailguard_error *err);

#endif
