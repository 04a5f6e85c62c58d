#ifndef MGI_CELLS_H
#define MGI_CELLS_H
/*
 * cells.h - lines of cells parted by tabs; in a cell "\t", "\n" and "\\" stand
 * for tab, line end and backslash. What manifests are written in.
 */
#include "base/buf.h"

/* A tab, and the cell behind it. */
void mgi_cell_put(mailguard_buffer *b, const char *s);
void mgi_cell_put_u64(mailguard_buffer *b, uint64_t n);
void mgi_cell_put_i64(mailguard_buffer *b, int64_t n);
/* In hexadecimal; at most 64 bytes. */
void mgi_cell_put_hex(mailguard_buffer *b, mailguard_span bytes);

/* The cells of a line, its end left out; how many. The rest of `max` cells
 * are empty. */
size_t mgi_cells_of(mailguard_span *cell, size_t max, mailguard_span line);
/* As it was put; false if it does not fit into `room` with its NUL. */
bool mgi_cell_text(char *to, size_t room, mailguard_span cell);
bool mgi_cell_u64(uint64_t *out, mailguard_span cell);
bool mgi_cell_i64(int64_t *out, mailguard_span cell);

#endif
