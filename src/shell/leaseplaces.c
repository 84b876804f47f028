/*
 * leaseplaces: where DHCP clients keep their leases, and what was found there.
 *
 * Of each file its hash and time are kept, so that only news is posted, whatever made us
 * look.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/leaseplaces.h"

#define FILES_MAX 64

static const struct place {
	const char *directory;
	const char *pattern; /* fnmatch(3) with FNM_EXTMATCH */
	enum lease_kind kind;
	enum leasefile_user user;
} table[] = {
	{"/run/systemd/netif/leases", "+([0-9])", LEASE_NETWORKD, LEASEFILE_NETWORKD},
	{"/var/lib/dhcp", "dhclient*.leases", LEASE_DHCLIENT, LEASEFILE_ROOT},
	{"/var/lib/dhclient", "*.@(lease|leases)", LEASE_DHCLIENT, LEASEFILE_ROOT},
	{"/var/lib/NetworkManager", "dhclient*.lease", LEASE_DHCLIENT, LEASEFILE_ROOT},
	{"/var/lib/dhcpcd", "*.lease", LEASE_DHCPCD, LEASEFILE_DHCPCD},
	{"/var/lib/dhcpcd", "*.lease6", LEASE_DHCPCD6, LEASEFILE_DHCPCD},
	{"/var/db/dhcpcd", "*.lease", LEASE_DHCPCD, LEASEFILE_DHCPCD},
	{"/var/db/dhcpcd", "*.lease6", LEASE_DHCPCD6, LEASEFILE_DHCPCD},
};

static_assert(sizeof(table) / sizeof(table[0]) == LEASEPLACES_COUNT, "one row a place");

/* What was posted last of a file; of a place itself when it has no name. */
struct file {
	const struct place *place;
	char *name;
	char *reason;        /* NULL: believed */
	uint64_t hash;       /* of its bytes */
	int64_t written_s;
	bool seen;           /* in this look */
};

struct leaseplaces {
	struct uvx *uvx;
	struct leasefile_users users;
	struct file files[FILES_MAX];
	size_t file_count;
	bool crowded;        /* there were more, and that was said */
	bool doubtful;       /* this look: something could not be read for the moment */
};

static bool is_repeated(const struct place *place);
static void refuse_directory(struct leaseplaces *places, const struct place *place,
    int error);
static void look_into(struct leaseplaces *places, const struct place *place, int fd);
static void look_at_file(struct leaseplaces *places, const struct place *place, int fd,
    const char *name);
static void refuse(struct leaseplaces *places, const struct place *place,
    const char *name, const char *reason);
static struct file *add_file(struct leaseplaces *places, const struct place *place,
    const char *name);
static struct file *find_file(struct leaseplaces *places, const struct place *place,
    const char *name);
static void say_crowded(struct leaseplaces *places, const struct place *place);
static uint64_t hash_of(const uint8_t *bytes, size_t len);
static void post(struct leaseplaces *places, const struct file *file,
    const struct leasefile *content);
static void forget_unseen(struct leaseplaces *places, const struct place *place);

struct leaseplaces *
leaseplaces_new(struct uvx *uvx, const struct leasefile_users *users)
{
	struct leaseplaces *places = mem_zero(1, sizeof(*places));

	places->uvx = uvx;
	places->users = *users;
	return places;
}

bool
leaseplaces_look(struct leaseplaces *places, size_t i)
{
	const struct place *place = &table[i];
	int fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	places->doubtful = fd == -1 && leasefile_is_passing(errno);
	for (size_t n = 0; n < places->file_count; n++)
		if (places->files[n].place == place)
			places->files[n].seen = false;
	if (fd != -1)
		look_into(places, place, fd);
	else if (!places->doubtful && !is_repeated(place))
		refuse_directory(places, place, errno);
	if (!places->doubtful)
		forget_unseen(places, place);
	return !places->doubtful;
}

const char *
leaseplaces_directory(size_t place)
{
	return table[place].directory;
}

bool
leaseplaces_has(size_t place, const char *name)
{
	return fnmatch(table[place].pattern, name, FNM_EXTMATCH | FNM_PERIOD) == 0;
}

void
leaseplaces_free(struct leaseplaces *places)
{
	for (size_t i = 0; i < places->file_count; i++) {
		free(places->files[i].name);
		free(places->files[i].reason);
	}
	free(places);
}

/* Places of one directory stand together. */
static bool
is_repeated(const struct place *place)
{
	return place > table && strcmp(place[-1].directory, place->directory) == 0;
}

static void
refuse_directory(struct leaseplaces *places, const struct place *place, int error)
{
	char *reason = leasefile_refusal(error);

	if (reason != NULL)
		refuse(places, place, "", reason);
	free(reason);
}

/* The stream takes the descriptor over. */
static void
look_into(struct leaseplaces *places, const struct place *place, int fd)
{
	const struct dirent *entry;
	DIR *stream = fdopendir(fd);

	if (stream == NULL) {
		places->doubtful = true;
		close(fd);
		return;
	}
	while (errno = 0, (entry = readdir(stream)) != NULL)
		if (leaseplaces_has((size_t)(place - table), entry->d_name))
			look_at_file(places, place, fd, entry->d_name);
	places->doubtful = places->doubtful || errno != 0;
	closedir(stream);
}

static void
look_at_file(struct leaseplaces *places, const struct place *place, int fd,
    const char *name)
{
	struct leasefile content;
	struct file *file;
	uint64_t hash;

	if (!leasefile_read(fd, name, place->user, &places->users, &content)) {
		if (content.passing)
			places->doubtful = true;
		else if (content.reason != NULL)
			refuse(places, place, name, content.reason);
		free(content.reason);
		return;
	}
	hash = hash_of(content.bytes, content.len);
	file = add_file(places, place, name);
	if (file != NULL && (file->reason != NULL || file->hash != hash ||
		file->written_s != content.written_s)) {
		free(file->reason);
		file->reason = NULL;
		file->hash = hash;
		file->written_s = content.written_s;
		post(places, file, &content);
	}
	free(content.bytes);
}

/* Once for each reason. */
static void
refuse(struct leaseplaces *places, const struct place *place, const char *name,
    const char *reason)
{
	struct file *file = add_file(places, place, name);

	if (file == NULL ||
	    (file->reason != NULL && strcmp(file->reason, reason) == 0))
		return;
	free(file->reason);
	file->reason = mem_text(reason);
	post(places, file, NULL);
}

/* The one there is, or a new one: its reason is none that a file can have.  NULL: there
 * are too many already. */
static struct file *
add_file(struct leaseplaces *places, const struct place *place, const char *name)
{
	struct file *file = find_file(places, place, name);

	if (file == NULL && places->file_count == FILES_MAX) {
		say_crowded(places, place);
		return NULL;
	}
	if (file == NULL) {
		file = &places->files[places->file_count++];
		*file = (struct file){.place = place};
		file->name = mem_text(name);
		file->reason = mem_text("");
	}
	file->seen = true;
	return file;
}

static struct file *
find_file(struct leaseplaces *places, const struct place *place, const char *name)
{
	for (size_t i = 0; i < places->file_count; i++)
		if (places->files[i].place == place &&
		    strcmp(places->files[i].name, name) == 0)
			return &places->files[i];
	return NULL;
}

static void
say_crowded(struct leaseplaces *places, const struct place *place)
{
	struct file all = {.place = place, .name = (char[]){""}};

	if (places->crowded)
		return;
	places->crowded = true;
	all.reason = mem_printf("more than %d lease files: the others are not read",
	    FILES_MAX);
	post(places, &all, NULL);
	free(all.reason);
}

/* FNV-1a: it need not resist anybody, whoever writes the file is believed. */
static uint64_t
hash_of(const uint8_t *bytes, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

/* content: NULL: there is none, or the file is refused. */
static void
post(struct leaseplaces *places, const struct file *file, const struct leasefile *content)
{
	struct event lease = {.kind = EVENT_LEASE, .lease_kind = file->place->kind};
	const char *slash = file->name[0] != '\0' ? "/" : "";
	char *path = mem_printf("%s%s%s", file->place->directory, slash, file->name);

	lease.path = path;
	lease.error = file->reason;
	lease.wall_s = (int64_t)time(NULL);
	if (content != NULL) {
		lease.bytes = content->bytes;
		lease.len = content->len;
		lease.written_s = content->written_s;
	}
	places->uvx->post(places->uvx, &lease);
	free(path);
}

static void
forget_unseen(struct leaseplaces *places, const struct place *place)
{
	for (size_t i = 0; i < places->file_count;) {
		struct file *file = &places->files[i];

		if (file->place != place || file->seen) {
			i++;
			continue;
		}
		free(file->reason);
		file->reason = NULL;
		post(places, file, NULL);
		free(file->name);
		*file = places->files[--places->file_count];
	}
}
