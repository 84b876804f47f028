/*
 * The table of protocol.md 5: every answer at both steps, and the exit code.
 */
#include <string.h>

#include "core_world.h"
#include "ddnsupd/verdict.h"
#include "ddnsupd/wire.h"

TestSuite(verdict);

struct row {
	int rcode;
	enum verdict_next next;
	enum verdict_class class;
};

Test(verdict, update)
{
	static const struct row rows[] = {
		{RCODE_NOERROR, VERDICT_GO_ON, VERDICT_TEMPORARY},
		{RCODE_FORMERR, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_SERVFAIL, VERDICT_AGAIN, VERDICT_TEMPORARY},
		{RCODE_NXDOMAIN, VERDICT_LOOK, VERDICT_TEMPORARY},
		{RCODE_NOTIMP, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_REFUSED, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_YXDOMAIN, VERDICT_LOOK, VERDICT_TEMPORARY},
		{RCODE_YXRRSET, VERDICT_LOOK, VERDICT_TEMPORARY},
		{RCODE_NXRRSET, VERDICT_LOOK, VERDICT_TEMPORARY},
		{RCODE_NOTAUTH, VERDICT_REDISCOVER, VERDICT_REFUSED},
		{RCODE_NOTZONE, VERDICT_REDISCOVER, VERDICT_REFUSED},
		/* unknown ones count as SERVFAIL */
		{11, VERDICT_AGAIN, VERDICT_TEMPORARY},
		{15, VERDICT_AGAIN, VERDICT_TEMPORARY},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		const struct verdict *got =
		    verdict_of_rcode(VERDICT_UPDATE, rows[i].rcode);

		cr_expect_eq(got->next, rows[i].next, "%s", rcode_name(rows[i].rcode));
		cr_expect_eq(got->class, rows[i].class, "%s",
		    rcode_name(rows[i].rcode));
		cr_expect_gt(strlen(got->meaning), 0);
	}
}

/* SERVFAIL here is judged by what the conversation does, see test_txn.c. */
Test(verdict, observe)
{
	static const struct row rows[] = {
		{RCODE_NOERROR, VERDICT_GO_ON, VERDICT_SILENT},
		{RCODE_FORMERR, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_NXDOMAIN, VERDICT_GO_ON, VERDICT_SILENT},
		{RCODE_NOTIMP, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_REFUSED, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_YXDOMAIN, VERDICT_NEXT, VERDICT_TEMPORARY},
		{RCODE_YXRRSET, VERDICT_NEXT, VERDICT_TEMPORARY},
		{RCODE_NXRRSET, VERDICT_NEXT, VERDICT_TEMPORARY},
		{RCODE_NOTAUTH, VERDICT_NEXT, VERDICT_REFUSED},
		{RCODE_NOTZONE, VERDICT_NEXT, VERDICT_REFUSED},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		const struct verdict *got =
		    verdict_of_rcode(VERDICT_OBSERVE, rows[i].rcode);

		cr_expect_eq(got->next, rows[i].next, "%s", rcode_name(rows[i].rcode));
		cr_expect_eq(got->class, rows[i].class, "%s",
		    rcode_name(rows[i].rcode));
		cr_expect_gt(strlen(got->meaning), 0);
	}
	cr_expect_eq(verdict_of_rcode(VERDICT_OBSERVE, RCODE_SERVFAIL)->class,
	    VERDICT_TEMPORARY);
}

/* Ignorance, not failure: look first, next candidate. */
Test(verdict, no_answer)
{
	static const enum fault faults[] = {FAULT_TIMEOUT, FAULT_PORT_UNREACHABLE,
	    FAULT_UNREACHABLE, FAULT_CONNECT, FAULT_RESET, FAULT_SEND};
	static const enum verdict_step steps[] = {VERDICT_OBSERVE, VERDICT_UPDATE};
	size_t i, j;

	for (i = 0; i < LENGTH(faults); i++)
		for (j = 0; j < LENGTH(steps); j++) {
			const struct verdict *got = verdict_of_fault(steps[j],
			    faults[i]);

			cr_expect_eq(got->next, VERDICT_NEXT);
			cr_expect_eq(got->class, VERDICT_SILENT);
			cr_expect_gt(strlen(got->meaning), 0);
		}
}

/* "The first that applies"; a silent candidate never hides one that answered. */
Test(verdict, exit_code)
{
	const unsigned silent = VERDICT_BIT(VERDICT_SILENT);
	const unsigned refused = VERDICT_BIT(VERDICT_REFUSED);
	const unsigned temporary = VERDICT_BIT(VERDICT_TEMPORARY);

	cr_expect_eq(verdict_exit(0), EXIT_CODE_UNAVAILABLE);
	cr_expect_eq(verdict_exit(silent), EXIT_CODE_UNAVAILABLE);
	cr_expect_eq(verdict_exit(refused), EXIT_CODE_REFUSED);
	cr_expect_eq(verdict_exit(refused | silent), EXIT_CODE_REFUSED);
	cr_expect_eq(verdict_exit(temporary), EXIT_CODE_TEMPORARY);
	cr_expect_eq(verdict_exit(temporary | silent), EXIT_CODE_TEMPORARY);
	cr_expect_eq(verdict_exit(temporary | refused | silent), EXIT_CODE_TEMPORARY);
}

/* What a 77 must be able to say (protocol.md 5, mission R2). */
Test(verdict, refused_names_every_cause)
{
	const char *meaning = verdict_of_rcode(VERDICT_UPDATE, RCODE_REFUSED)->meaning;

	cr_expect_not_null(strstr(meaning, "this address"));
	cr_expect_not_null(strstr(meaning, "non-secure"));
	cr_expect_not_null(strstr(meaning, "frozen"));
	cr_expect_not_null(strstr(meaning, "secondary"));
	meaning = verdict_of_rcode(VERDICT_UPDATE, RCODE_NOTAUTH)->meaning;
	cr_expect_not_null(strstr(meaning, "not allowed"));
}
