#ifndef MGI_MESSAGE_H
#define MGI_MESSAGE_H
/*
 * message.h - what message.c keeps of a message, for those who read it on.
 */
#include <mailguard/mime.h>

#include <stdatomic.h>
#include <stdbool.h>

#include "base/mem.h"

struct mailguard_message {
	mailguard *mg;
	mgi_arena *arena;
	mailguard_source *source;
	mailguard_parser *parser; /* has the parts */
	atomic_uint holders;
	mailguard_header *headers;
	size_t header_count, header_cap;
	mailguard_damage *damages;
	size_t damage_count, damage_cap;
	uint64_t size;
	mailguard_time date;
	const char *subject, *from, *to, *id;
};

/* EINVAL if there is no such part. */
mailguard_status mgi_message_part(const mailguard_part **out,
                                  mailguard_message *msg,
                                  int32_t number,
                                  mailguard_error *err);

#endif
