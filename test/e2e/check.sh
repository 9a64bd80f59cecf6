#!/bin/bash
# SPDX-License-Identifier: MIT
#
# --check tells what this machine has, as the machine itself says; what is
# taken away shows, with what it costs; and how the hooks attach is how they
# attach when it matters.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

attach=(--attach="${EGRETS_ATTACH:-auto}")
as_user=(setpriv --reuid "$LAB_USER_ID" --regid "$LAB_USER_ID" --clear-groups
	--inh-caps=-all --)
# Before a command: first the shell's commands in the next word, in a mount
# namespace of its own.
# shellcheck disable=SC2016
mounted=(unshare --mount bash -euc 'eval "$1"; shift; exec "$@"' -)

# look [COMMAND...]: the JSON of --check, run by it.
look()
{
	try "$@" "$EGRETS" "${attach[@]}" --check -o json
}

# found NAME: "STATE FOUND" of a row.
found()
{
	jq -r --arg name "$1" '.egrets.check | (.machine + .hooks)[] |
		select(.name == $name) | "\(.state) \(.found)"' <<<"$out"
}

# cost NAME: the same for "COST (CURE)".
cost()
{
	jq -r --arg name "$1" '.egrets.check | (.machine + .hooks)[] |
		select(.name == $name) | "\(.cost) (\(.cure // "none"))"' <<<"$out"
}

check_forms()
{
	local table

	try "$EGRETS" "${attach[@]}" --check
	table=$out
	expect_is "the table: status" "$status" 0
	expect_is "the table: nothing on stderr" "$err" ""
	expect_is "the table: its end" "${table##*$'\n'}" "egrets can run here"
	expect_is "the table: no line over 100 columns" \
		"$(grep -E '.{101}' <<<"$table" || true)" ""
	expect_is "the table: states and texts stand below each other" \
		"$(grep -vE '^(.{18} (ok     |missing) [^ ]| {27}[^ ]|$|egrets can)' \
			<<<"$table" || true)" ""

	look
	expect_is "JSON: status" "$status" 0
	expect_is "JSON: one line" "$(wc -l <<<"$out")" 1
	expect_is "JSON: what it is" "$(jq -r '[.event.kind, .event.action,
		.event.outcome, .host.os.kernel, .host.architecture,
		.egrets.check.can_run] | join(" ")' <<<"$out")" \
		"state egrets.check success $(uname -r) $(uname -m) true"
	expect_is "JSON: the same rows, in the same states" \
		"$(jq -r '.egrets.check | (.machine + .hooks)[] |
			"\(.name) \(.state)"' <<<"$out")" \
		"$(sed -nE 's/^([^ ].*[^ ]) +(ok|missing|fatal) .*/\1 \2/p' \
			<<<"$table")"
	try bash -c '"$0" --check >/dev/full' "$EGRETS"
	expect_is "a full disk: status" "$status" 1
}

# What others say of the same machine.
check_truth()
{
	local library

	look
	expect_is "kernel" "$(found kernel)" "ok Linux $(uname -r), $(uname -m)"
	expect_is "BTF" "$(found BTF)" "ok /sys/kernel/btf/vmlinux, $((
		$(stat -c %s /sys/kernel/btf/vmlinux) >> 10)) KiB"
	expect_like "perf" "$(found perf)" \
		"perf_event_paranoid is $(</proc/sys/kernel/perf_event_paranoid)\\)"
	if [[ -e /sys/bus/event_source/devices/kprobe ]]; then
		expect_like "kprobes" "$(found kprobes)" '^ok '
	else
		expect_like "no kprobes" "$(found kprobes)" '^missing '
		expect_like "no kprobes: cost and cure" "$(cost kprobes)" \
			'tracepoints.*CONFIG_KPROBES'
	fi
	library=$(ldconfig -p | sed -n '/libbcc\.so\.0 /{s/.*=> //p;q}')
	library=$(realpath "$library")
	expect_like "libbcc" "$(found libbcc)" \
		"^ok ${library##*libbcc.so.}, LLVM [0-9]"
	case $(stat -f -c %T /sys/fs/cgroup) in
	cgroup2fs) expect_is "cgroups" "$(found cgroups)" "ok v2" ;;
	*) expect_like "cgroups" "$(found cgroups)" "v1" ;;
	esac
}

# change WHAT ROW LIKE SHELL-COMMANDS: after those, the row is like that.
change()
{
	look "${mounted[@]}" "$4"
	expect_like "$1" "$(found "$2")" "$3"
}

check_changes()
{
	local modules=/lib/modules

	change "tracefs is mounted" tracepoints \
		'^ok tracefs is mounted at /sys/kernel/tracing' \
		'mountpoint -q /sys/kernel/tracing ||
			mount -t tracefs tracefs /sys/kernel/tracing'
	change "tracefs is not mounted" tracepoints \
		'^ok tracefs is not mounted' \
		'umount -l /sys/kernel/tracing /sys/kernel/debug 2>/dev/null ||:'
	if [[ -e /sys/kernel/debug/kprobes/enabled ]]; then
		echo 0 >"$lab_dir/off"
		change "kprobes are switched off" kprobes '^missing switched off' \
			"mount --bind $lab_dir/off /sys/kernel/debug/kprobes/enabled"
		[[ ${EGRETS_ATTACH:-auto} == kprobe ]] ||
			expect_like "kprobes are switched off: the other form" \
				"$(found udp4.send)" '^(ok|missing) cgroup egress'
	fi
	change "lockdown" lockdown '^ok (none|integrity)$' \
		'mountpoint -q /sys/kernel/security ||
			mount -t securityfs securityfs /sys/kernel/security'
	change "no v2 tree is mounted" cgroups '^ok (v1|not mounted)' \
		'umount -l /sys/fs/cgroup/unified 2>/dev/null ||
			mount -t tmpfs tmpfs /sys/fs/cgroup'
	change "no headers" "kernel headers" \
		'^missing no /lib/modules/.*/build' \
		"[[ ! -d $modules ]] || mount -t tmpfs tmpfs $modules"
	[[ ! -d $modules ]] ||
		change "headers" "kernel headers" \
			"^ok $modules/$(uname -r)/build" \
			"mount -t tmpfs tmpfs $modules
			mkdir -p $modules/\$(uname -r)/build"
	change "hidepid" /proc '^ok mounted' \
		'mount -t proc -o hidepid=2 proc /proc'
	look setpriv --bounding-set=-sys_ptrace --inh-caps=-all --
	expect_like "no CAP_SYS_PTRACE" "$(found capabilities)" \
			'^missing enough, but no CAP_SYS_PTRACE'
	expect_like "no CAP_SYS_PTRACE: cost" "$(cost capabilities)" \
			'programs and arguments.*sudo'
	look prlimit --memlock=1048576:1048576
	expect_like "memory lock" "$(found "memory lock")" "^ok 1024 KiB"
	look unshare --pid --fork --mount-proc --cgroup
	expect_like "namespaces" "$(found namespaces)" \
		"^missing a container's pid and cgroup"
	expect_like "namespaces: cost and cure" "$(cost namespaces)" \
		'programs and arguments .*, DNS .*--pid=host --cgroupns=host'
	look unshare --cgroup
	expect_is "a cgroup namespace" "$(found namespaces)" \
		"ok a cgroup namespace, which egrets leaves"
	EGRETS_DEBUG_TARGETS=sched_process_fork=no_such look
	expect_is "a hook that is missing" "$(found process.fork)" \
		"missing raw tracepoint sched_process_fork: this kernel has none"
	expect_is "a hook that is missing: cost" "$(cost process.fork)" \
		"not shown: which process begot which (none)"
	expect_is "a hook that is missing: status" "$status" 0
}

check_engines()
{
	local listen='IO::Socket::UNIX->new(Local => shift, Listen => 1) or die'

	look "${mounted[@]}" 'mount -t tmpfs tmpfs /run'
	expect_is "no engine" "$(found engines)" \
		"missing none of docker, podman, containerd, cri-o"
	look "${mounted[@]}" "mount -t tmpfs tmpfs /run
		mkdir /run/podman
		perl -MIO::Socket::UNIX -e '$listen' /run/docker.sock
		perl -MIO::Socket::UNIX -e '$listen' /run/podman/podman.sock"
	expect_is "two engines" "$(found engines)" "ok docker, podman"
	look "${mounted[@]}" 'mount -t tmpfs tmpfs /run; : >/run/docker.sock'
	expect_like "a file that is no socket" "$(found engines)" '^missing '
}

# A hook is attached as it would be, which those see who may not.
check_user()
{
	local attached
	look
	mapfile -t attached < <(jq -r '.egrets.check.hooks[] |
		select(.state == "ok") | "\(.name): \(.found)"' <<<"$out")
	cp "$EGRETS" "$lab_dir/egrets"
	EGRETS=$lab_dir/egrets look "${as_user[@]}"
	expect_is "not root: status" "$status" 77
	expect_is "not root: nothing on stderr" "$err" ""
	expect_is "not root: what is fatal" \
		"$(jq -r '.egrets.check.machine[] | select(.state == "fatal") |
			.name' <<<"$out" | paste -sd,)" \
		"capabilities,bpf(2),perf,packet sockets"
	expect_is "not root: no hook was tried" \
		"$(jq -r '[.egrets.check.hooks[].state] | unique[]' <<<"$out")" \
		untried
	expect_is "not root: the forms that would be taken" \
		"$(jq -r '.egrets.check.hooks[] | "\(.name): \(.found)"' \
			<<<"$out" | grep -cxFf <(printf '%s\n' "${attached[@]}"))" \
		"${#attached[@]}"
	expect_like "not root: what can be seen" "$(found libbcc)" '^ok [0-9]'
}

lab_files
((EUID == 0)) || lab_skip "needs root"
lab_need setpriv unshare prlimit ldconfig perl
check_forms
check_truth
check_changes
check_engines
check_user
expect_done
