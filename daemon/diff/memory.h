/* Long-lived memory of the index. Exhausted memory aborts, as in an arena. */
#ifndef DIFF_MEMORY_H
#define DIFF_MEMORY_H

#include <stddef.h>

void *memory_zeroed(size_t bytes);
void *memory_resize(void *old, size_t bytes);

#endif
