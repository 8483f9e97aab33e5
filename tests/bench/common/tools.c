#include "tools.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Noreturn void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
	exit(1);
}

void must(bool ok, const char *what)
{
	if (!ok)
		die(what, "failed");
}

int64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

void nap_us(long us)
{
	const struct timespec pause = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
	(void)nanosleep(&pause, NULL);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double quantile(double *values, size_t n, double q)
{
	qsort(values, n, sizeof *values, compare);
	return values[(size_t)((double)(n - 1) * q)];
}

void folder_make(const char *parent, char out[BENCH_FOLDER])
{
	if (snprintf(out, BENCH_FOLDER, "%s/policywatch-bench-XXXXXX", parent) >= BENCH_FOLDER || !mkdtemp(out))
		die(parent, "no folder can be made in it");
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void folder_remove(const char *folder)
{
	(void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

long process_kb(long pid, const char *field)
{
	char path[64], line[256];
	long kb = 0;
	size_t n = strlen(field);
	(void)snprintf(path, sizeof path, "/proc/%ld/status", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (strncmp(line, field, n) == 0 && line[n] == ':')
			kb = strtol(line + n + 1, NULL, 10);
	(void)fclose(file);
	return kb;
}
