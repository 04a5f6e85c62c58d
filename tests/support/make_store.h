#ifndef MAKE_STORE_H
#define MAKE_STORE_H
/*
 * make_store.h - mail files of any size for measuring: the same arguments make
 * the same bytes. Texts in several charsets, alternatives, attachments of all
 * sizes, quoted From_ lines, here and there a boundary that is missing.
 */
#include <stddef.h>
#include <stdint.h>

/* One message into `to`, which holds MAKE_MAX bytes; its length. */
#define MAKE_MAX ((size_t)32 << 20)
size_t make_message(char *to, uint64_t number, int small);
/* An mboxrd of at least `size` bytes; how many messages, 0 on failure. */
uint64_t make_mbox(const char *path, uint64_t size);
/* A Maildir of `count` small messages in a new folder; 0 when done. */
int make_maildir(const char *path, uint64_t count);

#endif
