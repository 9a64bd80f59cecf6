#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Where egrets cannot run, it says so in one line with the cause and the cure,
# and exits with 77; --check says the same. Each time something is taken away
# for real: a capability, a system call, a mount, a library. What it can do
# without is taken away, too, and then it runs.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

options=("--attach=${EGRETS_ATTACH:-auto}")
as_user=(setpriv --reuid "$LAB_USER_ID" --regid "$LAB_USER_ID" --clear-groups)
# Before a command: first the shell's commands in the next word, in a mount
# namespace of its own.
# shellcheck disable=SC2016
mounted=(unshare --mount bash -euc 'eval "$1"; shift; exec "$@"' -)

# with CAPABILITY...: print a setpriv command line that leaves these only.
with()
{
	printf 'setpriv --bounding-set=-all%s --inh-caps=-all --\n' \
		"$(printf ',+%s' "$@")"
}

# cannot_run WHAT MESSAGE [COMMAND...]: before egrets; the message is a regular
# expression for the whole line.
cannot_run()
{
	local what=$1 message=$2

	shift 2
	refuses "$what" 77 "^egrets: $message\$" \
		"$@" "$EGRETS" "${options[@]}" -t 0.2
	try "$@" "$EGRETS" "${options[@]}" --check -o json
	expect_is "$what: --check: status" "$status" 77
	expect_is "$what: --check: cannot run" "$(jq -r '.event.outcome,
		(.egrets.check | .can_run, any(.machine[]; .state == "fatal"))' \
		<<<"$out" | xargs)" "failure false true"
}

# runs WHAT WARNINGS [COMMAND...]: it runs all the same, with so many warnings.
runs()
{
	local what=$1 warnings=$2

	shift 2
	try "$@" "$EGRETS" "${options[@]}" -t 0.2
	expect_is "$what: status" "$status" 0
	expect_is "$what: warnings" \
		"$(grep -cvE '^egrets: (ready|[0-9.]+ s,|questions|forgotten)|without raw tracepoint sock_send_length:' \
			"$lab_dir/err")" "$warnings"
	[[ $status -eq 0 ]] || sed 's/^/\t/' "$lab_dir/err"
}

check_capabilities()
{
	local sudo='run egrets as root: sudo egrets'

	cp "$EGRETS" "$lab_dir/egrets"
	EGRETS=$lab_dir/egrets cannot_run "not root" \
		"capabilities: no CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN; $sudo" \
		"${as_user[@]}" --inh-caps=-all --
	# shellcheck disable=SC2046 # command lines
	{
		cannot_run "no CAP_BPF" "capabilities: no CAP_BPF; $sudo" \
			$(with perfmon net_admin net_raw)
		cannot_run "no CAP_PERFMON" "capabilities: no CAP_PERFMON; $sudo" \
			$(with bpf net_admin net_raw)
		cannot_run "no capability for DNS" \
			"capabilities: no CAP_NET_ADMIN; $sudo" \
			$(with bpf perfmon)
		runs "no CAP_SYS_PTRACE" 0 \
			setpriv --bounding-set=-sys_ptrace --inh-caps=-all --
	}
	# Not in a chroot (create_user_ns() in the kernel).
	if unshare --user true 2>/dev/null; then
		cannot_run "a user namespace" \
			"namespaces: a user namespace, .*; run egrets as root outside .*" \
			unshare --user --map-root-user
	fi
}

# When maps were accounted as locked memory.
is_before_5_11()
{
	[[ $(printf '%s\n' 5.11 "$(uname -r)" | sort -V | head -n 1) != 5.11 ]]
}

# Less than root is enough, but where perf_event_paranoid is more than 2.
check_three_capabilities()
{
	local paranoid three=bpf,+perfmon,+net_admin
	local drop=(setpriv "--bounding-set=-all,+$three" --inh-caps=-all --)

	is_before_5_11 && drop=(prlimit --memlock=unlimited "${drop[@]}")
	paranoid=$(</proc/sys/kernel/perf_event_paranoid)
	if ((paranoid > 2)); then
		cannot_run "perf_event_paranoid=$paranoid" \
			"perf: Permission denied: perf_event_paranoid is $paranoid, which takes CAP_SYS_ADMIN; run egrets as root: .*" \
			"${drop[@]}"
		return
	fi
	runs "three capabilities" 0 "${drop[@]}"
	cannot_run "no place to work" \
		'cannot make a temporary directory in /tmp: Read-only file system; make that writable, or give egrets CAP_SYS_ADMIN' \
		"${mounted[@]}" "$read_only_tmp" "${drop[@]}"
	# Without CAP_IPC_LOCK the kernel allows 516 KiB for each processor.
	EGRETS=$lab_dir/egrets runs "little locked memory" 0 \
		env -u EGRETS_CACHE prlimit --memlock=0:0 "${as_user[@]}" \
		"--inh-caps=-all,+$three" "--ambient-caps=-all,+$three" --
}

check_seccomp()
{
	local cure='run egrets outside of the container, or start that with .*'
	cannot_run "bpf(2) is filtered" \
		"bpf\(2\): Operation not permitted: a seccomp filter forbids it; $cure" \
		"$EGRETS_HELPERS/deny" bpf --
	cannot_run "perf_event_open(2) is filtered" \
		"perf: Operation not permitted: a seccomp filter forbids it; $cure" \
		"$EGRETS_HELPERS/deny" perf_event_open --
	runs "mount(2), unshare(2) and setns(2) are filtered" 0 \
		"$EGRETS_HELPERS/deny" mount unshare setns --
}

read_only_tmp='mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp'
no_btf='mount -t tmpfs tmpfs /sys/kernel/btf'
no_headers='[[ ! -d /lib/modules ]] || mount -t tmpfs tmpfs /lib/modules
	[[ ! -e /sys/kernel/kheaders.tar.xz ]] ||
		mount --bind /dev/null /sys/kernel/kheaders.tar.xz'

# other_btf FILE: as no_btf.
other_btf()
{
	printf 'mount --bind %q /sys/kernel/btf/vmlinux' "$1"
}

check_types()
{
	local cure='install linux-headers-.* or kernel-devel-.*, or boot .*'
	local btf=/sys/kernel/btf/vmlinux

	cannot_run "neither BTF nor headers" \
		"BTF: no $btf, and no kernel headers either; $cure" \
		"${mounted[@]}" "$no_btf; $no_headers"
	head -c 100000 /dev/zero >"$lab_dir/zeros"
	cannot_run "BTF that is none" \
		"BTF: $btf is not BTF, and no kernel headers either; $cure" \
		"${mounted[@]}" "$(other_btf "$lab_dir/zeros"); $no_headers"
	head -c 100000 $btf >"$lab_dir/cut"
	cannot_run "BTF that is damaged" \
		"cannot read the kernel's types from $btf, and there are no kernel headers; $cure" \
		"${mounted[@]}" "$(other_btf "$lab_dir/cut"); $no_headers"
	[[ ! -d /lib/modules/$(uname -r)/build ]] ||
		EGRETS_PATIENCE=$((3 * ${EGRETS_PATIENCE:-1})) \
			runs "damaged BTF, but headers" 1 \
			"${mounted[@]}" "$(other_btf "$lab_dir/cut")"
	options+=(--kernel-types=btf)
	cannot_run "damaged BTF, and no other wanted" \
		"cannot read the kernel's types from $btf: .*; leave out --kernel-types=btf, .*" \
		"${mounted[@]}" "$(other_btf "$lab_dir/cut")"
	cannot_run "no BTF, and no other types wanted" \
		"BTF: no $btf; boot a kernel with CONFIG_DEBUG_INFO_BTF" \
		"${mounted[@]}" "$no_btf"
	options[1]=--kernel-types=headers
	cannot_run "no headers, and no other types wanted" \
		"kernel headers: no /lib/modules/.*; $cure" \
		"${mounted[@]}" "$no_headers"
	unset 'options[1]'
}

# Where programs on the cgroup tree are not to be had, DNS takes packet sockets.
check_packets()
{
	export EGRETS_DEBUG_TARGETS=ingress=no_such
	refuses "no CAP_NET_RAW for packet sockets" 77 \
		'egrets: cannot capture packets: .*CAP_NET_RAW' \
		setpriv --bounding-set=-net_raw --inh-caps=-all -- \
		"$EGRETS" "${options[@]}" -q -t 0.2
	unset EGRETS_DEBUG_TARGETS
}

check_mounts()
{
	cannot_run "/sys is not mounted" \
		'/sys: not mounted; mount -t sysfs sysfs /sys' \
		"${mounted[@]}" 'mount -t tmpfs tmpfs /sys'
	cannot_run "/proc is not mounted" \
		'/proc: not mounted; mount -t proc proc /proc' \
		"${mounted[@]}" 'mount -t tmpfs tmpfs /proc'
	runs "/proc hides processes" 0 \
		"${mounted[@]}" 'mount -t proc -o hidepid=2 proc /proc'
	runs "tracefs and debugfs are not mounted" 0 \
		"${mounted[@]}" 'umount -l /sys/kernel/tracing /sys/kernel/debug 2>/dev/null ||:'
	runs "/tmp is read-only" 0 "${mounted[@]}" "$read_only_tmp"
	# shellcheck disable=SC2016 # that shell expands it
	runs "its directory was removed" 0 sh -c '
		cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"' -
}

check_library()
{
	local library

	library=$(ldconfig -p | sed -n '/libbcc\.so\.0 /{s/.*=> //p;q}')
	cannot_run "no libbcc" 'cannot load libbcc; install libbpfcc .*' \
		env -u EGRETS_CACHE "${mounted[@]}" "mount --bind /dev/null $(realpath "$library")"
}

check_programs()
{
	"$EGRETS" --dump-probes >"$lab_dir/good"
	export EGRETS_DEBUG_PROBES=$lab_dir/bad
	cannot_run "no text" "cannot read $lab_dir/bad: No such file or directory"
	{
		cat "$lab_dir/good"
		echo 'int broken = no_such_thing;'
	} >"$lab_dir/bad"
	cannot_run "a text that does not compile" \
		"libbcc cannot compile the probes: .* error: use of undeclared identifier 'no_such_thing'; try .*"
	sed -E '/^int (cgroup_connect4|kprobe_tcp_connect)\(/{n
		s/.*/{ *(volatile uint64_t *)8 = 1;/}' \
		"$lab_dir/good" >"$lab_dir/bad"
	expect_true "a text that the verifier rejects is another" \
		test "$(diff "$lab_dir/good" "$lab_dir/bad" | grep -c '^>')" -ge 1
	try "$EGRETS" "${options[@]}" -t 0.2
	expect_is "a rejected program: status" "$status" 0
	expect_like "a rejected program: what is said" "$err" \
		'egrets: no tcp4.connect: [^
]*the verifier rejects program (cgroup_connect4|kprobe_tcp_connect): [^
]*; not shown: IPv4 connects that fail before a packet is sent'
	try "$EGRETS" "${options[@]}" -t 0.2 -v
	expect_like "a rejected program: the verifier's words with -v" "$err" \
		"invalid mem access"
	check_untyped
	unset EGRETS_DEBUG_PROBES
}

# How often the programs are made, and what is missing then.
makings()
{
	try "$EGRETS" "${options[@]}" -t 0.2 -v
	grep -cE '^egrets: start: (compile|cache) ' <<<"$err" || true
	grep -E '^egrets: no [a-z0-9.]+:' <<<"$err" || true
}

# A helper that no kernel has: then the task is read as older ones want.
check_untyped()
{
	local likely missing

	if grep -q '^#define UNTYPED_TASK' "$lab_dir/good"; then
		lab_note "the task's type is not asked of the verifier here"
		return
	fi
	cp "$lab_dir/good" "$lab_dir/bad"
	likely=$(makings)
	missing=$(tail -n +2 <<<"$likely")
	sed 's/^#define HELPER_CURRENT_TASK_BTF .*/#define HELPER_CURRENT_TASK_BTF 99999/' \
		"$lab_dir/good" >"$lab_dir/bad"
	expect_is "the text as it is: made once" "$(head -n 1 <<<"$likely")" 1
	likely=$(makings)
	expect_is "for a verifier that knows no types: made again" \
		"$(head -n 1 <<<"$likely")" 2
	expect_is "for a verifier that knows no types: nothing more is missing" \
		"$(tail -n +2 <<<"$likely")" "$missing"
}

check_limits()
{
	cannot_run "too few open files" \
		'open files: at most 63, too few; raise ulimit -n to 64' \
		prlimit --nofile=63:63
	runs "enough open files" 0 prlimit --nofile=64:64
	is_before_5_11 || return 0
	local drop=(setpriv --bounding-set=-sys_resource --inh-caps=-all --)
	local enough=25165824
	# It is for all of root's programs together.
	[[ ! ${EGRETS_SHARED-} ]] || enough=$((2 * enough))
	cannot_run "too little locked memory" \
		'memory lock: 15360 KiB, and no CAP_SYS_RESOURCE to raise it; ulimit -l unlimited .*' \
		prlimit --memlock=15728640:15728640 "${drop[@]}"
	runs "enough locked memory" 0 \
		prlimit "--memlock=65536:$enough" "${drop[@]}"
}

# What a kernel's command line can forbid; then there is nothing else to see.
check_lockdown()
{
	"${mounted[@]}" 'mountpoint -q /sys/kernel/security ||
			mount -t securityfs securityfs /sys/kernel/security' \
		grep -q '\[confidentiality\]' /sys/kernel/security/lockdown \
		2>/dev/null || return 0
	cannot_run "lockdown=confidentiality" \
		"lockdown: confidentiality: probes may not read the kernel's memory; boot with lockdown=integrity"
	expect_done
}

lab_files
lab_need setpriv unshare prlimit ldconfig
[[ -x $EGRETS_HELPERS/deny ]] || lab_skip "no $EGRETS_HELPERS/deny (build the tests)"
check_lockdown
check_capabilities
check_three_capabilities
check_seccomp
check_types
check_mounts
check_packets
check_library
check_programs
check_limits
expect_done
