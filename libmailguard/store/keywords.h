#ifndef MGI_KEYWORDS_H
#define MGI_KEYWORDS_H
/*
 * keywords.h - names of the small letters behind ":2," in a Maildir's names.
 */
#include "base/mem.h"

#define MGI_KEYWORDS 26

typedef struct mgi_keywords {
	const char *names[MGI_KEYWORDS]; /* NULL: the letter has none */
} mgi_keywords;

/*
 * The list of the folder at `path`, in the arena; letters have no names if it
 * has none, or one that cannot be read.
 */
void mgi_keywords_read(mgi_keywords *out, mgi_arena *arena, const char *path);
/*
 * Of a file's flags, parted by spaces, in the arena; "" if it has none, NULL
 * if there is no memory. What has no name is told by its letter.
 */
const char *mgi_keywords_of(const mgi_keywords *k,
                            mgi_arena *arena,
                            const char *flags);

#endif
