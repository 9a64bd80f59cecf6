#!/bin/bash
# SPDX-License-Identifier: MIT
#
# With EGRETS_CACHE the second start takes what the first has compiled, without
# libbcc, and sees the same. What it cannot use or keep there costs a warning.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
unset EGRETS_SHARED

port=7782

workload()
{
	lab_client curl -4 -s -o /dev/null http://four.lab/
	lab_client curl -6 -s -o /dev/null http://six.lab/
	lab_client curl -4 -s -o /dev/null http://noroute.lab/ || true
	lab_client "$EGRETS_HELPERS/udp_client" "$port" four.lab
} >"$lab_dir/client"

seen()
{
	events 'select(.process.name == ("curl", "udp_client")) |
		select($kind != "process.udp_v4" or .destination.port != 53) |
		[$kind, .process.name, .destination.ip, .destination.port,
			.destination.domain // "-", .egrets.result // "-",
			.dns.question.name] | join(" ")' | LC_ALL=C sort
}

# start OPTION...: and what it did for it, in $stages and $warnings.
start()
{
	egrets_start -v -o json "$@"
	workload
	egrets_stop
	stages=$(sed -n 's/^egrets: start: \([a-z]*\) .*/\1/p' "$lab_dir/err" |
		xargs)
	warnings=$(grep -E '^egrets: cannot (use|keep)' "$lab_dir/err" || true)
}

# The one file that is kept.
kept()
{
	ls -A "$EGRETS_CACHE"
}

# expect_mended WHAT WARNING: a file that is of no use is replaced.
expect_mended()
{
	start
	expect_is "$1: compiled anew" "$stages" "types library compile attach"
	expect_like "$1: one warning" "$warnings" \
		"^egrets: cannot use compiled programs: $file: $2\$"
	start
	expect_is "$1: the next start" "$stages $warnings" "types cache attach "
}

# expect_without WHAT DIRECTORY WARNING: it is not used, and egrets runs.
expect_without()
{
	local EGRETS_CACHE=$2

	start
	expect_is "$1: compiled" "$stages" "types library compile attach"
	expect_like "$1: one warning" "$warnings" "^egrets: cannot keep $3\$"
	expect_is "$1: what is seen" "$(seen)" "$first"
}

lab_up
lab_sink "$port"
export EGRETS_CACHE=$lab_dir/compiled
mkdir "$EGRETS_CACHE"

start
first=$(seen)
file=$(kept)
expect_is "the first start" "$stages $warnings" \
	"types library compile attach "
expect_true "it sees what there is" test "$(wc -l <<<"$first")" -ge 8
expect_like "it leaves a file" "$file" '^[0-9a-f]{16}\.bpf$'
expect_is "which is nobody else's" \
	"$(stat -c '%a %u' "$EGRETS_CACHE/$file")" "600 $(id -u)"
library=$(realpath "$(ldconfig -p | sed -n '/libbcc\.so\.0 /{s/.*=> //p;q}')")
printf '#!/bin/bash\nexec unshare --mount bash -euc %q - "$@"\n' \
	"mount --bind /dev/null $library; exec $EGRETS \"\$@\"" \
	>"$lab_dir/without"
chmod +x "$lab_dir/without"
EGRETS=$lab_dir/without start
expect_is "the second start, without libbcc" "$stages $warnings" \
	"types cache attach "
expect_is "what it sees" "$(seen)" "$first"
expect_is "the same file" "$(kept)" "$file"
start -e process.exit
expect_is "other programs are others" "$stages, $(kept | wc -l)" \
	"types library compile attach, 2"
rm "$EGRETS_CACHE/$(kept | grep -vF "$file")"

if ((${EGRETS_PATIENCE:-1} == 1)); then
	truncate -s -100 "$EGRETS_CACHE/$file"
	expect_mended "cut" 'Bad message'
	printf 'x' | dd of="$EGRETS_CACHE/$file" bs=1 seek=20 conv=notrunc \
		status=none
	expect_mended "of another kernel" 'Bad message'
	printf 'x' | dd of="$EGRETS_CACHE/$file" bs=1 conv=notrunc status=none \
		seek=$(($(stat -c %s "$EGRETS_CACHE/$file") - 20))
	expect_mended "damaged" 'Bad message'
	: >"$EGRETS_CACHE/$file"
	expect_mended "empty" 'Bad message'
	chmod g+w "$EGRETS_CACHE/$file"
	expect_mended "others may write to it" 'Operation not permitted'
	chown "$LAB_USER_ID" "$EGRETS_CACHE/$file"
	expect_mended "another's" 'Operation not permitted'
	mv "$EGRETS_CACHE/$file" "$lab_dir/elsewhere"
	ln -s "$lab_dir/elsewhere" "$EGRETS_CACHE/$file"
	expect_mended "a link" 'Too many levels of symbolic links'
	expect_is "nothing else is left there" "$(kept)" "$file"

	expect_without "no such directory" "$lab_dir/none" \
		'compiled programs in .*/none: No such file or directory'
	expect_without "not a directory" "$lab_dir/elsewhere" \
		'compiled programs in .*/elsewhere: Not a directory'
	expect_without "a directory that takes no files" /proc/sys \
		'compiled programs: [0-9a-f]*\.bpf: .*'
	mkdir "$lab_dir/full"
	mount -t tmpfs -o size=64k none "$lab_dir/full"
	lab_on_exit umount "$lab_dir/full"
	expect_without "a full one" "$lab_dir/full" \
		'compiled programs: [0-9a-f]*\.bpf: .*'
	expect_is "nothing is left in that" "$(ls -A "$lab_dir/full")" ""
fi
expect_done
