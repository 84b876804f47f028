/*
 * hostwatch: the three texts that the host's own name is derived from.
 *
 * A file that is missing, too large or not text counts as not there: the name is then
 * derived from what is left.
 */
#include <sys/utsname.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "shell/hostwatch.h"
#include "shell/textfile.h"

#define HOSTWATCH_MAX (1024 * 1024) /* bytes a file */

struct hostwatch {
	struct uvx *uvx;
	struct utsname uts;
	char *hosts;
	char *resolv;
};

static char *read_text(const char *path);

/* The files say only a domain, which a dotted node name brings along. */
struct hostwatch *
hostwatch_new(struct uvx *uvx)
{
	struct hostwatch *watch = mem_zero(1, sizeof(*watch));

	watch->uvx = uvx;
	if (uname(&watch->uts) == -1)
		watch->uts.nodename[0] = '\0';
	if (strchr(watch->uts.nodename, '.') == NULL) {
		watch->hosts = read_text("/etc/hosts");
		watch->resolv = read_text("/etc/resolv.conf");
	}
	return watch;
}

void
hostwatch_post(struct hostwatch *watch)
{
	watch->uvx->post(watch->uvx,
	    &(struct event){
		.kind = EVENT_HOST,
		.node_name = watch->uts.nodename,
		.hosts_text = watch->hosts,
		.resolv_text = watch->resolv,
	    });
}

const char *
hostwatch_node_name(const struct hostwatch *watch)
{
	return watch->uts.nodename;
}

const char *
hostwatch_hosts(const struct hostwatch *watch)
{
	return watch->hosts;
}

const char *
hostwatch_resolv(const struct hostwatch *watch)
{
	return watch->resolv;
}

void
hostwatch_free(struct hostwatch *watch)
{
	if (watch == NULL)
		return;
	free(watch->hosts);
	free(watch->resolv);
	free(watch);
}

static char *
read_text(const char *path)
{
	char *text;
	size_t len;

	textfile_read(AT_FDCWD, path, TEXTFILE_FOLLOW, HOSTWATCH_MAX, &text, &len);
	return text;
}
