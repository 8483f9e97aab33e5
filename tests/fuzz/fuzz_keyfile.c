/* Key files, as whoever can write to the folder of clients' keys likes. What is taken must be keys, names and rights as
 * documented, and must come out the same when it is written down again. */
#include <policywatch/keyfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void write_rights(unsigned rights, char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s%s", rights & PW_RIGHT_SUBSCRIBE ? "subscribe " : "",
		rights & PW_RIGHT_INGEST ? "ingest " : "", rights & PW_RIGHT_CONTROL ? "control" : "");
}

static void must_come_back(const struct pw_keyfile *file)
{
	struct pw_keyfile again;
	struct pw_keyfile_error err;
	char text[1024], rights[40];
	write_rights(file->rights, rights, sizeof rights);
	int n = snprintf(text, sizeof text, "metadata\n%s%s%s    rights = \"%s\"\ncurve\n    public-key = '%s'\n",
		file->name[0] ? "    name = \"" : "", file->name, file->name[0] ? "\"\n" : "", rights,
		file->public_key);
	if (pw_keyfile_read(text, (size_t)n, &again, &err) || strcmp(again.name, file->name) != 0 ||
		again.rights != file->rights || strcmp(again.public_key, file->public_key) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct pw_keyfile file;
	struct pw_keyfile_error err;
	char *text = malloc(n ? n : 1); /* exactly as long, so that a byte read too many is seen */
	if (!text)
		return 0;
	if (n)
		memcpy(text, bytes, n);
	if (pw_keyfile_read(text, n, &file, &err) == 0) {
		size_t secret = strlen(file.secret_key);
		if (!pw_key_is_z85(file.public_key, strlen(file.public_key)) ||
			(secret && !pw_key_is_z85(file.secret_key, secret)) || file.rights > PW_RIGHTS_ALL ||
			(file.name[0] && !pw_key_is_name(file.name, strlen(file.name))))
			abort();
		must_come_back(&file);
	} else if (!err.why) {
		abort();
	}
	free(text);
	return 0;
}
