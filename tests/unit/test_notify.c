/*
 * Notify: what the service manager hears, at a real socket of either kind.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/notify.h"

TestSuite(notify);

/* A manager that listens at `name` ("@...": abstract), and what it has heard last. */
struct manager {
	int fd;
	char *name;
	char heard[512];
};

static void
listen_at(struct manager *manager, const char *format)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t len;

	manager->name = mem_printf("%s-%ld", format, (long)getpid());
	len = strlen(manager->name);
	memcpy(addr.sun_path, manager->name, len);
	if (addr.sun_path[0] == '@')
		addr.sun_path[0] = '\0';
	manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(manager->fd, (struct sockaddr *)&addr,
			 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0, "%s: %s", manager->name, strerror(errno));
	setenv("NOTIFY_SOCKET", manager->name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static const char *
hear(struct manager *manager)
{
	ssize_t len = recv(manager->fd, manager->heard, sizeof(manager->heard) - 1, 0);

	manager->heard[len > 0 ? len : 0] = '\0';
	return manager->heard;
}

static void
leave(struct manager *manager)
{
	close(manager->fd);
	if (manager->name[0] == '/')
		unlink(manager->name);
	free(manager->name);
}

static void
tell_all(const char *where)
{
	struct manager manager;
	struct notify notify;

	listen_at(&manager, where);
	notify_open(&notify);
	cr_assert_neq(notify.fd, -1, "%s", where);
	notify_ready(&notify);
	cr_expect_str_eq(hear(&manager), "READY=1");
	notify_stopping(&notify);
	cr_expect_str_eq(hear(&manager), "STOPPING=1");
	notify_watchdog(&notify);
	cr_expect_str_eq(hear(&manager), "WATCHDOG=1");
	cr_expect_str_eq(hear(&manager), "", "nothing more");
	notify_close(&notify);
	leave(&manager);
}

Test(notify, path)
{
	tell_all("/tmp/ddnsupd-test-notify");
}

Test(notify, abstract)
{
	tell_all("@ddnsupd-test-notify");
}

Test(notify, reloading_tells_the_time)
{
	struct manager manager;
	struct notify notify;
	long long us = 0;

	listen_at(&manager, "@ddnsupd-test-reload");
	notify_open(&notify);
	notify_reloading(&notify);
	cr_expect_eq(sscanf(hear(&manager), "RELOADING=1\nMONOTONIC_USEC=%lld", &us), 1,
	    "\"%s\"", manager.heard);
	cr_expect_gt(us, 0);
	notify_close(&notify);
	leave(&manager);
}

/* A status must not become a second variable. */
Test(notify, status_is_one_line)
{
	struct manager manager;
	struct notify notify;

	listen_at(&manager, "@ddnsupd-test-status");
	notify_open(&notify);
	notify_status(&notify, "2 names\nREADY=1");
	cr_expect_str_eq(hear(&manager), "STATUS=2 names\\010READY=1");
	notify_close(&notify);
	leave(&manager);
}

Test(notify, a_full_queue_does_not_block)
{
	struct manager manager;
	struct notify notify;

	listen_at(&manager, "@ddnsupd-test-full");
	notify_open(&notify);
	for (int i = 0; i < 10000; i++)
		notify_watchdog(&notify);
	cr_expect_str_eq(hear(&manager), "WATCHDOG=1");
	notify_close(&notify);
	leave(&manager);
}

static void
watchdog_is(const char *usec, const char *pid, int64_t us)
{
	struct manager manager;
	struct notify notify;

	listen_at(&manager, "@ddnsupd-test-watchdog");
	if (usec != NULL)
		setenv("WATCHDOG_USEC", usec, 1);
	if (pid != NULL)
		setenv("WATCHDOG_PID", pid, 1);
	notify_open(&notify);
	cr_expect_eq(notify.watchdog_us, us, "usec %s, pid %s: %ld", usec, pid,
	    (long)notify.watchdog_us);
	notify_close(&notify);
	leave(&manager);
}

Test(notify, watchdog)
{
	char own[32];

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	watchdog_is(NULL, NULL, 0);
	watchdog_is("30000000", NULL, 15000000);
	watchdog_is("30000000", own, 15000000);
	watchdog_is("30000000", "1", 0);
	watchdog_is("30000000", "", 0);
	watchdog_is("-1", NULL, 0);
	watchdog_is("99999999999999999999", NULL, 0);
	watchdog_is("0", NULL, 0);
}

static void
nobody_is_told(const char *name)
{
	struct notify notify;

	if (name != NULL)
		setenv("NOTIFY_SOCKET", name, 1);
	else
		unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "1000000", 1);
	notify_open(&notify);
	cr_expect_eq(notify.fd, -1, "%s", name);
	cr_expect_eq(notify.watchdog_us, 0);
	notify_ready(&notify);
	notify_close(&notify);
}

Test(notify, no_manager)
{
	char name[200];

	nobody_is_told(NULL);
	nobody_is_told("");
	nobody_is_told("@");
	nobody_is_told("/");
	nobody_is_told("relative");
	nobody_is_told("vsock:2:1234");
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	nobody_is_told(name);
}

Test(notify, a_manager_that_has_gone)
{
	struct notify notify;

	setenv("NOTIFY_SOCKET", "/tmp/ddnsupd-test-nobody", 1);
	notify_open(&notify);
	notify_ready(&notify);
	notify_close(&notify);
	cr_expect_eq(notify.fd, -1);
}
