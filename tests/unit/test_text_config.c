/*
 * ddnsupd.yaml: every key's value, its default, the sample, and many registrations.
 */
#include <time.h>

#include "text_config_expect.h"

TestSuite(text_config);

static const char *
shown(const struct addr *addr)
{
	static char text[ADDR_TEXT_MAX];

	return addr_format(addr, text);
}

Test(text_config, defaults)
{
	struct config *config = load("registrations:\n  - name: amt\n");
	const struct config_registration *reg = config->registrations;

	cr_assert_eq(config->registration_count, 1);
	cr_expect_eq(config->amt_release, 16);
	cr_expect_null(config->state_directory);
	cr_expect_null(config->control_socket);
	cr_expect_eq(config->dns_source, DNS_SOURCE_DEFAULT);
	cr_expect_eq(config->server_count, 0);
	cr_expect_eq(config->primary_count, 0);
	cr_expect_eq(config->transport, TRANSPORT_AUTO);
	cr_expect_str_eq(reg->name, "amt");
	cr_expect(reg->enabled);
	cr_expect_eq(reg->mode, FQDN_SHARED);
	cr_expect_null(reg->host_name);
	cr_expect_null(reg->domain_name);
	cr_expect_null(reg->interface);
	cr_expect_null(reg->host_interface);
	cr_expect_eq(reg->ipv4, FAMILY_USE_DEFAULT);
	cr_expect_eq(reg->ipv6, FAMILY_USE_DEFAULT);
	cr_expect_eq(reg->address_count, 0);
	cr_expect_eq(reg->ttl_s, 900);
	cr_expect_eq(reg->periodic_min, 1440);
	cr_expect_eq(reg->on_conflict, ON_CONFLICT_REPLACE);
	cr_expect_not(reg->temporary_addresses || reg->withdraw_on_stop);
	cr_expect_not(reg->override_dhcp_server || reg->allow_top_level_zone);
	config_free(config);
}

Test(text_config, top_and_dns)
{
	struct config *config = load(
	    "amt-release: 11\n"
	    "state-directory: /srv/state\n"
	    "control-socket: /run/x/control\n"
	    "dns:\n"
	    "  source: dhcp\n"
	    "  servers: [192.0.2.53, 2001:db8::53#5353, fe80::1%eth0, 127.0.0.1#5300]\n"
	    "  primary: [NS1.corp.example., 192.0.2.54]\n"
	    "  transport: tcp\n");
	char text[ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX];

	cr_expect_eq(config->amt_release, 11);
	cr_expect_str_eq(config->state_directory, "/srv/state");
	cr_expect_str_eq(config->control_socket, "/run/x/control");
	cr_expect_eq(config->dns_source, DNS_SOURCE_DHCP);
	cr_expect_eq(config->transport, TRANSPORT_TCP);
	cr_assert_eq(config->server_count, 4);
	cr_expect_str_eq(endpoint_format(&config->servers[0], text), "192.0.2.53#53");
	cr_expect_str_eq(endpoint_format(&config->servers[1], text),
	    "2001:db8::53#5353");
	cr_expect_str_eq(endpoint_format(&config->servers[2], text), "fe80::1%eth0#53");
	cr_expect_str_eq(endpoint_format(&config->servers[3], text), "127.0.0.1#5300");
	cr_assert_eq(config->primary_count, 2);
	cr_assert(config->primaries[0].is_name);
	cr_expect_str_eq(name_format(&config->primaries[0].name, name),
	    "ns1.corp.example");
	cr_assert_not(config->primaries[1].is_name);
	cr_expect_str_eq(endpoint_format(&config->primaries[1].server, text),
	    "192.0.2.54#53");
	cr_expect_eq(config->registration_count, 0);
	config_free(config);
}

Test(text_config, registration)
{
	struct config *config = load(
	    "registrations:\n"
	    "  - name: first\n"
	    "  - {name: amt, enabled: false, fqdn: dedicated, host-name: PC1-amt,\n"
	    "     domain-name: corp.example., interface: eth0, host-interface: eth1,\n"
	    "     ipv4: none, ipv6: auto, addresses: [192.0.2.10, 2001:db8::10],\n"
	    "     temporary-addresses: true, ttl: 60, periodic-update: 20,\n"
	    "     on-conflict: keep, withdraw-on-stop: true,\n"
	    "     override-dhcp-server: true, allow-top-level-zone: true}\n");
	const struct config_registration *reg = &config->registrations[1];

	cr_assert_eq(config->registration_count, 2);
	cr_expect_str_eq(reg->name, "amt");
	cr_expect_not(reg->enabled);
	cr_expect_eq(reg->mode, FQDN_DEDICATED);
	cr_expect_str_eq(reg->host_name, "PC1-amt");
	cr_expect_str_eq(reg->domain_name, "corp.example.");
	cr_expect_str_eq(reg->interface, "eth0");
	cr_expect_str_eq(reg->host_interface, "eth1");
	cr_expect_eq(reg->ipv4, FAMILY_USE_NONE);
	cr_expect_eq(reg->ipv6, FAMILY_USE_AUTO);
	cr_assert_eq(reg->address_count, 2);
	cr_expect_str_eq(shown(&reg->addresses[0]), "192.0.2.10");
	cr_expect_str_eq(shown(&reg->addresses[1]), "2001:db8::10");
	cr_expect(reg->temporary_addresses);
	cr_expect_eq(reg->ttl_s, 60);
	cr_expect_eq(reg->periodic_min, 20);
	cr_expect_eq(reg->on_conflict, ON_CONFLICT_KEEP);
	cr_expect(reg->withdraw_on_stop);
	cr_expect(reg->override_dhcp_server);
	cr_expect(reg->allow_top_level_zone);
	config_free(config);
}

/* Without the sanitizers this takes 0.7 s; what is quadratic takes minutes. */
Test(text_config, hundred_thousand_registrations)
{
	struct strbuf text = { 0 };
	struct config *config;
	clock_t start;

	strbuf_add(&text, "registrations:\n");
	for (int i = 0; i < 100000; i++)
		strbuf_printf(&text, "  - name: r%d\n    host-name: h%d\n"
		    "    domain-name: corp.example\n    ttl: 900\n", i, i);
	start = clock();
	config = load(text.s);
	cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 20.0);
	cr_expect_eq(config->registration_count, 100000);
	cr_expect_str_eq(config->registrations[99999].name, "r99999");
	cr_expect_str_eq(config->registrations[99999].host_name, "h99999");
	config_free(config);
	strbuf_free(&text);
}

static char *
read_sample(void)
{
	static const char path[] = TOP_SRCDIR "/contrib/ddnsupd.yaml";
	struct strbuf text = { 0 };
	char line[512];
	FILE *file;

	file = fopen(path, "r");
	cr_assert_not_null(file, "%s", path);
	while (fgets(line, sizeof(line), file) != NULL)
		strbuf_add(&text, line);
	fclose(file);
	return strbuf_take(&text);
}

/* "#key" becomes "key", "# comment" stays. */
static void
uncomment(char *text)
{
	char *out = text;

	for (const char *in = text; *in != '\0'; in++) {
		if (in[0] != '#' || in[1] < 'a' || in[1] > 'z')
			*out++ = *in;
	}
	*out = '\0';
}

Test(text_config, sample)
{
	char *text = read_sample();
	struct config *config = load(text);

	cr_assert_eq(config->registration_count, 1);
	cr_expect_not(config->registrations[0].enabled);
	cr_expect_eq(config->registrations[0].mode, FQDN_DEDICATED);
	config_free(config);
	free(text);
}

/* Every key stands in the sample, and those with a fixed default show it. */
Test(text_config, sample_uncommented)
{
	char *text = read_sample();
	const struct config_registration *reg;
	struct config *config;

	uncomment(text);
	config = load(text);
	cr_assert_eq(config->registration_count, 1);
	reg = config->registrations;
	cr_expect_eq(config->amt_release, CONFIG_AMT_RELEASE);
	cr_expect_not_null(config->state_directory);
	cr_expect_not_null(config->control_socket);
	cr_expect_neq(config->dns_source, DNS_SOURCE_DEFAULT);
	cr_expect_eq(config->server_count, 2);
	cr_expect_eq(config->dhcp_source_count, CONFIG_DHCP_SOURCES_MAX);
	for (size_t i = 0; i < CONFIG_DHCP_SOURCES_MAX; i++)
		cr_expect_eq(config->dhcp_sources[i], FACT_SOURCE_LEASE + i);
	cr_expect_eq(config->primary_count, 1);
	cr_expect_not_null(strstr(text, "  transport: auto\n"));
	cr_expect_not_null(reg->host_name);
	cr_expect_not_null(reg->domain_name);
	cr_expect_not_null(reg->interface);
	cr_expect_not_null(reg->host_interface);
	cr_expect_eq(reg->ipv4, FAMILY_USE_AUTO);
	cr_expect_eq(reg->ipv6, FAMILY_USE_AUTO);
	cr_expect_eq(reg->address_count, 2);
	cr_expect_eq(reg->ttl_s, CONFIG_TTL_S);
	cr_expect_eq(reg->periodic_min, CONFIG_PERIODIC_MIN);
	cr_expect_not_null(strstr(text, "    ttl: 900\n"));
	cr_expect_not_null(strstr(text, "    periodic-update: 1440\n"));
	cr_expect_not_null(strstr(text, "    on-conflict: replace\n"));
	cr_expect_not_null(strstr(text, "    temporary-addresses: false\n"));
	cr_expect_not_null(strstr(text, "    withdraw-on-stop: false\n"));
	cr_expect_not_null(strstr(text, "    override-dhcp-server: false\n"));
	cr_expect_not_null(strstr(text, "    allow-top-level-zone: false\n"));
	config_free(config);
	free(text);
}
