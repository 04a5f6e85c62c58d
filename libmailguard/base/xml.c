/*
 * xml.c - documents as trees, by libxml2.
 *
 * A tree is believed only when no error of memory was told while it was made;
 * and since libxml2 tells some failed mallocs as syntax errors, a refusal is
 * believed only when it comes twice. Errors go to a handler that is the
 * thread's for the time of one call, for those without a context would else
 * be printed.
 */
#include "base/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/xml_charset.h"

struct mgi_xml {
	mailguard *mg;
	xmlDocPtr tree;
};

/* What was seen while one document was parsed. */
typedef struct watch {
	mgi_xml_options max;
	xmlParserCtxtPtr ctx;
	uint32_t nodes, depth;
	bool no_memory;
	bool too_deep, too_many, nested_entities;
	int line, column;
} watch;

void mgi_xml_setup(void)
{
	xmlInitParser();
}

/* A parser that goes on without memory may go on for ever. */
static void on_error(void *payload, xmlErrorPtr e)
{
	watch *w = payload;

	if (e->code == XML_ERR_NO_MEMORY) {
		w->no_memory = true;
		if (w->ctx)
			xmlStopParser(w->ctx);
	}
	if (e->level < XML_ERR_ERROR || w->line)
		return;
	w->line = e->line > 0 ? e->line : 1;
	w->column = e->int2 > 0 ? e->int2 : 1;
}

static watch *watch_of(void *ctx)
{
	return ((xmlParserCtxtPtr)ctx)->_private;
}

/* One more element; false if the parser was stopped. */
static bool count(void *ctx, uint32_t attributes)
{
	watch *w = watch_of(ctx);

	w->nodes += 1 + attributes;
	w->depth++;
	w->too_many = w->too_many || w->nodes > w->max.max_nodes;
	w->too_deep = w->too_deep || w->depth > w->max.max_depth;
	if (!w->too_many && !w->too_deep)
		return true;
	xmlStopParser(ctx);
	return false;
}

static void on_start(void *ctx,
                     const xmlChar *name,
                     const xmlChar *prefix,
                     const xmlChar *uri,
                     int nb_namespaces,
                     const xmlChar **namespaces,
                     int nb_attributes,
                     int nb_defaulted,
                     const xmlChar **attributes)
{
	if (count(ctx, (uint32_t)(nb_attributes + nb_namespaces)))
		xmlSAX2StartElementNs(ctx, name, prefix, uri, nb_namespaces,
		                      namespaces, nb_attributes, nb_defaulted,
		                      attributes);
}

static void on_end(void *ctx,
                   const xmlChar *name,
                   const xmlChar *prefix,
                   const xmlChar *uri)
{
	watch_of(ctx)->depth--;
	xmlSAX2EndElementNs(ctx, name, prefix, uri);
}

static void on_html_start(void *ctx,
                          const xmlChar *name,
                          const xmlChar **attributes)
{
	size_t n = 0;

	while (attributes && attributes[2 * n])
		n++;
	if (count(ctx, (uint32_t)n))
		xmlSAX2StartElement(ctx, name, attributes);
}

static void on_html_end(void *ctx, const xmlChar *name)
{
	watch *w = watch_of(ctx);

	w->depth -= w->depth > 0;
	xmlSAX2EndElement(ctx, name);
}

/* The laugh is in an entity that names another. Declared is not loaded:
 * that would take XML_PARSE_NOENT or DTDLOAD. */
static void on_entity(void *ctx,
                      const xmlChar *name,
                      int type,
                      const xmlChar *public_id,
                      const xmlChar *system_id,
                      xmlChar *content)
{
	const char *amp = (const char *)content;
	bool nested = type == XML_INTERNAL_PARAMETER_ENTITY;

	amp = amp ? strchr(amp, '&') : NULL;
	for (; !nested && amp; amp = strchr(amp + 1, '&'))
		nested = amp[1] != '#';
	if (!nested) {
		xmlSAX2EntityDecl(ctx, name, type, public_id, system_id,
		                  content);
		return;
	}
	watch_of(ctx)->nested_entities = true;
	xmlStopParser(ctx);
}

/* Comments and the like are no use, and would be nodes without a limit. */
static void arm(xmlParserCtxtPtr ctx, watch *w)
{
	xmlSAXHandlerPtr sax = ctx->sax;

	ctx->_private = w;
	sax->comment = NULL;
	sax->processingInstruction = NULL;
	sax->reference = NULL;
	sax->warning = NULL;
	sax->error = NULL;
	sax->fatalError = NULL;
	if (w->max.html) {
		sax->startElement = on_html_start;
		sax->endElement = on_html_end;
		return;
	}
	sax->startElementNs = on_start;
	sax->endElementNs = on_end;
	sax->entityDecl = on_entity;
}

/* NULL with the reason in `w`. */
static xmlDocPtr read_tree(watch *w, mailguard_span s)
{
	const char *at = (const char *)s.data;
	xmlParserCtxtPtr ctx;
	xmlDocPtr tree;
	bool right;

	ctx = w->max.html ? htmlNewParserCtxt() : xmlNewParserCtxt();
	if (!ctx || w->no_memory) {
		w->no_memory = true;
		xmlFreeParserCtxt(ctx);
		return NULL;
	}
	arm(ctx, w);
	w->ctx = ctx;
	if (w->max.html)
		tree = htmlCtxtReadMemory(
			ctx, at, (int)s.len, NULL, NULL,
			HTML_PARSE_NONET | HTML_PARSE_RECOVER |
				HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
				HTML_PARSE_IGNORE_ENC);
	else
		tree = xmlCtxtReadMemory(ctx, at, (int)s.len, NULL, NULL,
		                         XML_PARSE_NONET | XML_PARSE_NOCDATA |
		                                 XML_PARSE_NOERROR |
		                                 XML_PARSE_NOWARNING);
	if (ctx->lastError.code == XML_ERR_NO_MEMORY)
		w->no_memory = true;
	right = tree && !w->no_memory && !w->too_deep && !w->too_many &&
	        !w->nested_entities;
	if (!right) {
		xmlFreeDoc(tree);
		tree = NULL;
	}
	w->ctx = NULL;
	xmlFreeParserCtxt(ctx);
	return tree;
}

/* With the thread's error handler ours for so long. */
static xmlDocPtr read_quietly(watch *w, mailguard_span s)
{
	xmlStructuredErrorFunc handler = xmlStructuredError;
	void *payload = xmlStructuredErrorContext;
	mgi_xml_options max = w->max;
	xmlDocPtr tree;
	int i;

	xmlSetStructuredErrorFunc(w, on_error);
	for (i = 0; i < 2; i++) {
		memset(w, 0, sizeof(*w));
		w->max = max;
		tree = read_tree(w, s);
		if (tree || w->no_memory)
			break;
	}
	xmlResetLastError();
	xmlSetStructuredErrorFunc(payload, handler);
	return tree;
}

static mailguard_status refuse(const watch *w,
                               mailguard *mg,
                               mailguard_error *err)
{
	if (w->no_memory)
		return mgi_fail_nomem(err);
	if (w->nested_entities)
		return mgi_fail(err, mg, MAILGUARD_EFORMAT,
		                MGI_SAY_XML_ENTITIES);
	if (w->too_deep)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT,
		                MGI_SAY_XML_LIMIT_DEPTH, "max",
		                mgi_u64(w->max.max_depth).text);
	if (w->too_many)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT,
		                MGI_SAY_XML_LIMIT_NODES, "max",
		                mgi_u64(w->max.max_nodes).text);
	return mgi_fail(err, mg, MAILGUARD_EFORMAT, MGI_SAY_XML_BAD, "line",
	                mgi_u64((uint64_t)(w->line ? w->line : 1)).text,
	                "column",
	                mgi_u64((uint64_t)(w->column ? w->column : 1)).text);
}

static mgi_xml_options limits(const mgi_xml_options *opts)
{
	mgi_xml_options max = { 0 };

	if (opts)
		max = *opts;
	if (!max.max_bytes)
		max.max_bytes = MGI_XML_MAX_BYTES;
	if (!max.max_depth)
		max.max_depth = MGI_XML_MAX_DEPTH;
	if (!max.max_nodes)
		max.max_nodes = MGI_XML_MAX_NODES;
	return max;
}

static mailguard_status fill(mgi_xml *doc,
                             mailguard_span utf8,
                             watch *w,
                             mailguard_error *err)
{
	/* libxml2 tells no text from no memory. */
	if (mgi_span_trim(mgi_span_from(utf8, 3)).len == 0)
		return mgi_fail(err, doc->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_XML_EMPTY);
	doc->tree = read_quietly(w, utf8);
	if (!doc->tree)
		return refuse(w, doc->mg, err);
	if (!xmlDocGetRootElement(doc->tree))
		return mgi_fail(err, doc->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_XML_EMPTY);
	return MAILGUARD_OK;
}

mailguard_status mgi_xml_parse(mgi_xml **out,
                               mailguard *mg,
                               mailguard_span bytes,
                               const mgi_xml_options *opts,
                               mailguard_error *err)
{
	watch w = { .max = limits(opts) };
	mailguard_buffer utf8;
	mailguard_status st;
	mgi_xml *doc;

	*out = NULL;
	/* UTF-8 may be thrice as long, and libxml2 counts in int. */
	if (bytes.len > w.max.max_bytes || bytes.len > INT32_MAX / 4)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT,
		                MGI_SAY_XML_LIMIT_BYTES, "max",
		                mgi_u64(w.max.max_bytes).text);
	doc = mgi_alloc(mg, sizeof(*doc));
	if (!doc)
		return mgi_fail_nomem(err);
	doc->mg = mg;
	mgi_buf_init(&utf8, mg);
	/*
	 * By a mark, not by name: a switch of encoding that runs out of memory
	 * leaves libxml2 a null pointer to fall over.
	 */
	mgi_buf_puts(&utf8, "\xef\xbb\xbf");
	st = mgi_xml_to_utf8(&utf8, bytes, w.max.charset, err);
	if (st == MAILGUARD_OK)
		st = fill(doc, mgi_buf_span(&utf8), &w, err);
	mgi_buf_done(&utf8);
	if (st < 0) {
		mgi_xml_free(doc);
		return st;
	}
	*out = doc;
	return MAILGUARD_OK;
}

void mgi_xml_free(mgi_xml *doc)
{
	if (!doc)
		return;
	xmlFreeDoc(doc->tree);
	mgi_free(doc->mg, doc);
}

static const mgi_xml_node *element(const xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

const mgi_xml_node *mgi_xml_root(const mgi_xml *doc)
{
	return xmlDocGetRootElement(doc->tree);
}

const mgi_xml_node *mgi_xml_first(const mgi_xml_node *node)
{
	return node ? element(node->children) : NULL;
}

const mgi_xml_node *mgi_xml_next(const mgi_xml_node *node)
{
	return node ? element(node->next) : NULL;
}

const char *mgi_xml_name(const mgi_xml_node *node)
{
	const char *name = (const char *)node->name;
	const char *colon = strchr(name, ':');

	/* HTML has no namespaces: what looks like one is part of the name. */
	return colon ? colon + 1 : name;
}

bool mgi_xml_is(const mgi_xml_node *node, const char *name)
{
	return node && mgi_strcmp_nocase(mgi_xml_name(node), name) == 0;
}

const mgi_xml_node *mgi_xml_child(const mgi_xml_node *node, const char *name)
{
	const mgi_xml_node *n = mgi_xml_first(node);

	while (n && !mgi_xml_is(n, name))
		n = mgi_xml_next(n);
	return n;
}

/* The next node of any kind; `top` itself is where the walk ends. */
static const xmlNode *node_behind(const xmlNode *n, const xmlNode *top)
{
	if (n->type == XML_ELEMENT_NODE && n->children)
		return n->children;
	while (n != top && !n->next)
		n = n->parent;
	return n == top ? NULL : n->next;
}

const mgi_xml_node *mgi_xml_walk(const mgi_xml_node *node,
                                 const mgi_xml_node *top)
{
	const xmlNode *n = node;

	do
		n = n ? node_behind(n, top) : NULL;
	while (n && n->type != XML_ELEMENT_NODE);
	return n;
}

static void add_text(mailguard_buffer *out, const xmlNode *n)
{
	if ((n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) &&
	    n->content)
		mgi_buf_puts(out, (const char *)n->content);
}

bool mgi_xml_attr(mailguard_buffer *out,
                  const mgi_xml_node *node,
                  const char *name)
{
	const xmlAttr *a = node ? node->properties : NULL;
	const xmlNode *n;

	while (a && mgi_strcmp_nocase((const char *)a->name, name) != 0)
		a = a->next;
	if (!a)
		return false;
	for (n = a->children; n; n = n->next)
		add_text(out, n);
	return true;
}

void mgi_xml_text(mailguard_buffer *out, const mgi_xml_node *node)
{
	const xmlNode *n;

	for (n = node; n; n = node_behind(n, node))
		add_text(out, n);
}
