"""Servers as they are: conditional answers, redirects, slow, cut off, lying."""
import gzip
import time

from harness import DEPLOYMENT, Daemon, Site, feed, page, wait_for

RISE = "Mexico now has 13,181 security personnel in southern Mexico, up from 12,000 in June."
ITEM = ("1", "Fri, 20 Aug 2021 12:00:00 GMT", "Report", RISE)


def source(site, path="/s", kind="feed", more=""):
    return f'{{ id = "s"; kind = "{kind}"; url = "{site.url}{path}"; every = "1s"; {more} }}'


def state(daemon):
    return daemon.ask("sources")["sources"][0]


def moved(daemon):
    return daemon.fact()["fact"]["figure"]["value"] == 13181


def test_unchanged_answers_are_asked_for_and_cost_nothing():
    site = Site()

    def conditional(handler):
        if handler.headers.get("If-None-Match") == '"v1"':
            handler.send_response(304)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        else:
            handler.reply(200, feed(ITEM), "application/rss+xml", ETag='"v1"')
    site.pages["/s"] = conditional
    with Daemon(source(site), DEPLOYMENT) as daemon:
        wait_for(lambda: len(site.requests) >= 3, 20, "three fetches")
        assert all(headers.get("If-None-Match") == '"v1"' for _, headers in site.requests[1:])
        assert moved(daemon)
        assert "policywatch/" in site.requests[0][1]["User-Agent"]
        assert state(daemon)["health"] == "ok"
        # The state is kept across a restart: the first request of the next run is conditional as well.
        assert daemon.stop() == 0
        before = len(site.requests)
        daemon.start()
        wait_for(lambda: len(site.requests) > before, 20, "a fetch after the restart")
        assert site.requests[before][1].get("If-None-Match") == '"v1"'
    site.close()


def test_redirects_are_followed_up_to_the_limit():
    site = Site()
    site.pages["/s"] = lambda h: h.reply(302, b"", Location="/t")
    site.pages["/t"] = lambda h: h.reply(301, b"", Location="/u")
    site.pages["/u"] = feed(ITEM)
    with Daemon(source(site), DEPLOYMENT) as daemon:
        wait_for(lambda: moved(daemon), 20, "the change")
    site.pages["/u"] = lambda h: h.reply(302, b"", Location="/s")
    with Daemon(source(site, more="fail_after = 1;")) as daemon:
        event = daemon.wait_events("source.failing")[0]
        assert "redirect" in event["data"]["message"]
    site.close()


def test_compressed_answers_are_read():
    site = Site()
    site.pages["/s"] = lambda h: h.reply(200, gzip.compress(feed(ITEM).encode()), Content_Encoding="gzip")
    with Daemon(source(site), DEPLOYMENT) as daemon:
        wait_for(lambda: moved(daemon), 20, "the change")
    site.close()


def test_a_failing_source_is_told_once_and_recovers_and_others_go_on():
    site = Site()
    site.pages["/good"] = feed(ITEM)
    sources = source(site, "/bad", more="fail_after = 2;") + \
        f', {{ id = "good"; kind = "feed"; url = "{site.url}/good"; every = "1s"; }}'
    with Daemon(sources, DEPLOYMENT) as daemon:
        event = daemon.wait_events("source.failing")[0]
        assert event["subject"] == "s" and "404" in event["data"]["message"]
        assert moved(daemon)
        site.pages["/bad"] = feed(("2", "Fri, 20 Aug 2021 12:00:00 GMT", "A", "Nothing of note was said there."))
        daemon.cli("sources")  # still answers
        daemon.wait_events("source.recovered", seconds=120)
        assert len([e for e in daemon.all_events() if "source.failing" in e["type"]]) == 1
    site.close()


def test_a_refusal_is_blocked_and_not_failing():
    site = Site()
    site.pages["/s"] = lambda h: h.reply(403, b"go away", "text/plain")
    with Daemon(source(site, more="fail_after = 1;")) as daemon:
        assert "403" in daemon.wait_events("source.blocked")[0]["data"]["message"]
    site.close()


def test_slow_cut_off_and_lying_servers_cost_one_fetch_each():
    site = Site()

    def slow(handler):
        time.sleep(3)
        handler.reply(200, feed(ITEM))

    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(b"<rss>")
        handler.close_connection = True

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(4000):
            handler.wfile.write(b"x" * 65536)
    site.pages.update({"/slow": slow, "/cut": cut, "/endless": endless})
    names = ("slow", "cut", "endless")
    sources = ",".join(f'{{ id = "{n}"; kind = "page"; url = "{site.url}/{n}"; every = "1s"; fail_after = 1; '
                       f'timeout = "1s"; max_size = "1M"; }}' for n in names)
    with Daemon(sources) as daemon:
        events = daemon.wait_events("source.failing", 3, 40)
        messages = {e["subject"]: e["data"]["message"] for e in events}
        assert "timed out" in messages["slow"]
        assert "larger than" in messages["endless"]
        assert "closed" in messages["cut"] or "before" in messages["cut"]
    site.close()


def test_a_wrong_charset_does_not_garble():
    site = Site()
    text = "México tiene ahora 13,181 elementos de seguridad en el sur de México, frente a los 12,000 de junio."
    body = page("Informe", "2021-08-20T12:00:00Z", text, "Nada más se dijo aquel día en la rueda de prensa.", lang="es")
    site.pages["/s"] = lambda h: h.reply(200, body, "text/html; charset=iso-8859-1")  # it is UTF-8
    with Daemon(source(site, kind="page"), DEPLOYMENT) as daemon:
        wait_for(lambda: daemon.ask("status")["documents"] == 1, 20, "document")
        events = [e for e in daemon.all_events() if "fact" in e["type"]]
        assert all("Ã" not in e["data"]["statement"]["text"] for e in events)
    site.close()


def test_an_html_page_where_a_feed_is_expected_is_said_to_be_one():
    site = Site()
    site.pages["/s"] = page("Not a feed", "2021-08-20T12:00:00Z", "This is a page and no feed at all.")
    with Daemon(source(site, more="fail_after = 1;")) as daemon:
        wait_for(lambda: "HTML page, not a feed" in daemon.log_text(), 20, "the message")
        daemon.wait_events("source.failing")
    site.close()


def test_a_truncated_feed_gives_the_items_before_the_cut():
    site = Site()
    whole = feed(ITEM, ("2", "Sat, 21 Aug 2021 12:00:00 GMT", "Later", "More was said on Saturday."))
    site.pages["/s"] = whole[:whole.index("More was said")].encode()
    with Daemon(source(site), DEPLOYMENT) as daemon:
        wait_for(lambda: moved(daemon), 20, "the change before the cut")
    site.close()


def test_follow_reads_the_page_behind_an_item():
    site = Site()
    site.pages["/article"] = page("Report", "2021-08-20T12:00:00Z", RISE, "The ministry gave the number on Friday.")
    site.pages["/s"] = (f'<rss version="2.0"><channel><title>t</title><item><guid isPermaLink="false">1</guid>'
                        f"<link>{site.url}/article</link><pubDate>Fri, 20 Aug 2021 12:00:00 GMT</pubDate>"
                        f"<title>Report</title><description>Short.</description></item></channel></rss>")
    with Daemon(source(site, more="follow = true;"), DEPLOYMENT) as daemon:
        wait_for(lambda: moved(daemon), 20, "the change on the linked page")
    site.close()


def test_a_stop_while_a_linked_page_is_fetched_leaves_it_for_the_next_run():
    site = Site()
    article = page("Report", "2021-08-20T12:00:00Z", RISE, "The ministry gave the number on Friday.")
    site.pages["/article"] = lambda handler: time.sleep(3)
    text = (f'<rss version="2.0"><channel><title>t</title><item><guid isPermaLink="false">1</guid>'
                        f"<link>{site.url}/article</link><pubDate>Fri, 20 Aug 2021 12:00:00 GMT</pubDate>"
                        f"<title>Report</title><description>Short.</description></item></channel></rss>")

    def conditional(handler):
        if handler.headers.get("If-None-Match") == '"v1"':
            handler.send_response(304)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        else:
            handler.reply(200, text, "application/rss+xml", ETag='"v1"')
    site.pages["/s"] = conditional
    with Daemon(source(site, more="follow = true;"), DEPLOYMENT) as daemon:
        wait_for(lambda: any(path == "/article" for path, _ in site.requests), 20, "the request of the page")
        assert daemon.stop() == 0
        site.pages["/article"] = article
        daemon.start()
        wait_for(lambda: moved(daemon), 20, "the change on the linked page")
    site.close()
