/*
 * measure: run a program and say what it cost.
 *
 * usage: measure LOG PROGRAM [ARGUMENT...]
 *
 * Prints wall time and CPU time (user and system, us), the largest resident set (KiB)
 * and the exit status; what the program prints goes to LOG.
 *
 * A program of its own, and small: what Linux reports as the largest resident set of a
 * child begins with that of the process it was made from (exec_mmap() in fs/exec.c), so
 * a Python interpreter would find its own size.  posix_spawn() makes the child without
 * copying this one's page tables.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int start(pid_t *child, const char *log, char **command);
static int64_t now_us(void);
static int64_t us(const struct timeval *time);

int
main(int argc, char **argv)
{
	struct rusage cost;
	int64_t started_us;
	int status, error;
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "usage: measure LOG PROGRAM [ARGUMENT...]\n");
		return 64;
	}
	started_us = now_us();
	error = start(&child, argv[1], argv + 2);
	if (error != 0) {
		fprintf(stderr, "%s: %s\n", argv[2], strerror(error));
		return 1;
	}
	if (wait4(child, &status, 0, &cost) != child)
		return 1;
	printf("%jd %jd %ld %d\n", (intmax_t)(now_us() - started_us),
	    (intmax_t)(us(&cost.ru_utime) + us(&cost.ru_stime)), cost.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

/* 0, or an errno. */
static int
start(pid_t *child, const char *log, char **command)
{
	posix_spawn_file_actions_t files;
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log,
	    O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
	error = posix_spawn(child, command[0], &files, NULL, command, environ);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
us(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}
