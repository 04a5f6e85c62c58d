#ifndef TEMP_H
#define TEMP_H
#include <stddef.h>
/* A new empty folder, removed with all that temp_write() put there. */
const char *temp_begin(void);
void temp_end(void);
/* Write "folder/name", making folders on the way; its path. */
const char *temp_write(const char *name, const void *bytes, size_t len);
#endif
