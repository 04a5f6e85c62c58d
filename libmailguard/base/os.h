#ifndef MGI_OS_H
#define MGI_OS_H
/*
 * os.h - what differs between systems; os_posix.c, later os_win.c, and no
 * other file of the library.
 */
#include <mailguard/base.h>

#include <stdbool.h>

mailguard_time mgi_os_now(void);
int64_t mgi_os_ticks(void);
/* 0 when filled. */
int mgi_os_random(void *out, size_t n);

/* Open a regular file to read; the descriptor, or -1 with *sys set. */
int mgi_os_open(const char *path, uint64_t *size, int *sys);
/* Another descriptor of the same open file; -1 with *sys set. */
int mgi_os_again(int fd, int *sys);
void mgi_os_close(int fd);
/*
 * Up to `n` bytes at `offset`; fewer at the end of the file. On failure *sys
 * is set and what came before it is still counted.
 */
size_t mgi_os_read(int fd, uint64_t offset, void *to, size_t n, int *sys);
/* A new file to write, seen by its owner alone; -1 with *sys set. */
int mgi_os_create(const char *path, int *sys);
/* A new folder likewise, with a name of its own in `to`; -1 likewise. */
int mgi_os_temp_folder(char *to, size_t room, int *sys);
/* A new file without a name, gone when it is closed; -1 with *sys set. */
int mgi_os_temp(int *sys);
/* All `n` bytes to `offset`; *sys is set if that fails. */
void mgi_os_write(int fd,
                  uint64_t offset,
                  const void *from,
                  size_t n,
                  int *sys);

#endif
