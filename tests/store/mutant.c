#include "store/mutant.h"

#include <string.h>

static const char *const names[MUTANT_KINDS] = {
	"cut-25", "cut-50",  "cut-75",   "cut-99",   "zero-512",  "zero-4k",
	"flip-1", "flip-10", "flip-100", "swap-512", "lost-tail", "foreign",
};

const char *mutant_name(unsigned kind)
{
	return names[kind % MUTANT_KINDS];
}

static uint64_t chance(uint64_t *seed)
{
	uint64_t x = (*seed += UINT64_C(0x9e3779b97f4a7c15));

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static size_t below(uint64_t *seed, size_t n)
{
	return n ? (size_t)(chance(seed) % n) : 0;
}

static void touch(mutant *m, size_t at, size_t len)
{
	m->touched[m->touches].at = at;
	m->touched[m->touches++].len = len;
}

static void zero(mutant *m, uint64_t *seed, size_t len)
{
	size_t at = below(seed, m->size / 512 + 1) * 512;

	if (at >= m->size)
		at = 0;
	len = len < m->size - at ? len : m->size - at;
	memset(m->bytes + at, 0, len);
	touch(m, at, len);
}

static void flip(mutant *m, uint64_t *seed, size_t count)
{
	while (count--) {
		size_t at = below(seed, m->size);

		m->bytes[at] ^= (unsigned char)(1 + below(seed, 255));
		touch(m, at, 1);
	}
}

static void swap(mutant *m, uint64_t *seed)
{
	size_t a = below(seed, m->size / 512) * 512;
	size_t b = below(seed, m->size / 512) * 512;
	unsigned char held[512];

	if (m->size < 1024)
		return;
	memcpy(held, m->bytes + a, 512);
	memcpy(m->bytes + a, m->bytes + b, 512);
	memcpy(m->bytes + b, held, 512);
	touch(m, a, 512);
	touch(m, b, 512);
}

/* The size was written, the bytes were not. */
static void tail_lose(mutant *m, uint64_t *seed)
{
	size_t len = 512 * (1 + below(seed, 128));

	len = len < m->size ? len : m->size;
	memset(m->bytes + m->size - len, 0, len);
	touch(m, m->size - len, len);
}

/* A sync client kept a block that belongs elsewhere. */
static void foreign_put(mutant *m, const unsigned char *data, uint64_t *seed)
{
	size_t len = m->size / 4 < 65536 ? m->size / 4 : 65536;
	size_t to = below(seed, (m->size - len) / 512 + 1) * 512;
	size_t from = below(seed, (m->size - len) / 512 + 1) * 512;

	memcpy(m->bytes + to, data + from, len);
	touch(m, to, len);
}

mutant mutant_make(unsigned char *room,
                   const unsigned char *data,
                   size_t size,
                   unsigned kind,
                   uint64_t seed)
{
	static const size_t cut[] = { 25, 50, 75, 99 };
	mutant m = { room, size, { { 0, 0 } }, 0 };

	memcpy(room, data, size);
	kind %= MUTANT_KINDS;
	seed = seed * MUTANT_KINDS + kind;
	switch (kind) {
	case 4:
		zero(&m, &seed, 512);
		break;
	case 5:
		zero(&m, &seed, 4096);
		break;
	case 6:
		flip(&m, &seed, 1);
		break;
	case 7:
		flip(&m, &seed, 10);
		break;
	case 8:
		flip(&m, &seed, 100);
		break;
	case 9:
		swap(&m, &seed);
		break;
	case 10:
		tail_lose(&m, &seed);
		break;
	case 11:
		foreign_put(&m, data, &seed);
		break;
	default:
		m.size = size * cut[kind] / 100;
		touch(&m, m.size, size - m.size);
		break;
	}
	return m;
}
