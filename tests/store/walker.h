#ifndef WALKER_H
#define WALKER_H
#include <mailguard/store.h>

/* Open, walk, and write "folder:subject|folder:subject" of all messages. */
char *subjects_of(mailguard *mg, const char *path);
/* Check, and write the codes found behind the verdict: "odd a b". */
char *check_of(mailguard *mg, const char *path);
#endif
