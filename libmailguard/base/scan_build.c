/*
 * scan_build.c - phrases into an Aho-Corasick automaton in a double array.
 *
 * First a trie of the phrases, then, breadth first, each node's children get
 * slots and their fail links: all shallower nodes have theirs by then. It
 * knows nothing of the handle; see scan_build.h.
 */
#include "base/scan_build.h"

#include <string.h>

typedef struct node {
	int32_t child, sibling; /* 0: none; node 0 is the root */
	int32_t slot;
	int32_t out, last; /* first and last phrase that ends here, or -1 */
	int32_t class;
} node;

typedef struct builder {
	const mgi_scan_words *words;
	const mgi_scan_memory *memory;
	mgi_scan_parts *parts;
	node *nodes;
	int32_t *queue; /* nodes, breadth first */
	int32_t node_count, classes, capacity;
	int32_t free; /* first free slot; 0: none */
} builder;

static void *resize(const builder *b, void *p, size_t n)
{
	return b->memory->resize(p, n, b->memory->payload);
}

static unsigned char fold(const builder *b, unsigned char c)
{
	return b->words->nocase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Sum of all lengths + 1, the most nodes there can be. */
static mailguard_status measure(size_t *nodes,
                                const mgi_scan_words *w,
                                size_t *bad)
{
	size_t i, sum = 0;

	if (w->count > MGI_SCAN_BYTES_MAX)
		return MAILGUARD_ELIMIT;
	for (i = 0; i < w->count; i++) {
		size_t len = w->phrases[i].len;

		if (len == 0) {
			*bad = i;
			return MAILGUARD_EINVAL;
		}
		if (len > MGI_SCAN_BYTES_MAX - sum)
			return MAILGUARD_ELIMIT;
		sum += len;
	}
	*nodes = sum + 1;
	return MAILGUARD_OK;
}

/*
 * Number the bytes that occur; all others share one more number, under which
 * no state has a child. With all 256 in use there are no others.
 */
static void number_classes(builder *b)
{
	bool used[256] = { false };
	uint8_t *classes = b->parts->classes;
	int32_t next = 0;
	size_t i, j;
	int c;

	for (i = 0; i < b->words->count; i++)
		for (j = 0; j < b->words->phrases[i].len; j++)
			used[fold(b, b->words->phrases[i].data[j])] = true;
	for (c = 0; c < 256; c++)
		if (used[c])
			classes[c] = (uint8_t)next++;
	for (c = 0; c < 256; c++) {
		unsigned char to = fold(b, (unsigned char)c);

		if (!used[to])
			classes[c] = (uint8_t)next;
		else
			classes[c] = classes[to];
	}
	b->classes = next + 1;
}

static int32_t node_child(builder *b, int32_t parent, int32_t class)
{
	int32_t i;

	for (i = b->nodes[parent].child; i; i = b->nodes[i].sibling)
		if (b->nodes[i].class == class)
			return i;
	i = b->node_count++;
	b->nodes[i] = (node){ .sibling = b->nodes[parent].child,
		              .out = -1,
		              .last = -1,
		              .class = class };
	b->nodes[parent].child = i;
	return i;
}

static void plant(builder *b)
{
	mgi_scan_end *ends = b->parts->ends;
	size_t i, j;

	b->nodes[0] = (node){ .out = -1, .last = -1 };
	b->node_count = 1;
	for (i = 0; i < b->words->count; i++) {
		mailguard_span s = b->words->phrases[i];
		int32_t at = 0;
		node *n;

		for (j = 0; j < s.len; j++)
			at = node_child(b, at, b->parts->classes[s.data[j]]);
		n = &b->nodes[at];
		ends[i] = (mgi_scan_end){ (int32_t)s.len, -1 };
		if (n->out < 0)
			n->out = (int32_t)i;
		else
			ends[n->last].next = (int32_t)i;
		n->last = (int32_t)i;
	}
}

/* Free slots are a ring in ascending order: fail is next, out is previous. */
static void slot_release(builder *b, int32_t i)
{
	mgi_scan_slot *s = b->parts->slots;

	s[i].check = -1;
	if (!b->free) {
		b->free = s[i].fail = s[i].out = i;
		return;
	}
	s[i].fail = b->free;
	s[i].out = s[b->free].out;
	s[s[i].out].fail = i;
	s[b->free].out = i;
}

/* For a child of `parent`: until it is one, nobody else's step may pass. */
static void slot_take(builder *b, int32_t i, int32_t parent)
{
	mgi_scan_slot *s = b->parts->slots;

	if (s[i].fail == i)
		b->free = 0;
	else if (b->free == i)
		b->free = s[i].fail;
	s[s[i].fail].out = s[i].out;
	s[s[i].out].fail = s[i].fail;
	s[i] = (mgi_scan_slot){ .check = parent, .out = -1 };
}

static bool grow(builder *b, int32_t want)
{
	int32_t i, old = b->capacity;
	mgi_scan_slot *s;

	if (want <= old)
		return true;
	want += want / 4 + 256;
	s = resize(b, b->parts->slots, (size_t)want * sizeof(*s));
	if (!s)
		return false;
	b->parts->slots = s;
	b->capacity = want;
	if (old == 0) {
		s[0] = (mgi_scan_slot){ .check = -1, .out = -1 };
		old = 1;
	}
	for (i = old; i < want; i++)
		slot_release(b, i);
	return true;
}

/* All children of `n` fit when they stand from `base` on. */
static bool fits(const builder *b, const node *n, int32_t base)
{
	int32_t i;

	for (i = n->child; i; i = b->nodes[i].sibling) {
		int32_t at = base + b->nodes[i].class;

		if (at < b->capacity && b->parts->slots[at].check != -1)
			return false;
	}
	return true;
}

/* The lowest free slot for the first child where the others fit, too. */
static int32_t find_base(const builder *b, const node *n)
{
	int32_t first = b->nodes[n->child].class;
	int32_t at = b->free;

	if (at)
		do {
			if (at > first && fits(b, n, at - first))
				return at - first;
			at = b->parts->slots[at].fail;
		} while (at != b->free);
	return b->capacity;
}

/* Where the automaton goes from `slot`; 0 if only the start is left. */
static int32_t step(const builder *b, int32_t slot, int32_t class)
{
	const mgi_scan_slot *s = b->parts->slots;

	for (;;) {
		int32_t to = s[slot].base + class;

		if (s[to].check == slot)
			return to;
		if (slot == 0)
			return 0;
		slot = s[slot].fail;
	}
}

/* Give the children of `n` their slots, fail links and ends. */
static bool place_children(builder *b, const node *n)
{
	int32_t i, base = find_base(b, n);
	mgi_scan_slot *s;

	/* Any class may be asked of the last state, so all must be there. */
	if (!grow(b, base + b->classes))
		return false;
	s = b->parts->slots;
	for (i = n->child; i; i = b->nodes[i].sibling)
		slot_take(b, base + b->nodes[i].class, n->slot);
	s[n->slot].base = base;
	for (i = n->child; i; i = b->nodes[i].sibling) {
		node *kid = &b->nodes[i];
		mgi_scan_slot *to = &s[base + kid->class];

		kid->slot = base + kid->class;
		if (n->slot != 0)
			to->fail = step(b, s[n->slot].fail, kid->class);
		to->out = kid->out < 0 ? s[to->fail].out : kid->out;
		if (kid->out >= 0)
			b->parts->ends[kid->last].next = s[to->fail].out;
	}
	return true;
}

/* Drop the free slots behind the last one any state can reach for. */
static mailguard_status trim(builder *b)
{
	mgi_scan_slot *s = b->parts->slots;
	int32_t i, last = 0;

	for (i = 0; i < b->capacity; i++) {
		if (i > 0 && s[i].check == -1)
			s[i] = (mgi_scan_slot){ .check = -1, .out = -1 };
		else if (s[i].base > last)
			last = s[i].base;
	}
	b->parts->slot_count = last + b->classes;
	s = resize(b, s, (size_t)b->parts->slot_count * sizeof(*s));
	if (!s)
		return MAILGUARD_ENOMEM;
	b->parts->slots = s;
	return MAILGUARD_OK;
}

static mailguard_status lay_out(builder *b)
{
	int32_t head, tail = 1, i;

	if (!grow(b, b->classes + 1))
		return MAILGUARD_ENOMEM;
	b->queue[0] = 0;
	for (head = 0; head < tail; head++) {
		const node *n = &b->nodes[b->queue[head]];

		if (!n->child)
			continue;
		if (!place_children(b, n))
			return MAILGUARD_ENOMEM;
		for (i = n->child; i; i = b->nodes[i].sibling)
			b->queue[tail++] = i;
	}
	return trim(b);
}

mailguard_status mgi_scan_build(mgi_scan_parts *out,
                                const mgi_scan_words *words,
                                const mgi_scan_memory *memory,
                                size_t *bad)
{
	builder b = { .words = words, .memory = memory, .parts = out };
	mailguard_status st;
	size_t nodes;

	memset(out, 0, sizeof(*out));
	st = measure(&nodes, words, bad);
	if (st < 0)
		return st;

	number_classes(&b);
	st = MAILGUARD_ENOMEM;
	b.nodes = resize(&b, NULL, nodes * sizeof(*b.nodes));
	if (!b.nodes)
		goto done;
	if (words->count) {
		out->ends = resize(&b, NULL, words->count * sizeof(*out->ends));
		if (!out->ends)
			goto done;
	}
	out->end_count = (int32_t)words->count;
	plant(&b);
	b.queue = resize(&b, NULL, (size_t)b.node_count * sizeof(*b.queue));
	if (!b.queue)
		goto done;
	st = lay_out(&b);
done:
	if (b.nodes)
		resize(&b, b.nodes, 0);
	if (b.queue)
		resize(&b, b.queue, 0);
	if (st < 0)
		mgi_scan_parts_free(out, memory);
	return st;
}

void mgi_scan_parts_free(mgi_scan_parts *parts, const mgi_scan_memory *memory)
{
	if (parts->slots)
		memory->resize(parts->slots, 0, memory->payload);
	if (parts->ends)
		memory->resize(parts->ends, 0, memory->payload);
	memset(parts, 0, sizeof(*parts));
}
