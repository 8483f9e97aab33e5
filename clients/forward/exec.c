/* A program for each event, with the event's JSON as standard input: no shell, and nothing of the event in its
 * arguments. The input is a file in memory, so that a program that does not read can't hold us up. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sink.h"

static int input_of(const char *json)
{
	size_t n = strlen(json), at = 0;
	int fd = memfd_create("policywatch-event", MFD_CLOEXEC);
	while (fd >= 0 && at < n) {
		ssize_t written = write(fd, json + at, n - at);
		if (written <= 0) {
			(void)close(fd);
			return -1;
		}
		at += (size_t)written;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* In a process group of its own, so that what it starts can be ended with it; signals as a fresh program has them. */
static int spawn_with(int input, char *const *argv, pid_t *out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	int failed = posix_spawn_file_actions_init(&actions);
	if (failed)
		return failed;
	failed = posix_spawnattr_init(&attributes);
	if (!failed) {
		(void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
		(void)posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
		(void)posix_spawnattr_setsigmask(&attributes, &none);
		(void)posix_spawnattr_setsigdefault(&attributes, &all);
		(void)posix_spawnattr_setpgroup(&attributes, 0);
		(void)posix_spawnattr_setflags(
			&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
		failed = posix_spawn(out, argv[0], &actions, &attributes, argv, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed;
}

bool exec_start(struct sink *sink, const char **why)
{
	int input = input_of(pw_event_json(sink->event));
	pid_t pid = 0;
	int failed = input < 0 ? errno : spawn_with(input, sink->settings->argv, &pid);
	if (input >= 0)
		(void)close(input);
	if (failed) {
		*why = strerror(failed);
		return false;
	}
	sink->pid = pid;
	sink->pid_fd = pidfd_open(pid, 0);
	sink->kill_at_ms = sink_now_ms() + sink->settings->timeout_ms;
	return true;
}

static void forget(struct sink *sink)
{
	if (sink->pid_fd >= 0)
		(void)close(sink->pid_fd);
	sink->pid_fd = -1;
	sink->pid = 0;
}

void exec_kill(struct sink *sink)
{
	int status;
	if (sink->pid <= 0)
		return;
	(void)kill(-sink->pid, SIGKILL);
	while (waitpid(sink->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(sink);
}

void exec_check(struct sink *sink)
{
	struct transfer_result result = { 0 };
	int status = 0;
	pid_t over = waitpid(sink->pid, &status, WNOHANG);
	if (over == 0 && sink_now_ms() < sink->kill_at_ms)
		return;
	if (over == 0) {
		exec_kill(sink);
		(void)snprintf(result.why, sizeof result.why, "%s took more than %lld ms and was ended",
			sink->settings->argv[0], (long long)sink->settings->timeout_ms);
	} else if (WIFEXITED(status)) {
		result.is_ok = WEXITSTATUS(status) == 0;
		(void)snprintf(result.why, sizeof result.why, "%s ended with status %d", sink->settings->argv[0],
			WEXITSTATUS(status));
	} else {
		(void)snprintf(result.why, sizeof result.why, "%s was ended by signal %d", sink->settings->argv[0],
			WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	}
	forget(sink);
	sink_done(sink, &result);
}
