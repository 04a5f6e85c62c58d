#ifndef MGI_STATUS_WORDS_H
#define MGI_STATUS_WORDS_H
/*
 * words.h - the words of providers: those of their formats, exactly, and
 * those of their prose, by what they hint at. Rows of data/status_*.tsv.
 */
#include "status/page.h"

/* What a word of a format means; -1 where it says nothing. */
typedef struct mgi_word {
	int32_t phase, impact, kind;
} mgi_word;

/*
 * `space` is the format's own column ("cachet"), tried first, or "". Case and
 * all but letters and digits are ignored. False if nobody knows the word.
 */
bool mgi_word_find(mgi_word *out, const char *space, const char *word);

/* Set phase, impact and kind of an item by a word. NULL and "" say nothing;
 * a word nobody knows is told and counts as the worst. */
void mgi_word_phase(mgi_page *p,
                    mgi_item *it,
                    const char *space,
                    const char *word);
void mgi_word_impact(mgi_page *p,
                     mgi_item *it,
                     const char *space,
                     const char *word);

/* What prose hints at. */
typedef struct mgi_hints {
	int32_t kind, phase; /* 0: nothing */
	uint32_t services;
	bool partly;
} mgi_hints;

/* `title`: words that mean something only in a title count too. */
mgi_hints mgi_hints_of(mgi_page *p, const char *text, bool title);
/* "Resolved - ...", "UPDATE: ...": the phase that leads a line, or 0. */
mailguard_incident_phase mgi_phase_lead(const char *text);

typedef enum mgi_label {
	MGI_LABEL_NONE = 0,
	MGI_LABEL_START,
	MGI_LABEL_PERIOD,
	MGI_LABEL_EXPECTED,
	MGI_LABEL_ENDED,
	MGI_LABEL_NEXT,
	MGI_LABEL_POSTED,
	MGI_LABEL_HOSTS,
	MGI_LABEL_SERVICE,
	MGI_LABEL_IMPACT,
	MGI_LABEL_STATE,
	MGI_LABEL_TITLE,
	MGI_LABEL_OTHER
} mgi_label;

/* The label that all of folded `s` is; NONE if it is none. */
mgi_label mgi_label_find(mailguard_span s);

#endif
