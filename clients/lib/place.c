/* How far the caller got, and keeping it. */
#include <errno.h>
#include <string.h>

#include "follow.h"

/* With all that was handed out handled, what was looked at since need not be looked at again. */
static uint64_t place(const struct follow *follow)
{
	bool is_all_handled = !follow->queue.first && follow->delivered <= follow->acked;
	return is_all_handled ? follow->scanned : follow->acked;
}

enum pw_status follow_save(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct cursor cursor = { follow->epoch, place(follow) };
	if (!client->cursor_file || !follow->has_place || (follow->has_saved && cursor.seq == follow->saved))
		return PW_OK;
	follow->saved_ms = client_now_ms();
	enum pw_status st = cursor_write(client->cursor_file, cursor);
	if (st)
		return client_fail(client, st, "%s: %s", client->cursor_file, strerror(errno));
	follow->saved = cursor.seq;
	follow->has_saved = true;
	return PW_OK;
}

enum pw_status follow_ack(struct pw_client *client, uint64_t epoch, uint64_t seq)
{
	struct follow *follow = &client->follow;
	if (!follow->has_place || epoch != follow->epoch || seq > follow->delivered)
		return client_fail(client, PW_INVALID, "not an event of this client");
	if (seq <= follow->acked)
		return PW_OK;
	follow->acked = seq;
	return follow_save(client);
}
