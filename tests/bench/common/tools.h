/* What the benchmarks share: clocks, medians, folders that go away. Everything that fails ends the program with a reason. */
#ifndef BENCH_TOOLS_H
#define BENCH_TOOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

_Noreturn void die(const char *what, const char *why);
void must(bool ok, const char *what);

int64_t now_ns(void);
int64_t clock_ns(clockid_t clock);
void nap_us(long us);

/* Sorts the values. */
double quantile(double *values, size_t n, double q);

#define BENCH_FOLDER 256
/* A new folder in `parent`, and that with all it holds gone. */
void folder_make(const char *parent, char out[BENCH_FOLDER]);
void folder_remove(const char *folder);

/* A line of /proc/PID/status in kB ("RssAnon"), 0: no such process or line. */
long process_kb(long pid, const char *field);

#endif
