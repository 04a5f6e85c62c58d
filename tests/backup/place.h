#ifndef PLACE_H
#define PLACE_H
/*
 * place.h - stores to back up, and another disk to back them up to.
 */
#include <mailguard/backup.h>

#include <stdbool.h>

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define MAIL(n)                                                      \
 "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:0" n " +0000\n" \
 "Message-ID: <" n "@example.org>\nSubject: " n "\n\ntext " n "\n\n"
#define BOX FROM MAIL("1") FROM MAIL("2")

/* A folder of stores and a new folder on another disk, where there is one. */
void place_begin(void);
void place_end(void);
/* Below that other folder; valid until 64 others were asked for. */
const char *place_dest(const char *name);
/* Is it on another disk? */
bool place_apart(void);
/* What is needed to make a backup there. */
uint32_t place_allow(void);
/* A Maildir of two messages with an empty folder; its path. */
const char *place_maildir(void);
/* All of a file, NUL-closed, or NULL; free() it. */
char *place_read(const char *path, size_t *len);
/* Are two files or folders the same: names, bytes, times of files? */
bool place_same(const char *a, const char *b);
/* How many files and folders lie below it, at any depth; -1: not there. */
int place_count(const char *path);
/* Write the seals of a bag anew, for what is in it now. */
void place_reseal(const char *bag);

#endif
