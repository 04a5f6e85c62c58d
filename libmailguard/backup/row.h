#ifndef MGI_BACKUP_ROW_H
#define MGI_BACKUP_ROW_H
/*
 * row.h - the list of files of a backup: a line a file, written and read line
 * by line, whatever their number. docs/rooms/backup.md has its cells.
 */
#include "backup/backup.h"

/* What befell a file. */
enum {
	MGI_ROW_TORN = 1,     /* zero bytes stand for what cannot be read */
	MGI_ROW_CHANGING = 2, /* it changed while it was read */
	MGI_ROW_FOLDER = 4    /* a folder; it has no copy */
};

typedef struct mgi_row {
	size_t store;  /* from 0 */
	uint64_t size; /* of the copy */
	unsigned char sha256[MGI_SHA256_BYTES];
	mgi_stat then;   /* of the file as it was read */
	int64_t read_ns; /* when that began */
	uint32_t marks;
	char own[MGI_BAG_PATH];   /* below the store; "" is it */
	char path[MGI_BAG_PATH];  /* below the bag: "data/1/..." */
	char skips[MGI_BAG_PATH]; /* "offset+length,..." not read */
} mgi_row;

typedef struct mgi_rows_out mgi_rows_out;
typedef struct mgi_rows mgi_rows;

/* A new list; what goes wrong later is told by the close. */
mailguard_status mgi_rows_create(mgi_rows_out **out,
                                 mailguard *mg,
                                 const char *path,
                                 mailguard_error *err);
void mgi_rows_put(mgi_rows_out *r, const mgi_row *row);
/* Frees; `keep` false: gone. */
mailguard_status mgi_rows_close(mgi_rows_out *r,
                                bool keep,
                                mailguard_error *err);

/* EFORMAT at a line that is none. `stores`: how many there are. */
mailguard_status mgi_rows_open(mgi_rows **out,
                               mailguard *mg,
                               const char *path,
                               size_t stores,
                               mailguard_error *err);
/* ITEROVER behind the last. */
mailguard_status mgi_rows_next(mgi_row *out, mgi_rows *r, mailguard_error *err);
/* NULL is fine. */
void mgi_rows_free(mgi_rows *r);

/* Room for one is made on the heap: it is large. Yours, mgi_free(). */
mgi_row *mgi_row_new(mailguard *mg);
/* Bytes that were not read. */
void mgi_row_skip(mgi_row *row, uint64_t offset, uint64_t length);
/* Those of `skips` at `*at`, which moves on; false behind the last. */
bool mgi_row_skipped(uint64_t *offset,
                     uint64_t *length,
                     const mgi_row *row,
                     size_t *at);
/* Where in the order of all files of a store a path stands: as if "/" came
 * before every other character. <0, 0, >0. */
int mgi_row_order(const char *a, const char *b);
/* A path of a bag that leads nowhere but into its data folder. */
bool mgi_row_path_fine(const char *path);

#endif
