#!/bin/bash
# The installed services under a real systemd: install, start, reload, crash, hang, forward, stop.
#
#   tests/system/systemd.sh          as root, after `./setup build`; needs systemd-container and python3
#
# It boots systemd-nspawn on a throw-away overlay of this machine's root file system, without network, and runs
# `./setup install` in it: same libraries, and nothing of this machine is changed but build/release. Takes about a
# minute. It prints one line for each thing that it saw and stops at the first that is not so.
set -euo pipefail
cd "$(dirname "$0")/../.."
repo=$PWD
hook_port=18080

die() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
ok() { printf 'ok  %s\n' "$*"; }
[ "$(id -u)" = 0 ] || die "run it as root"
command -v systemd-nspawn >/dev/null || die "install systemd-container"

# ---- the machine ----

box='' container=0 leader=''
inside() { nsenter -t "$leader" -m -u -i -n -p -r -w -C env -i PATH="$PATH" HOME=/root TERM=dumb SYSTEMD_COLORS=0 "$@"; }
as() { local user=$1; shift; inside setpriv --reuid "$user" --regid "$user" --init-groups "$@"; }

tear_down() {
	local status=$?
	trap - EXIT
	if [ $status != 0 ] && [ -n "$leader" ]; then
		inside journalctl --no-pager -n 60 -u policywatchd -u policywatch-forward >&2 || :
	fi
	[ -z "$leader" ] || kill -RTMIN+4 "$leader" || :
	[ $container = 0 ] || wait $container || :
	if mountpoint -q "$box/root"; then umount "$box/root"; fi
	if mountpoint -q "$box"; then umount "$box"; fi
	rmdir "$box"
	exit $status
}

# Only what the test needs is started: a target of its own keeps services of this machine from running twice.
boot() {
	box=$(mktemp -d /tmp/policywatch.XXXXXX)
	trap tear_down EXIT
	mount -t tmpfs tmpfs "$box"
	mkdir "$box"/{upper,work,root}
	mount -t overlay overlay -o "lowerdir=/,upperdir=$box/upper,workdir=$box/work" "$box/root"
	printf '[Unit]\nRequires=basic.target systemd-journald.service dbus.service\nAfter=basic.target\nAllowIsolate=yes\n' \
		>"$box/root/etc/systemd/system/test.target"
	ln -sf test.target "$box/root/etc/systemd/system/default.target"
	rm -f "$box/root/etc/machine-id"
	: >"$box/root/etc/machine-id"
	SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q -D "$box/root" --boot --machine="${box##*/}" --register=no \
		--keep-unit --console=pipe --capability=all --system-call-filter=bpf --private-network --bind="$repo" \
		>"$box/console" 2>&1 </dev/null &
	container=$!
	for _ in $(seq 200); do
		leader=$(tr -d ' ' 2>/dev/null <"/proc/$container/task/$container/children" || :)
		if [ -n "$leader" ]; then
			case $(inside systemctl is-system-running 2>/dev/null) in running | degraded) return ;; esac
		fi
		sleep 0.05
	done
	cat "$box/console" >&2
	die "systemd did not come up"
}

# ---- asking ----

# Seconds, what it is, command: until the command succeeds.
until_true() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || die "$what: not within the time"
		sleep 0.1
	done
	ok "$what"
}

property() { inside systemctl show --value -p "$2" "$1"; }
# Several at once: is_property UNIT ActiveState/NRestarts active/0
is_property() {
	local name values=''
	for name in ${2//\// }; do values+=/$(property "$1" "$name"); done
	[ "${values#/}" = "$3" ]
}
is_restarted() { [ "$(property "$1" NRestarts)" -ge "$2" ] && is_property "$1" ActiveState active; }
in_journal() { inside journalctl --no-pager -q "${@:2}" | grep -qF -- "$1"; }
status_of() { inside policywatch status --json | python3 -c "import json,sys; v=json.load(sys.stdin)
for key in sys.argv[1].split('.'): v=v[key]
print(v)" "$1"; }
answers() { as reader policywatch status; }
sources() { as reader policywatch sources --json; }
write() { inside tee "$1" >/dev/null; } # file: its content is standard input

# Number of people: a page that says so, in the folder that the daemon watches.
publish() {
	write "${3:-/srv/policy/inbox}/$1.html" <<TEXT
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Report $1</title>
<meta property="article:published_time" content="$2T12:00:00Z"></head><body><main><article><h1>Report $1</h1>
<p>Mexico now has $1 security personnel in southern Mexico.</p></article></main></body></html>
TEXT
}
has_event() { as reader policywatch tail --since 0 --timeout 1 --json fact | grep -qF "Mexico now has $1 security"; }
# Both sinks have it and have noted so: one that is ended between the two sends again, as it may.
both_have() {
	local state=/var/lib/policywatch-forward
	inside grep -qF "$1" /srv/policy/hook.log && inside grep -qF "$1" $state/archive && sleep 0.2 &&
		! inside test $state/desk.cursor -ot /srv/policy/hook.log && ! inside test $state/archive.cursor -ot $state/archive
}

# ---- the parts ----

install_it() {
	(cd / && inside "$repo/setup" install) >"$box/install.log" 2>&1 || { cat "$box/install.log" >&2; die "setup install"; }
	ok "./setup install"
	for unit in policywatchd policywatch-forward; do
		local said
		said=$(inside systemd-analyze verify "/usr/local/lib/systemd/system/$unit.service" 2>&1) || die "$said"
		[ -z "$said" ] || die "verify $unit: $said"
		said=$(inside systemd-analyze security --offline=true --threshold=15 --no-pager \
			"/usr/local/lib/systemd/system/$unit.service") || die "$said"
		ok "$unit: verify says nothing;${said##*→}"
	done
	inside policywatch version >/dev/null || die "the command does not find its library"
	inside getent group policywatch >/dev/null || die "no group policywatch"
	ok "command, library and group are there"
}

prepare() {
	inside useradd -m -G policywatch reader
	inside useradd -m stranger
	inside mkdir -p /srv/policy/inbox
	inside chgrp policywatch /srv/policy/inbox
	inside chmod 0750 /srv/policy/inbox
	write /etc/policywatch/sources.d/test.conf <<'TEXT'
sources: (
  { id = "inbox"; kind = "folder"; path = "/srv/policy/inbox"; },
  { id = "late"; kind = "page"; path = "/srv/policy/late.html"; every = "1s"; fail_after = 1; }
);
TEXT
	inside policywatchd --check >/dev/null || die "policywatchd --check"
}

start_daemon() {
	inside systemctl start policywatchd || die "policywatchd did not become ready"
	is_property policywatchd ActiveState active || die "policywatchd is not active"
	ok "policywatchd is ready: $(property policywatchd StatusText)"
	[ "$(property policywatchd UID)" -ge 61184 ] || die "it runs as a user that stays"
	answers >/dev/null || die "a member of the group is not answered"
	if as stranger policywatch status >/dev/null 2>&1; then die "somebody else is answered"; fi
	ok "members of the group policywatch are answered, others are not"
}

see_an_event() {
	as reader policywatch tail --since 0 --count 1 --timeout 20 --json fact >"$box/tail" &
	local tail=$!
	publish 13,181 2021-08-20
	wait $tail || die "policywatch tail"
	grep -q '"policywatch.fact.figure.v1"' "$box/tail" || die "no event of the page: $(cat "$box/tail")"
	ok "a page in a folder is an event for a member of the group"
}

see_the_journal() {
	until_true 10 "journal: SOURCE= finds what was said of a source" \
		in_journal '"SOURCE":"late"' -o json SOURCE=late _SYSTEMD_UNIT=policywatchd.service PRIORITY=4
	in_journal ' SOURCE="late"' -u policywatchd || die "the message does not name the source"
}

reload() {
	write /etc/policywatch/sources.d/more.conf <<'TEXT'
sources: ( { id = "more"; kind = "folder"; path = "/srv/policy"; } );
TEXT
	inside systemctl reload policywatchd || die "reload"
	has_more() { sources | grep -q '"more"'; }
	until_true 10 "reload takes a new source over" has_more
	write /etc/policywatch/sources.d/more.conf <<'TEXT'
sources: ( { id = "more"; knd = "folder"; } );
TEXT
	inside systemctl reload policywatchd || die "reload of a broken configuration"
	until_true 10 "a broken configuration is refused, with file and line" \
		in_journal 'more.conf:1: ' -u policywatchd PRIORITY=3
	has_more || die "the old configuration does not go on"
	is_property policywatchd ActiveState active || die "not active after a refused reload"
	inside rm /etc/policywatch/sources.d/more.conf
	inside systemctl reload policywatchd
}

crash() {
	local epoch head
	epoch=$(status_of epoch) head=$(status_of head)
	for n in 1 2 3 4 5 6 7; do
		inside systemctl kill -s KILL --kill-whom=main policywatchd
		until_true 15 "kill -9: restart $n" is_restarted policywatchd $n
	done
	until_true 10 "it answers" answers
	[ "$(status_of epoch)" = "$epoch" ] || die "another log"
	[ "$(status_of head)" -gt "$head" ] || die "the log does not go on"
	publish 14,200 2021-09-20
	until_true 20 "the log goes on, and the folder is watched" has_event 14,200
}

hang() {
	inside mkdir -p /run/systemd/system/policywatchd.service.d
	write /run/systemd/system/policywatchd.service.d/test.conf <<<$'[Service]\nWatchdogSec=2'
	inside systemctl daemon-reload
	inside systemctl restart policywatchd
	sleep 5
	is_property policywatchd ActiveState/NRestarts active/0 || die "the watchdog bites a healthy daemon"
	inside systemctl kill -s STOP --kill-whom=main policywatchd
	until_true 30 "a daemon that hangs is restarted by the watchdog" is_restarted policywatchd 1
	in_journal "result 'watchdog'" -u policywatchd || die "it was not the watchdog"
	until_true 10 "it answers" answers
}

start_hook() {
	inside systemd-run -q --unit=hook /usr/bin/python3 /srv/policy/hook.py
	until_true 10 "a web hook listens" inside bash -c "echo >/dev/tcp/127.0.0.1/$hook_port"
}

forward() {
	write /srv/policy/hook.py <<TEXT
import http.server
class Hook(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>News</title><main><p>Nothing new was said today.</p></main>")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        signed = "signed" if self.headers.get("webhook-signature", "").startswith("v1,") else "unsigned"
        with open("/srv/policy/hook.log", "a") as log:
            log.write(self.headers["webhook-id"] + " " + signed + " " + body + "\n")
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", $hook_port), Hook).serve_forever()
TEXT
	start_hook
	write /etc/policywatch/desk.secret <<<"whsec_$(head -c 32 /dev/urandom | base64 -w 0)"
	inside chmod 0600 /etc/policywatch/desk.secret
	inside mkdir -p /etc/systemd/system/policywatch-forward.service.d
	write /etc/systemd/system/policywatch-forward.service.d/secret.conf <<'TEXT'
[Service]
LoadCredential=desk:/etc/policywatch/desk.secret
TEXT
	write /etc/policywatch/forward.conf <<TEXT
sinks: (
  { name = "desk"; kind = "webhook"; url = "http://127.0.0.1:$hook_port/"; topics = [ "fact" ]; start = "oldest";
    secret_file = "/run/credentials/policywatch-forward.service/desk"; },
  { name = "archive"; kind = "exec"; topics = [ "fact" ]; start = "oldest";
    argv = [ "/bin/sh", "-c", "cat >>/var/lib/policywatch-forward/archive && echo >>/var/lib/policywatch-forward/archive" ]; }
);
TEXT
	inside systemctl daemon-reload
	inside systemctl start policywatch-forward || die "policywatch-forward did not become ready"
	until_true 10 "policywatch-forward delivers what is stored to a web hook and a program" both_have 'has 14,200'
	inside systemctl restart policywatch-forward
	publish 15,300 2021-10-20
	until_true 20 "and what comes after it restarted" both_have 'has 15,300'
	inside systemctl restart policywatchd
	publish 16,400 2021-11-20
	until_true 20 "and after the daemon restarted" both_have 'has 16,400'
	inside systemctl kill -s KILL --kill-whom=main policywatch-forward
	until_true 10 "kill -9: policywatch-forward is restarted" is_restarted policywatch-forward 1
	publish 17,500 2021-12-20
	until_true 20 "and goes on" both_have 'has 17,500'
	inside systemctl stop hook
	publish 17,700 2021-12-21
	until_true 20 "a web hook that is away is a warning in the journal" \
		in_journal "sink 'desk': " -u policywatch-forward PRIORITY=4
	start_hook
	until_true 30 "and gets its event when it is back" both_have 'has 17,700'
	local events lines once
	events=$(as reader policywatch tail --since 0 --timeout 1 --json fact | wc -l)
	lines=$(inside wc -l </dev/null /srv/policy/hook.log | cut -d' ' -f1)
	once=$(inside cut -d' ' -f1 /srv/policy/hook.log | sort -u | wc -l)
	[ "$lines/$once" = "$events/$events" ] || die "$events events, $lines posts of $once"
	[ "$(inside wc -l /var/lib/policywatch-forward/archive | cut -d' ' -f1)" = "$events" ] || die "not once to the program"
	if inside grep -qw unsigned /srv/policy/hook.log; then die "not signed with the credential"; fi
	ok "each of $events events came once, signed with a secret that only root can read"
}

fetch() {
	write /etc/policywatch/sources.d/web.conf <<TEXT
sources: ( { id = "web"; kind = "page"; url = "http://127.0.0.1:$hook_port/"; every = "1s"; } );
TEXT
	inside systemctl reload policywatchd
	is_well() { sources | grep -q '"id": *"web"[^}]*"health": *"ok"'; }
	until_true 20 "a page is fetched over HTTP" is_well
}

# The service manager starts it again and again; what was published meanwhile is read when there is room.
full_disk() {
	inside systemctl stop policywatchd
	inside mount -t tmpfs -o size=4m tmpfs /var/lib/private/policywatchd
	inside systemctl start policywatchd
	inside bash -c 'cat /dev/zero >/var/lib/private/policywatchd/full' 2>/dev/null || :
	publish 18,100 2022-01-10
	has_failed() { is_property policywatchd ExecMainStatus 69 || in_journal 'the store failed' -u policywatchd; }
	until_true 20 "a full disk stops it" has_failed
	sleep 3
	if has_event 18,100; then die "an event that is not stored"; fi
	inside rm /var/lib/private/policywatchd/full
	until_true 20 "it goes on when there is room again, without a hand" has_event 18,100
	inside systemctl stop policywatchd
	inside umount /var/lib/private/policywatchd
	inside systemctl start policywatchd
}

# A folder of a user: hidden from the service until a drop-in shows it, as policywatchd(8) says.
home_folder() {
	as reader mkdir /home/reader/inbox
	inside chmod 0700 /home/reader
	inside mkdir -p /etc/systemd/system/policywatchd.service.d
	write /etc/systemd/system/policywatchd.service.d/home.conf <<'TEXT'
[Service]
ProtectHome=tmpfs
BindReadOnlyPaths=/home/reader/inbox
TEXT
	write /etc/policywatch/sources.d/home.conf <<'TEXT'
sources: ( { id = "home"; kind = "folder"; path = "/home/reader/inbox"; } );
TEXT
	inside systemctl daemon-reload
	inside systemctl restart policywatchd
	publish 18,600 2022-01-20 /home/reader/inbox
	until_true 20 "a folder of a home that a drop-in shows is watched" has_event 18,600
}

install_again() {
	write /etc/policywatch/policywatchd.conf <<'TEXT'
http: { listen = "127.0.0.1:9465"; };
bus: { query = [ "ipc:///run/policywatchd/query", "tcp://127.0.0.1:5561" ]; };
TEXT
	local before after
	before=$(property policywatchd MainPID)
	(cd / && inside "$repo/setup" install) >"$box/install.log" 2>&1 || die "second setup install"
	after=$(property policywatchd MainPID)
	[ "$before" != "$after" ] || die "the old version still runs"
	inside grep -q 9465 /etc/policywatch/policywatchd.conf || die "the configuration was overwritten"
	until_true 10 "a second ./setup install keeps the configuration and restarts what runs" answers
	inside bash -c 'exec 3<>/dev/tcp/127.0.0.1/9465; printf "GET /-/ready HTTP/1.0\r\n\r\n" >&3; cat <&3' | grep -q "200" ||
		die "not ready over HTTP"
	ok "it is ready over HTTP"
	as stranger policywatch --query tcp://127.0.0.1:5561 status >/dev/null || die "no answer over TCP"
	ok "it answers over TCP, where the configuration says so"
}

# From another host, as policywatchd.conf(5) says: the key of the daemon as a credential, that of the client in clients.d.
encrypt() {
	inside test -s /etc/policywatch/clients.d/README || die "clients.d was not installed"
	inside policywatch keygen /etc/policywatch/policywatchd.key || die "keygen"
	inside install -D -m 0600 /etc/policywatch/policywatchd.key_secret /etc/credstore/policywatchd.key_secret
	inside rm /etc/policywatch/policywatchd.key_secret
	as reader policywatch keygen --name desk --rights subscribe /home/reader/desk.key || die "keygen of a client"
	inside install -m 0644 /home/reader/desk.key /etc/policywatch/clients.d/desk.key
	write /etc/policywatch/policywatchd.conf <<'TEXT'
http: { listen = "127.0.0.1:9465"; };
bus: {
  events = [ "ipc:///run/policywatchd/events", "tcp://0.0.0.0:5562" ];
  query = [ "ipc:///run/policywatchd/query", "tcp://0.0.0.0:5563" ];
};
TEXT
	inside systemctl restart policywatchd || die "it does not start with a credential"
	until_true 10 "it starts with a secret key that only root can read" answers
	from_afar() {
		as reader timeout 20 policywatch --events tcp://127.0.0.1:5562 --query tcp://127.0.0.1:5563 \
			--key /home/reader/desk.key_secret --server-key /etc/policywatch/policywatchd.key "$@"
	}
	from_afar status >/dev/null || die "a client with a key is not answered"
	from_afar tail --since 0 --count 1 --timeout 10 --json fact | grep -q sequence || die "a client with a key hears nothing"
	if from_afar cursors --forget nobody 2>"$box/denied"; then die "a client does more than it may"; fi
	grep -q "'control'" "$box/denied" || die "it is not told which right it lacks: $(cat "$box/denied")"
	ok "a client with a key is let in over TCP, and may what its key file says"
	inside rm /etc/policywatch/clients.d/desk.key
	inside systemctl reload policywatchd
	is_kept_out() { ! from_afar status; }
	until_true 10 "and is kept out after its key was removed" is_kept_out
	inside rm /etc/credstore/policywatchd.key_secret
	if inside systemctl restart policywatchd 2>/dev/null; then die "it starts without a key for what must be encrypted"; fi
	until_true 10 "without the key it refuses to start, and says why" \
		in_journal 'must be encrypted, and there is no key' -u policywatchd PRIORITY=3
	write /etc/policywatch/policywatchd.conf <<<'http: { listen = "127.0.0.1:9465"; };'
	inside systemctl restart policywatchd || die "it does not start again"
	until_true 10 "it answers" answers
}

stop_all() {
	inside systemctl stop policywatch-forward policywatchd
	for unit in policywatchd policywatch-forward; do
		is_property $unit Result/ExecMainStatus success/0 || die "$unit did not stop cleanly"
	done
	inside test -s /var/lib/private/policywatchd/policywatch.db || die "the store is gone"
	if inside test -e /run/policywatchd; then die "sockets were left"; fi
	ok "both stop cleanly"
	write /etc/policywatch/policywatchd.conf <<<'daemon: { instanc = "x"; };'
	if inside systemctl start policywatchd 2>/dev/null; then die "it starts with a wrong configuration"; fi
	sleep 3
	is_property policywatchd ActiveState/ExecMainStatus failed/78 || die "it tries again and again"
	ok "a wrong configuration fails once and is not tried again"
}

boot
install_it
prepare
start_daemon
see_an_event
see_the_journal
reload
crash
hang
forward
fetch
full_disk
home_folder
install_again
encrypt
stop_all
printf 'All seen.\n'
