/* One file: its bytes, and whether it changed since. */
#ifndef WATCH_FILE_H
#define WATCH_FILE_H

#include "buf.h"
#include "calendar.h"

struct file_stamp {
	int64_t mtime_s, mtime_ns, size;
	uint64_t device, inode;
	int64_t ctime_s, ctime_ns; /* not compared */
};
/* The file was neither written nor replaced in between. */
bool file_stamp_eq(const struct file_stamp *a, const struct file_stamp *b);
/* Nor were its permissions, name or links. */
bool file_stamp_is_untouched(const struct file_stamp *a, const struct file_stamp *b);
struct stat;
struct file_stamp file_stamp_of(const struct stat *st);
/* A symbolic or second hard link: it comes to be whole, without being written and closed. */
bool file_is_link(const char *path);

/* Of a regular file, following links. E_NOT_FOUND, E_REFUSED (not a regular file, not allowed), E_SYSTEM. */
enum status file_look(const char *path, struct file_stamp *out, struct error *err);
/* Reads a regular file into `out` (cleared first). E_LIMIT past max_bytes. The stamp is that of the bytes read. */
enum status file_read(const char *path, size_t max_bytes, struct buf *out, struct file_stamp *stamp, struct error *err);
/* "text/html" for "x.html"; empty when the name does not tell. */
struct sv file_media_type(const char *path);

#endif
