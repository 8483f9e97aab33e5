/* Feeds every file of the folders given to a fuzzer's entry point: the corpus as a test, with any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return 0;
	size_t cap = 1 << 24;
	uint8_t *bytes = malloc(cap);
	size_t n = bytes ? fread(bytes, 1, cap, file) : 0;
	/* An exact copy, so that AddressSanitizer sees a read past the end. */
	uint8_t *exact = malloc(n ? n : 1);
	if (bytes && exact) {
		memcpy(exact, bytes, n);
		(void)LLVMFuzzerTestOneInput(exact, n);
	}
	free(exact);
	free(bytes);
	(void)fclose(file);
	return 1;
}

static int replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	int count = 0;
	if (!folder)
		return 0;
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char name[4096];
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		count += replay_file(name);
	}
	(void)closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;
	for (int i = 1; i < argc; i++)
		count += replay_folder(argv[i]);
	(void)printf("%d inputs replayed\n", count);
	return count > 0 ? 0 : 1; /* an empty corpus tests nothing */
}
