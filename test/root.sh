# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Roots of Debian that has just been installed, and commands run in them; for
# scripts with `set -euo pipefail`.
#
#	. root.sh
#	root_require
#	root_lay bookworm "$dir"	a minimal Debian in a new directory
#	root_run "$dir" 'apt-get update'
#
# They are kept as tar files in $EGRETS_VM_CACHE (default
# ${XDG_CACHE_HOME:-~/.cache}/egrets/vm); remove one to have a newer one.

# shellcheck source-path=SCRIPTDIR source=rooted.sh
. "$(dirname "${BASH_SOURCE[0]}")/rooted.sh"

root_here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root_cache=${EGRETS_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/egrets/vm}
root_keys=/usr/share/keyrings/debian-archive-keyring.gpg

root_fail()
{
	echo "${0##*/}: $*" >&2
	exit 125
}

root_require()
{
	local tool

	((EUID == 0)) || root_fail 'takes root: it installs a Debian and enters it'
	PATH=$PATH:/usr/sbin:/sbin
	for tool in debootstrap git unshare "$root_keys"; do
		type -P "$tool" >/dev/null || [[ -r $tool ]] ||
			root_fail "$tool is missing: scripts/setup userland installs it"
	done
}

# The mirrors to try: the one that this machine's apt uses, Debian's own, and
# where suites go when they are old.
root_mirrors()
{
	{
		# shellcheck disable=SC2016 # apt expands this
		apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
			grep -m 1 '/debian/*$' || true
		echo http://deb.debian.org/debian/
		echo http://archive.debian.org/debian/
	} | awk '!seen[$0]++'
}

root_bootstrap()
{
	local suite=$1 root=$2 mirror

	for mirror in $(root_mirrors); do
		rm -rf --one-file-system "$root"
		echo "${0##*/}: installing Debian $suite from $mirror"
		unshare --mount debootstrap --variant=minbase \
			--force-check-gpg --keyring="$root_keys" \
			"$suite" "$root" "$mirror" >"$root.log" 2>&1 && return
		tail -n 20 "$root.log"
	done
	root_fail "debootstrap of $suite failed"
}

# What is needed to build and to test, and no more: nobody reads manuals in
# there, or minds if a power cut leaves a package half installed.
root_install()
{
	local root=$1

	shift
	printf '%s\n' force-unsafe-io path-exclude=/usr/share/{doc,man,locale}/'*' \
		>"$root/etc/dpkg/dpkg.cfg.d/lean"
	cp "$root_here/scripts/setup" "$root/tmp/"
	root_run "$root" "/tmp/setup $*"
	rm -f "$root"/tmp/setup "$root"/var/cache/apt/archives/*.deb
}

# root_lay SUITE DIR [GROUP...]: with these groups of scripts/setup installed.
root_lay()
{
	local suite=$1 root=$2 tar key=minbase old lock

	shift 2
	(($# == 0)) || key=$("$root_here/scripts/setup" --print "$@" |
		sha256sum | cut -c 1-12)
	tar=$root_cache/$suite-$key.tar
	mkdir -p "$root_cache"
	exec {lock}>>"$tar.new"
	flock "$lock"
	if [[ ! -e $tar ]]; then
		if (($#)); then
			root_lay "$suite" "$root"
			root_install "$root" "$@"
			for old in "$root_cache/$suite"-????????????.tar; do
				rm -f "$old"
			done
		else
			root_bootstrap "$suite" "$root"
		fi
		tar -C "$root" -cf "$tar.new" --one-file-system .
		mv "$tar.new" "$tar"
	else
		rm -f "$tar.new"
		mkdir "$root"
		tar -C "$root" -xf "$tar"
	fi
	exec {lock}>&-
	cp /etc/resolv.conf /etc/hosts "$root/etc/"
}

# root_run DIR COMMANDS: what it mounts there is in a mount namespace of its
# own, gone with the last process in it; what removes the root can't reach it.
root_run()
{
	# shellcheck disable=SC2016 # that shell expands it
	unshare --mount --propagation private bash -euc '
		mount -t proc proc "$1/proc"
		mount -t sysfs sysfs "$1/sys"
		mount --rbind /dev "$1/dev"
		[[ ! -d /sys/fs/cgroup ]] ||
			mount --rbind /sys/fs/cgroup "$1/sys/fs/cgroup"
		exec chroot "$1" env -i HOME=/root TERM=dumb CI="${CI-}" \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			bash -c "$2"' root "$1" "$2"
}
