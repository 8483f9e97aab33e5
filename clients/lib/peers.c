#include "peers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The i-th item of a list, without the blanks around it; malloc'd. NULL: no memory. */
static char *item_copy(const char *list, size_t i)
{
	for (; i; i--)
		list = strchr(list, ',') + 1;
	list += strspn(list, " ");
	size_t n = strcspn(list, ",");
	while (n && list[n - 1] == ' ')
		n--;
	return strndup(list, n);
}

static size_t items(const char *list)
{
	size_t n = 1;
	for (const char *p = strchr(list, ','); p; p = strchr(p + 1, ','))
		n++;
	return n;
}

static enum pw_status peer_init(
	struct peer *peer, size_t i, const char *events, const char *query, const char *server_key)
{
	peer->events = item_copy(events, i);
	peer->query = item_copy(query, i);
	if (!peer->events || !peer->query)
		return PW_NOMEM;
	if (!peer->events[0] || !peer->query[0])
		return PW_INVALID;
	if (!server_key)
		return PW_OK;
	peer->server_key = item_copy(server_key, items(server_key) == 1 ? 0 : i);
	if (!peer->server_key)
		return PW_NOMEM;
	if (!peer->server_key[0]) {
		free(peer->server_key);
		peer->server_key = NULL;
	}
	return PW_OK;
}

enum pw_status peers_init(
	struct peers *peers, const char *events, const char *query, const char *server_key, const char **out_why)
{
	size_t n = items(events), keys = server_key ? items(server_key) : 1;
	memset(peers, 0, sizeof *peers);
	*out_why = n > PEERS_MAX         ? "more than 8 daemons"
		: items(query) != n      ? "as many endpoints of queries as of events are needed"
		: keys != 1 && keys != n ? "one key of a daemon is needed, or one for each"
					 : NULL;
	if (*out_why)
		return PW_INVALID;
	for (; peers->n < n; peers->n++) {
		enum pw_status st = peer_init(&peers->list[peers->n], peers->n, events, query, server_key);
		if (st == PW_INVALID)
			*out_why = "an endpoint is empty";
		if (st)
			return st;
	}
	return PW_OK;
}

void peers_done(struct peers *peers)
{
	for (size_t i = 0; i < PEERS_MAX; i++) {
		free(peers->list[i].events);
		free(peers->list[i].query);
		free(peers->list[i].server_key);
	}
	memset(peers, 0, sizeof *peers);
}
