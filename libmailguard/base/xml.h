#ifndef MGI_XML_H
#define MGI_XML_H
/*
 * xml.h - XML and HTML by libxml2, which nobody else sees.
 *
 * Nothing is ever loaded from a file or the network and no entity is replaced
 * but the five of XML and, in HTML, its own. Names are local names: prefixes
 * and namespaces are dropped, for feeds disagree about them.
 */
#include "base/buf.h"

#define MGI_XML_MAX_BYTES ((size_t)4 << 20) /* default limits */
#define MGI_XML_MAX_DEPTH 200               /* libxml2's own is 256 */
#define MGI_XML_MAX_NODES 200000            /* elements and attributes */

typedef struct mgi_xml mgi_xml;
typedef struct _xmlNode mgi_xml_node; /* borrowed from its document */

typedef struct mgi_xml_options {
	bool html;
	const char *charset; /* what the sender said, or NULL */
	size_t max_bytes;    /* 0: the defaults above */
	uint32_t max_depth;
	uint32_t max_nodes;
} mgi_xml_options;

/* Once, before the first document, in one thread. */
void mgi_xml_setup(void);

/*
 * The charset is that of a byte order mark, else `charset`, else what the XML
 * declaration or the meta element says, else it is guessed. Bad bytes become
 * U+FFFD, control characters a space. `opts` may be NULL.
 *
 * EFORMAT if it is not well-formed XML, or defines entities in entities;
 * ELIMIT past a limit. HTML is always well-formed enough; in HTML alone text
 * may be missing when memory ran out and libxml2 did not tell.
 */
mailguard_status mgi_xml_parse(mgi_xml **out,
                               mailguard *mg,
                               mailguard_span bytes,
                               const mgi_xml_options *opts,
                               mailguard_error *err);
void mgi_xml_free(mgi_xml *doc);

/* Elements only. NULL past the end, and for NULL. */
const mgi_xml_node *mgi_xml_root(const mgi_xml *doc);
const mgi_xml_node *mgi_xml_first(const mgi_xml_node *node);
const mgi_xml_node *mgi_xml_next(const mgi_xml_node *node);
/* The first child of that name, ASCII case ignored. */
const mgi_xml_node *mgi_xml_child(const mgi_xml_node *node, const char *name);
/* The element behind `node` in document order, inside `top`. */
const mgi_xml_node *mgi_xml_walk(const mgi_xml_node *node,
                                 const mgi_xml_node *top);
const char *mgi_xml_name(const mgi_xml_node *node);
bool mgi_xml_is(const mgi_xml_node *node, const char *name);
/* Append its value; false if there is no such attribute. */
bool mgi_xml_attr(mailguard_buffer *out,
                  const mgi_xml_node *node,
                  const char *name);
/* Append all text in it, as it stands, in document order. */
void mgi_xml_text(mailguard_buffer *out, const mgi_xml_node *node);

#endif
