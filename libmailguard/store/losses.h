#ifndef MGI_LOSSES_H
#define MGI_LOSSES_H
/*
 * losses.h - what of a store was lost, for people: by folder, and in each by
 * who sent it.
 */
#include "base/buf.h"

typedef struct mgi_losses mgi_losses;

/* Of `arena`; NULL without memory. */
mgi_losses *mgi_losses_new(mgi_arena *arena);
/* One message; without memory the arena remembers. `sender` may be NULL or "",
   which is somebody unknown. */
void mgi_losses_add(mgi_losses *l,
                    const char *folder,
                    const char *sender,
                    bool gone);
/* A line a folder, and below it one a sender; nothing if nothing was lost. */
mailguard_status mgi_losses_text(mailguard_buffer *out,
                                 mailguard *mg,
                                 mgi_losses *l,
                                 mailguard_error *err);

#endif
