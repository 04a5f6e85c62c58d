#ifndef MGI_HARM_H
#define MGI_HARM_H
/*
 * harm.h - damage as it is seen: of each kind the first, and how many.
 */
#include <mailguard/mime.h>

#include <stdbool.h>

#define MGI_HARM_KINDS 32 /* one past the last kind */

typedef struct mgi_harm {
	uint64_t first[MGI_HARM_KINDS];
	uint64_t count[MGI_HARM_KINDS];
	uint32_t seen; /* bit k: kind k */
} mgi_harm;

void mgi_harm_add(mgi_harm *h,
                  mailguard_damage_kind kind,
                  uint64_t offset,
                  uint64_t count);
/* Add all of `from`, whose offsets begin at `base`, and clear it. */
void mgi_harm_move(mgi_harm *h, mgi_harm *from, uint64_t base);
/* Take the lowest kind out; false if there is none. */
bool mgi_harm_take(mailguard_damage *out, mgi_harm *h);

#endif
