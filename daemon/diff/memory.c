#include "memory.h"

#include <stdlib.h>

void *memory_zeroed(size_t bytes)
{
	void *p = calloc(1, bytes);
	if (!p)
		abort();
	return p;
}

void *memory_resize(void *old, size_t bytes)
{
	void *p = realloc(old, bytes);
	if (!p)
		abort();
	return p;
}
