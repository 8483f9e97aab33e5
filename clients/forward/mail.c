/* Message-ID and the thread of a fact come from the event alone, so that a mail that is sent twice has the same
 * id, and all that happens to a fact hangs together in a mail reader. */
#include "mail.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "render.h"

#define BODY_COLUMNS 72
#define SUBJECT_COLUMNS 140
#define LINE_BYTES 76 /* of quoted-printable */
#define WORD_BYTES 42 /* of text in one encoded word: 56 letters of base64 */

/* Letters that can stand in a message id; of others "_". */
static void id_text(struct out *out, const char *text)
{
	for (; *text; text++) {
		bool is_plain = isalnum((unsigned char)*text) || strchr("-_.", *text);
		out_bytes(out, is_plain ? text : "_", 1);
	}
}

static const char *domain_of(const char *address)
{
	return strchr(address, '@') + 1;
}

static void base64(struct out *out, const unsigned char *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		unsigned bits = (unsigned)p[i] << 16;
		size_t left = n - i;
		if (left > 1)
			bits |= (unsigned)p[i + 1] << 8;
		if (left > 2)
			bits |= p[i + 2];
		char four[4] = { letters[bits >> 18], letters[bits >> 12 & 63],
			left > 1 ? letters[bits >> 6 & 63] : '=', left > 2 ? letters[bits & 63] : '=' };
		out_bytes(out, four, 4);
	}
}

static bool is_ascii(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x7f || (unsigned char)*text < 0x20)
			return false;
	}
	return true;
}

/* Encoded words end between characters, as RFC 2047 wants. */
static void header_text(struct out *out, const char *text)
{
	if (is_ascii(text) && strlen(text) < 60 && !strstr(text, "=?")) {
		out_text(out, text);
		return;
	}
	for (size_t at = 0, n = strlen(text); at < n;) {
		const void *bytes = text + at;
		size_t end = at + WORD_BYTES < n ? at + WORD_BYTES : n;
		while (end < n && end > at + 1 && ((unsigned char)text[end] & 0xc0) == 0x80)
			end--;
		out_text(out, at ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		base64(out, bytes, end - at);
		out_text(out, "?=");
		at = end;
	}
}

static void quoted_printable(struct out *out, const char *text)
{
	size_t used = 0;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '\n') {
			out_text(out, "\r\n");
			used = 0;
			continue;
		}
		bool is_plain = c >= 0x20 && c < 0x7f && c != '=' && !(c == ' ' && (text[1] == '\n' || !text[1]));
		/* A leading dot would be doubled on the way; From at a line's start would be marked. */
		is_plain = is_plain && !(used == 0 && (c == '.' || c == 'F'));
		size_t need = is_plain ? 1 : 3;
		if (used + need > LINE_BYTES - 1) {
			out_text(out, "=\r\n");
			used = 0;
		}
		if (is_plain)
			out_bytes(out, text, 1);
		else
			out_printf(out, "=%02X", c);
		used += need;
	}
}

static void write_ids(struct out *out, const struct pw_value *event, const char *sink, const char *from)
{
	const char *fact = pw_text(pw_get(event, "correlationid"));
	out_text(out, "Message-ID: <");
	id_text(out, pw_text(pw_get(event, "id")));
	out_text(out, ".");
	id_text(out, sink);
	out_printf(out, "@%s>\r\n", domain_of(from));
	static const char *const names[] = { "In-Reply-To", "References" };
	for (size_t i = 0; fact[0] && i < 2; i++) {
		out_printf(out, "%s: <fact.", names[i]);
		id_text(out, fact);
		out_text(out, ".");
		id_text(out, sink);
		out_printf(out, "@%s>\r\n", domain_of(from));
	}
}

static void write_marks(struct out *out, const struct pw_value *event, const char *sink, const char *from)
{
	static const struct {
		const char *header, *path;
	} marks[] = { { "X-Policywatch-Event", "id" }, { "X-Policywatch-Type", "type" },
		{ "X-Policywatch-Fact", "correlationid" }, { "X-Policywatch-Severity", "data.severity" } };
	out_printf(out, "List-Id: <%s.policywatch.%s>\r\n", sink, domain_of(from));
	out_text(out, "Auto-Submitted: auto-generated\r\n");
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		const char *text = pw_text(pw_get(event, marks[i].path));
		if (!text[0])
			continue;
		out_printf(out, "%s: ", marks[i].header);
		id_text(out, text);
		out_text(out, "\r\n");
	}
}

void mail_write(struct out *out, const struct pw_value *event, const char *sink, const char *from,
	const char *const *to, int64_t now_s)
{
	static const struct render_style style = { BODY_COLUMNS, false };
	struct out subject = { 0 }, body = { 0 };
	time_t seconds = (time_t)now_s;
	struct tm tm;
	char date[64] = "";
	if (gmtime_r(&seconds, &tm))
		(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	render_subject(&subject, event, SUBJECT_COLUMNS);
	render_full(&body, event, &style);
	out_printf(out, "Date: %s\r\nFrom: policywatch <%s>\r\n", date, from);
	for (size_t i = 0; to[i]; i++)
		out_printf(out, "%s%s", i ? ",\r\n " : "To: ", to[i]);
	out_text(out, "\r\nSubject: ");
	header_text(out, subject.p ? subject.p : "policywatch");
	out_text(out, "\r\n");
	write_ids(out, event, sink, from);
	write_marks(out, event, sink, from);
	out_text(out,
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	quoted_printable(out, body.p ? body.p : "");
	out->is_failed = out->is_failed || subject.is_failed || body.is_failed;
	out_done(&subject);
	out_done(&body);
}
