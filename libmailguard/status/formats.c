/*
 * formats.c - every format in the order it is tried: the surest first.
 */
#include "status/page.h"

static const mgi_format *const formats[] = {
	&mgi_format_statuspage, &mgi_format_google, &mgi_format_instatus,
	&mgi_format_cachet,     &mgi_format_kuma,   &mgi_format_kuma_beats,
	&mgi_format_cstate,     &mgi_format_aws,    &mgi_format_apple,
	&mgi_format_sakura,     &mgi_format_graph,  &mgi_format_msposts,
	&mgi_format_rss,        &mgi_format_rdf,    &mgi_format_atom,
	&mgi_format_html,       &mgi_format_text,
};

const mgi_format *mgi_format_find(const mgi_page *p)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->sniff(p))
			return formats[i];
	return NULL;
}
