#ifndef MGI_WIDE_H
#define MGI_WIDE_H
/*
 * wide.h - loops over many bytes for the wide registers of newer processors.
 *
 * MGI_WIDE before a function has it compiled twice; which of the two runs is
 * chosen when the library is loaded. Sanitizers are not ready at that time.
 */
#include <stddef.h> /* who the C library is */

#if defined(__has_feature)
# if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#  define MGI_SANITIZED 1
# endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
# define MGI_SANITIZED 1
#endif

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__)
# define MGI_AVX2 1 /* may be there: ask __builtin_cpu_supports() */
#else
# define MGI_AVX2 0
#endif

#if MGI_AVX2 && !defined(MGI_SANITIZED) && defined(__has_attribute)
# if __has_attribute(target_clones)
#  define MGI_WIDE __attribute__((target_clones("avx2", "default")))
# endif
#endif
#ifndef MGI_WIDE
# define MGI_WIDE
#endif

#endif
