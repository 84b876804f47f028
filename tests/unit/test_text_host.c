/*
 * The host's own name from node name, /etc/hosts and resolv.conf.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ddnsupd/text.h"

TestSuite(text_host);

/* What the three texts give: the FQDN; the label and "?" when the domain is not known;
 * "-" when nothing is. */
static void
expect(const char *node, const char *hosts, const char *resolv, const char *wanted)
{
	struct fact_host host;
	char got[2 * NAME_TEXT_MAX], text[NAME_TEXT_MAX];

	memset(&host, 0xff, sizeof(host));
	text_host(node, hosts, resolv, &host);
	if (!host.known)
		snprintf(got, sizeof(got), "-");
	else if (!host.has_domain)
		snprintf(got, sizeof(got), "%s ?", name_format(&host.label, text));
	else
		snprintf(got, sizeof(got), "%s", name_format(&host.fqdn, text));
	cr_expect_str_eq(got, wanted, "node \"%s\", hosts \"%s\", resolv \"%s\": %s, "
	    "not %s",
	    node ? node : "NULL", hosts ? hosts : "NULL", resolv ? resolv : "NULL", got,
	    wanted);
	cr_expect(host.known || !host.has_domain);
	if (host.known && host.has_domain) {
		struct name parent = name_parent(&host.fqdn);
		struct name first = name_first(&host.fqdn);

		cr_expect(name_equal(&parent, &host.domain));
		cr_expect(name_equal(&first, &host.label));
	}
}

Test(text_host, dotted_node_name_is_it)
{
	expect("pc1.corp.example", NULL, NULL, "pc1.corp.example");
	expect("PC1.Corp.Example", NULL, NULL, "pc1.corp.example");
	expect("pc1.corp.example", "192.0.2.1 pc1.other.example pc1\n",
	    "domain third.example\n", "pc1.corp.example");
}

Test(text_host, no_node_name)
{
	expect(NULL, NULL, NULL, "-");
	expect("", "127.0.1.1 pc1.corp.example pc1\n", "search corp.example\n", "-");
	expect("(none)", NULL, "search corp.example\n", "-");
	expect("localhost", "127.0.0.1 localhost.corp.example localhost\n",
	    "search corp.example\n", "-");
	expect("localhost.localdomain", NULL, "search corp.example\n", "-");
	expect("pc 1", NULL, NULL, "-");
	expect("localhost1", NULL, "search corp.example\n", "localhost1.corp.example");
}

Test(text_host, no_domain)
{
	expect("pc1", NULL, NULL, "pc1 ?");
	expect("pc1", "", "", "pc1 ?");
	expect("pc1.", NULL, NULL, "pc1 ?");
	expect("pc1", "127.0.0.1 localhost\n127.0.1.1 pc1\n", "nameserver 192.0.2.53\n",
	    "pc1 ?");
}

Test(text_host, canonical_name_of_own_line)
{
	expect("pc1", "127.0.0.1 localhost\n127.0.1.1\tpc1.corp.example\tpc1\n", NULL,
	    "pc1.corp.example");
	expect("pc1", "127.0.1.1 pc1.corp.example alias pc1", NULL, "pc1.corp.example");
	expect("pc1", "::1 PC1.Corp.Example PC1\r\n", NULL, "pc1.corp.example");
	expect("pc1", "fe80::1%eth0 pc1.corp.example pc1\n", NULL, "pc1.corp.example");
	/* the first such line */
	expect("pc1", "192.0.2.1 pc1.a.example pc1\n192.0.2.1 pc1.b.example pc1\n",
	    NULL, "pc1.a.example");
	/* hosts before resolv.conf */
	expect("pc1", "192.0.2.1 pc1.a.example pc1\n", "search b.example\n",
	    "pc1.a.example");
}

Test(text_host, lines_of_others)
{
	static const char search[] = "search b.example\n";

	/* another machine's */
	expect("pc1", "192.0.2.2 pc2.a.example pc2\n", search, "pc1.b.example");
	/* the node name is missing from the line */
	expect("pc1", "192.0.2.2 pc1.a.example\n", search, "pc1.b.example");
	/* only an alias has the domain */
	expect("pc1", "192.0.2.2 pc1 pc1.a.example\n", search, "pc1.b.example");
	/* the canonical name is another's, the node name its alias */
	expect("pc1", "192.0.2.2 www.a.example pc1\n", search, "pc1.b.example");
	/* no address, an odd name, a name that cannot be */
	expect("pc1", "host pc1.a.example pc1\n", search, "pc1.b.example");
	expect("pc1", "192.0.2.2 pc1.a..example pc1\n", search, "pc1.b.example");
	expect("pc1", "192.0.2.2 pc1.caf\303\251 pc1\n", search, "pc1.b.example");
}

Test(text_host, comments_and_lms)
{
	static const char search[] = "search b.example\n";

	expect("pc1", "#192.0.2.2 pc1.a.example pc1\n", search, "pc1.b.example");
	expect("pc1", "192.0.2.2 pc1.a.example # pc1\n", search, "pc1.b.example");
	expect("pc1", "192.0.2.2 pc1.a.example pc1 # mine\n", search, "pc1.a.example");
	expect("pc1", "127.0.0.1 pc1.amt.example pc1 # LMS GENERATED LINE\n", search,
	    "pc1.b.example");
	expect("pc1", "127.0.0.1 pc1.amt.example pc1 # LMS GENERATED LINE\n"
	    "127.0.1.1 pc1.a.example pc1\n", search, "pc1.a.example");
}

Test(text_host, resolv)
{
	expect("pc1", NULL, "domain corp.example\n", "pc1.corp.example");
	expect("pc1", NULL, "nameserver 192.0.2.1\nsearch a.example b.example",
	    "pc1.a.example");
	expect("pc1", NULL, "search\tLan\n", "pc1.lan");
	/* the last of the two kinds counts */
	expect("pc1", NULL, "domain a.example\nsearch b.example c.example\n",
	    "pc1.b.example");
	expect("pc1", NULL, "search b.example\ndomain a.example\n", "pc1.a.example");
	/* what is no name is skipped */
	expect("pc1", NULL, "search .\n", "pc1 ?");
	expect("pc1", NULL, "search . a.example\n", "pc1.a.example");
	expect("pc1", NULL, "domain a.example\ndomain -x-\n", "pc1.a.example");
	/* comments, other words, keywords that do not begin their line */
	expect("pc1", NULL, "#domain a.example\n;search b.example\n", "pc1 ?");
	expect("pc1", NULL, "domainx a.example\n domain b.example\n", "pc1 ?");
	expect("pc1", NULL, "domain\n", "pc1 ?");
}

Test(text_host, too_long_together)
{
	char resolv[400] = "search ";
	char label[64], wanted[80];
	unsigned i;

	memset(label, 'a', 63);
	label[63] = '\0';
	for (i = 0; i < 49; i++)
		strcat(resolv, "abcd.");
	strcat(resolv, "ab\n");
	/* A name by itself (249 octets), but not below this label. */
	snprintf(wanted, sizeof(wanted), "%s ?", label);
	expect(label, NULL, resolv, wanted);
	/* An earlier one that fits is better than none. */
	snprintf(wanted, sizeof(wanted), "domain corp.example\n%s", "");
	memmove(resolv + strlen(wanted), resolv, strlen(resolv) + 1);
	memcpy(resolv, wanted, strlen(wanted));
	snprintf(wanted, sizeof(wanted), "%s.corp", label);
	expect(label, NULL, resolv, strcat(wanted, ".example"));
}
