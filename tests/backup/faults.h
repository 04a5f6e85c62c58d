#ifndef FAULTS_H
#define FAULTS_H
/*
 * faults.h - disks that fail: the calls of this process that change a file
 * system are counted, and the n-th of them goes wrong.
 */
#include <stdint.h>

typedef enum faults_kind {
	FAULTS_NONE,
	FAULTS_FULL,   /* ENOSPC, from then on */
	FAULTS_BROKEN, /* EIO, once */
	FAULTS_KILL,   /* SIGKILL before it is done */
	FAULTS_TORN,   /* half of it is written, then SIGKILL */
	FAULTS_LIES,   /* another byte is written, without a word */
	FAULTS_CALL    /* `faults_hook` is called, and it goes well */
} faults_kind;

/* From now on, at the n-th call from 0. */
void faults_at(faults_kind kind, int n);
/* No more; how many calls there were. */
int faults_off(void);
/* Did one of them go wrong? */
int faults_hit(void);
extern void (*faults_hook)(void);

/* What is read of this file from `offset` on, `length` bytes, gives EIO. Up to
 * 4 such places; a NULL path forgets them. */
void faults_unreadable(const char *path, uint64_t offset, uint64_t length);
/* The disk seems to have so much room; 0: as it is. */
void faults_room(uint64_t bytes);

#endif
