#!/bin/bash
# SPDX-License-Identifier: MIT
#
# race_judge tells right from wrong: of what was told, and of what others would
# have said.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# was ASKER PID PORT ADDRESS NAME ANSWERED BEGUN: a line of the truth. Nobody
# connected if BEGUN is 0.
was()
{
	printf '%s\t' "$@" >>"$lab_dir/truth"
	printf '0\t0\t0\n' >>"$lab_dir/truth"
}

# told PID PORT ADDRESS NAME
told()
{
	printf '%s\t%s\t%s\t%s\n' "$@" >>"$lab_dir/seen"
}

# judged WHAT STATUS VERDICT...
judged()
{
	local what=$1 wanted=$2 status=0 report

	shift 2
	report=$("$EGRETS_HELPERS/race_judge" "$lab_dir/truth" \
		"$lab_dir/seen" 2>/dev/null) || status=$?
	expect_is "$what" "$status"$'\n'"$report" \
		"$(printf '%s\n' "$wanted" "$@")"
	: >"$lab_dir/truth"
	: >"$lab_dir/seen"
}

lab_files
[[ -x $EGRETS_HELPERS/race_judge ]] ||
	lab_skip "no $EGRETS_HELPERS/race_judge (build the tests)"
: >"$lab_dir/truth"
: >"$lab_dir/seen"

judged "nothing is not all" 1 \
	"connects: 0, surplus lines: 0, of other processes: 0" \
	"egrets: right 0, wrong 0, empty 0, lost 0" \
	"last answer wins: right 0, wrong 0, empty 0, lost 0" \
	"per pid only: right 0, wrong 0, empty 0, lost 0"

# Two processes, one after the other; the second one goes there twice.
was 11 11 1000 10.0.0.1 a.lab 100 110
was 12 12 1001 10.0.0.1 b.lab 200 210
was 12 12 1002 10.0.0.1 b.lab 200 220
told 12 1002 10.0.0.1 b.lab
told 11 1000 10.0.0.1 a.lab
told 12 0 10.0.0.1 b.lab
told 13 1003 10.0.0.1 c.lab
judged "all is right" 0 \
	"connects: 3, surplus lines: 0, of other processes: 1" \
	"egrets: right 3, wrong 0, empty 0, lost 0" \
	"last answer wins: right 3, wrong 0, empty 0, lost 0" \
	"per pid only: right 3, wrong 0, empty 0, lost 0"

was 11 11 1000 10.0.0.1 a.lab 100 110
was 11 11 1001 10.0.0.2 b.lab 120 130
was 11 11 1002 10.0.0.3 c.lab 140 150
was 11 11 1003 10.0.0.4 d.lab 160 170
told 11 1000 10.0.0.1 a.lab
told 11 1001 10.0.0.2 a.lab
told 11 1002 10.0.0.3 -
told 11 1000 10.0.0.1 a.lab
judged "one of each: right, wrong, empty, lost, told twice" 1 \
	"connects: 4, surplus lines: 1, of other processes: 0" \
	"egrets: right 1, wrong 1, empty 1, lost 1" \
	"last answer wins: right 4, wrong 0, empty 0, lost 0" \
	"per pid only: right 4, wrong 0, empty 0, lost 0"

# Another's answer came between; a child connects; an answer for nobody; one
# that came too late.
was 11 11 1000 10.0.0.1 a.lab 100 130
was 12 12 1001 10.0.0.1 b.lab 120 140
was 11 21 1002 10.0.0.2 c.lab 200 210
was 11 11 1003 10.0.0.3 d.lab 310 340
was 11 0 0 10.0.0.3 e.lab 320 0
was 12 12 1004 10.0.0.4 f.lab 420 410
judged "what others would have said" 1 \
	"connects: 5, surplus lines: 0, of other processes: 0" \
	"egrets: right 0, wrong 0, empty 0, lost 5" \
	"last answer wins: right 2, wrong 2, empty 1, lost 0" \
	"per pid only: right 2, wrong 1, empty 2, lost 0"
expect_done
