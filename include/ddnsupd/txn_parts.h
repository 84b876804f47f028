/*
 * txn_parts: what the files of txn share; nobody else includes it.
 */
#ifndef DDNSUPD_TXN_PARTS_H
#define DDNSUPD_TXN_PARTS_H

#include "ddnsupd/txn.h"
#include "ddnsupd/verdict.h"

/* --- txn.c: the way through -------------------------------------------------------- */

/* Look at the candidates that have not failed; none left: the pass ends. */
void txn_look(struct txn *txn, struct step *step);

/* Look again at the server in use only. */
void txn_look_here(struct txn *txn, struct step *step);

/* Pause up to `span_us` plus `least_us`, then look. */
void txn_pause(struct txn *txn, struct step *step, int64_t least_us, int64_t span_us);

/* End a family; the error (NULL: none) becomes the result's. */
void txn_end_family(struct txn *txn, unsigned family, enum outcome outcome,
    enum exit_code exit, char *error);

/* The outcome of a family that stands as it should: updated, withdrawn. */
enum outcome txn_good_outcome(const struct txn *txn);

/* Every family of the pass has its result: the next pass, or the end. */
void txn_end_pass(struct txn *txn, struct step *step);

/* Both families were in one message: each goes again alone. */
void txn_split(struct txn *txn, struct step *step);

/* --- txn_failure.c ----------------------------------------------------------------- */

/* Every failure of every step comes here: what the verdict says is done. */
void txn_failed(struct txn *txn, struct step *step, const struct verdict *verdict,
    int rcode, enum fault fault);

/* No candidate is left: ask for the NS set once, then say what is known. */
void txn_exhausted(struct txn *txn, struct step *step);

/* Remember what a candidate said, and that it is not the one to ask. */
void txn_blame(struct txn_candidate *candidate, const struct verdict *verdict, int rcode,
    enum fault fault);

/* --- txn_update.c: compare and update ---------------------------------------------- */

void txn_compare(struct txn *txn, struct step *step);
void txn_send_update(struct txn *txn, struct step *step);
void txn_update_answered(struct txn *txn, struct step *step);

/* result->kept: what stands as planned and was not added by us.  Returns whether this
 * conversation has changed anything for the family. */
bool txn_keep_rest(struct txn *txn, unsigned family);

/* What the plan of a family is made from. */
struct plan_input txn_plan_input(const struct txn *txn, unsigned family);

/* Accepted: what was added and removed is remembered until it shows. */
void txn_accepted(struct txn *txn, struct step *step, unsigned family);

/* A conflict ends the family's story; what was recorded in advance is taken back. */
void txn_end_conflict(struct txn *txn, struct step *step, unsigned family, char *error);

/* --- txn_prereq.c ------------------------------------------------------------------ */

void txn_prerequisite_failed(struct txn *txn, struct step *step);

/* The second look is there.  Returns whether to plan and send again; otherwise the
 * conversation has been led elsewhere. */
bool txn_second_look(struct txn *txn, struct step *step);

/* --- txn_probe.c ------------------------------------------------------------------- */

/* The no-op delete was accepted. */
void txn_permitted(struct txn *txn, struct step *step);

/* --- txn_verify.c ------------------------------------------------------------------ */

void txn_verify(struct txn *txn, struct step *step);
void txn_verify_seen(struct txn *txn, struct step *step);
void txn_verify_failed(struct txn *txn, struct step *step);
void txn_confirm_answered(struct txn *txn, struct step *step);

/* --- txn_state.c: what we hold ----------------------------------------------------- */

struct state_entry *txn_entry(const struct txn *txn);

/* Record what an UPDATE may add before it goes.  `early`: before anything was seen at a
 * candidate.  Returns whether the UPDATE must wait for the disk. */
bool txn_put(struct txn *txn, struct step *step, bool early);

/* What is planned was accepted, or stands: record it as held. */
void txn_hold(struct txn *txn, struct step *step, unsigned family);

/* The family stands as planned, and that shows: what is gone is no longer held. */
void txn_forget(struct txn *txn, struct step *step, unsigned family);

/* The last UPDATE has changed nothing. */
void txn_not_applied(struct txn *txn, unsigned family);

/* Shared: an address recorded in advance that stands there before an UPDATE of ours can
 * have put it there is somebody else's. */
void txn_disown(struct txn *txn, struct step *step, unsigned family);

/* NOERROR, but it does not show: HELD becomes MAYBE again, what was to go as well. */
void txn_doubt(struct txn *txn, struct step *step, unsigned family);

/* The TTL that the server shows after the UPDATE. */
void txn_note_ttl(struct txn *txn, struct step *step, unsigned family, uint32_t ttl);

/* The family's story ended badly: take back what was only recorded in advance. */
void txn_take_back(struct txn *txn, struct step *step, unsigned family);

/* --- txn_text.c: sentences --------------------------------------------------------- */

/* The candidate whose word decides the exit code; NULL: nobody said anything. */
const struct txn_candidate *txn_spokesman(const struct txn *txn, enum exit_code exit);

/* All return a sentence of its own memory. */
char *txn_say_locate(const struct txn *txn, enum exit_code *exit);
char *txn_say_conflict(const struct txn *txn, unsigned family);
char *txn_say_alias(const struct txn *txn);
char *txn_say_unproved(const struct txn *txn);
char *txn_say_race(const struct txn *txn);
char *txn_say_exhausted(const struct txn *txn, enum exit_code exit);
void txn_list_addrs(struct strbuf *out, const struct rrset *set);

#endif
