#include "endpoint.h"

#include <arpa/inet.h>
#include <string.h>

bool endpoint_is_tcp(struct sv endpoint)
{
	return sv_starts(endpoint, SV("tcp://"));
}

/* "tcp://127.0.0.1:5560" → "127.0.0.1"; "tcp://[::1]:5560" → "::1". NUL-terminated; false when it does not fit. */
static bool host_of(struct sv endpoint, char *out, size_t size)
{
	struct sv host = sv_slice(endpoint, sizeof "tcp://" - 1, endpoint.n);
	while (host.n && host.p[host.n - 1] != ':')
		host.n--;
	host = sv_slice(host, 0, host.n ? host.n - 1 : 0);
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = sv_slice(host, 1, host.n - 1);
	if (!host.n || host.n >= size || memchr(host.p, 0, host.n))
		return false;
	memcpy(out, host.p, host.n);
	out[host.n] = 0;
	return true;
}

bool endpoint_is_loopback(struct sv endpoint)
{
	char host[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;
	if (!endpoint_is_tcp(endpoint) || !host_of(endpoint, host, sizeof host))
		return false;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}

bool endpoint_is_encrypted(struct sv endpoint, enum plain_tcp plain_tcp)
{
	if (!endpoint_is_tcp(endpoint))
		return false;
	switch (plain_tcp) {
	case PLAIN_TCP_NEVER: return true;
	case PLAIN_TCP_LOOPBACK: return !endpoint_is_loopback(endpoint);
	case PLAIN_TCP_ANYWHERE: return false;
	}
	return true;
}

bool plain_tcp_parse(struct sv name, enum plain_tcp *out)
{
	static const struct {
		const char *name;
		enum plain_tcp value;
	} names[] = { { "never", PLAIN_TCP_NEVER }, { "loopback", PLAIN_TCP_LOOPBACK },
		{ "anywhere", PLAIN_TCP_ANYWHERE } };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!sv_eq(name, sv_of(names[i].name)))
			continue;
		*out = names[i].value;
		return true;
	}
	return false;
}
